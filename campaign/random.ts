/** A sequence of numbers that follows from its seed, so that a plan made of them can be made again. */
export class Random {
  #state: number;

  /** @param stream several sequences of one seed differ by it. */
  constructor(seed: number, stream = "") {
    this.#state = [...stream].reduce((hash, letter) => Math.imul(hash ^ letter.charCodeAt(0), 0x01000193), seed | 0);
  }

  /** From 0 to 1, without 1. (mulberry32) */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  between(least: number, most: number): number {
    const lowest = Math.ceil(least);
    return lowest + Math.floor(this.next() * (Math.floor(most) - lowest + 1));
  }

  /** True so often, of 1. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Item>(items: readonly [Item, ...Item[]]): Item {
    return items[Math.floor(this.next() * items.length)] as Item;
  }

  /** One of the items, each as often as its weight says. */
  weighted<Item>(items: readonly (readonly [weight: number, item: Item])[]): Item {
    const total = items.reduce((sum, [weight]) => sum + weight, 0);
    let rest = total * this.next();
    const found = items.find(([weight]) => {
      rest -= weight;
      return rest < 0;
    });
    return (found ?? (items.at(-1) as readonly [number, Item]))[1];
  }
}
