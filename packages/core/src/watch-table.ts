import type { WatchEvent } from "./transport.js";

/** What a watch is about: a znode's existence and data, or its list of children. */
export type WatchKind = "data" | "children";

const KINDS_OF_EVENT: Readonly<Record<WatchEvent["type"], readonly WatchKind[]>> = {
  created: ["data"],
  changed: ["data"],
  child: ["children"],
  deleted: ["data", "children"],
};

/** What made a watch fire: an event, or `unseen` when something may have been missed. */
export type Wake = WatchEvent["type"] | "unseen";

/** One reader's interest in one path. Level-triggered: whatever it says, the reader reads again before it acts (H32). */
export interface Watch {
  readonly fired: Promise<Wake>;
  /** Ends the interest; `fired` then stays pending. */
  cancel(): void;
}

/**
 * Who waits for which path, in one session.
 *
 * The server's watches are one-shot, one per path and session, and cannot be taken back; readers come and go. So readers
 * register here before they send the read that arms the watch, and abandoned ones leave nothing but an armed watch, which
 * the next reader of the same path shares (H37).
 */
export class WatchTable {
  /** Nearly every path has a single reader, for which an array is much smaller than a set. */
  readonly #readers: Readonly<Record<WatchKind, Map<string, ((wake: Wake) => void)[]>>> = {
    data: new Map(),
    children: new Map(),
  };

  add(kind: WatchKind, path: string): Watch {
    const paths = this.#readers[kind];
    let fire: (wake: Wake) => void = () => {};
    const fired = new Promise<Wake>((resolve) => {
      fire = resolve;
    });
    const readers = paths.get(path);
    if (readers === undefined) paths.set(path, [fire]);
    else readers.push(fire);
    return {
      fired,
      cancel: () => {
        const present = paths.get(path);
        const index = present?.indexOf(fire) ?? -1;
        if (index < 0) return;
        if (present?.length === 1) paths.delete(path);
        else present?.splice(index, 1);
      },
    };
  }

  dispatch(event: WatchEvent): void {
    for (const kind of KINDS_OF_EVENT[event.type]) {
      const paths = this.#readers[kind];
      const readers = paths.get(event.path);
      paths.delete(event.path);
      for (const fire of readers ?? []) fire(event.type);
    }
  }

  /** Makes everybody read again: after a reconnect events may have been missed (H33, H35). */
  fireAll(): void {
    for (const paths of Object.values(this.#readers)) {
      const all = [...paths.values()];
      paths.clear();
      for (const readers of all) for (const fire of readers) fire("unseen");
    }
  }
}
