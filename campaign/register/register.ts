import type { RegisterRecord, RegisterRequest } from "./record.js";

/**
 * Values behind locks, with the resource's side of fencing: whoever comes with a token lower than the highest seen is
 * refused, also for reading, as what is read decides what will be written. A write adds 1 to what its writer has read, so
 * that a lost update shows.
 */
export class Register {
  readonly #cells = new Map<string, { highest: bigint; value: number }>();

  ask(request: RegisterRequest, at: number): RegisterRecord {
    const { key, f, who, token } = request;
    const cell = this.#cells.get(key) ?? { highest: -1n, value: 0 };
    this.#cells.set(key, cell);
    const accepted = BigInt(token) >= cell.highest;
    const read = f === "read" ? cell.value : (request.read ?? 0);
    if (accepted) {
      cell.highest = BigInt(token);
      if (f === "write") cell.value = read + 1;
    }
    return { at, key, f, token, who, accepted, read, value: cell.value };
  }
}
