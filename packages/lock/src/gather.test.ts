import { describe, expect, it } from "vitest";
import { gather, type Lockable, type MemberHandle, type Take } from "./gather.js";
import { MultiLock } from "./multi-lock.js";
import { MultiLockHandle } from "./multi-lock-handle.js";

const NEVER = new AbortController().signal;

/** A handle that can be lost, and fail to be released. */
class Handle implements MemberHandle {
  readonly #lost = new AbortController();
  readonly fencingToken = 1n;
  isReleased = false;
  failure: Error | undefined;

  constructor(
    readonly log: string[],
    readonly path: string,
  ) {}

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  isHeld(): boolean {
    return !this.isReleased && !this.lost.aborted;
  }

  assertHeld(): void {
    if (!this.isHeld()) throw this.lost.reason ?? new Error(`${this.path} was released`);
  }

  lose(reason = new Error(`${this.path} is lost`)): void {
    this.#lost.abort(reason);
  }

  async release(): Promise<void> {
    this.log.push(`release ${this.path}`);
    this.isReleased = true;
    if (this.failure !== undefined) throw this.failure;
  }
}

/** A lock whose n-th acquisition goes as told; it is granted if nothing is told. */
class Member implements Lockable {
  readonly handles: Handle[] = [];

  constructor(
    readonly log: string[],
    readonly path: string,
    readonly goes: readonly ((signal: AbortSignal | undefined) => Promise<undefined>)[] = [],
  ) {}

  async acquire({ signal }: { signal?: AbortSignal | undefined }): Promise<Handle> {
    signal?.throwIfAborted();
    this.log.push(`acquire ${this.path}`);
    const handle = new Handle(this.log, this.path);
    this.handles.push(handle);
    await this.goes[this.handles.length - 1]?.(signal);
    return handle;
  }

  async tryAcquire(options: { signal?: AbortSignal | undefined }): Promise<Handle | undefined> {
    return this.path.endsWith("taken") ? undefined : await this.acquire(options);
  }
}

function aborted(signal: AbortSignal | undefined): Promise<undefined> {
  return new Promise((_, reject) => {
    signal?.addEventListener("abort", () => reject(signal.reason));
  });
}

const acquire: Take<never> = (member, signal) => member.acquire({ signal });

describe("gathering", () => {
  it("gives back what it has taken when one fails, and passes the failure on", async () => {
    const log: string[] = [];
    const failure = new Error("no");
    const members = [new Member(log, "/a"), new Member(log, "/b", [() => Promise.reject(failure)])];
    await expect(gather(members, acquire, NEVER)).rejects.toBe(failure);
    expect(log).toEqual(["acquire /a", "acquire /b", "release /a"]);
  });

  it("gives back what it has taken when one refuses", async () => {
    const log: string[] = [];
    const members = [new Member(log, "/a"), new Member(log, "/taken"), new Member(log, "/c")];
    expect(await gather(members, (member, signal) => member.tryAcquire({ signal }), NEVER)).toBeUndefined();
    expect(log).toEqual(["acquire /a", "release /a"]);
  });

  it("begins anew when one is lost while another is waited for, without waiting that one out", async () => {
    const log: string[] = [];
    const first = new Member(log, "/a");
    const second = new Member(log, "/b", [
      (signal) => {
        const waiting = aborted(signal);
        first.handles[0]?.lose();
        return waiting;
      },
    ]);
    const handles = await gather([first, second], acquire, NEVER);
    expect(handles).toEqual([first.handles[1], second.handles[1]]);
    expect(log).toEqual(["acquire /a", "acquire /b", "release /a", "acquire /a", "acquire /b"]);
  });

  it("begins anew when one was lost just as the last was granted", async () => {
    const log: string[] = [];
    const first = new Member(log, "/a");
    const second = new Member(log, "/b", [
      async () => {
        first.handles[0]?.lose();
        return undefined;
      },
    ]);
    const handles = await gather([first, second], acquire, NEVER);
    expect(handles.every((handle) => handle.isHeld())).toBe(true);
    expect(log.filter((entry) => entry.startsWith("release"))).toEqual(["release /a", "release /b"]);
  });

  it("gives everything back when it is aborted, also just as the last is granted (H48)", async () => {
    for (const grants of [true, false]) {
      const log: string[] = [];
      const controller = new AbortController();
      const first = new Member(log, "/a");
      const second = new Member(log, "/b", [
        async (signal) => {
          const waiting = aborted(signal);
          controller.abort(new Error("enough"));
          return grants ? waiting.catch(() => undefined) : await waiting;
        },
      ]);
      await expect(gather([first, second], acquire, controller.signal)).rejects.toThrow("enough");
      expect(log).toContain("release /a");
      expect(log.includes("release /b")).toBe(grants);
    }
  });

  it("is not held up by what cannot be given back", async () => {
    const log: string[] = [];
    const first = new Member(log, "/a");
    const failure = new Error("no");
    const second = new Member(log, "/b", [
      () => {
        for (const handle of first.handles) handle.failure = new Error("cannot be released");
        return Promise.reject(failure);
      },
    ]);
    await expect(gather([first, second], acquire, NEVER)).rejects.toBe(failure);
  });
});

describe("a multi-lock", () => {
  it("acquires in the order of paths, whatever order the members were given in, so that no two wait in a circle", async () => {
    const log: string[] = [];
    const paths = ["/b", "/a/z", "/B", "/a", "/ä"];
    const multi = new MultiLock(paths.map((path) => new Member(log, path)));
    const handle = await multi.acquire();
    expect(log).toEqual(["acquire /B", "acquire /a", "acquire /a/z", "acquire /b", "acquire /ä"]);
    expect(handle.handles.map((member) => (member as Handle).path)).toEqual(paths);
    expect(multi.members.map(({ path }) => path)).toEqual(paths);
  });
});

describe("a handle of several locks", () => {
  const handles = () => ["/a", "/b"].map((path) => new Handle([], path)) as [Handle, Handle];

  it("is held while all are, and lost with the first that is", () => {
    const [a, b] = handles();
    const multi = new MultiLockHandle([a, b]);
    expect(multi.isHeld()).toBe(true);
    b.lose();
    a.lose();
    expect(multi.isHeld()).toBe(false);
    expect(multi.lost.reason).toBe(b.lost.reason);
    expect(() => multi.assertHeld()).toThrow(a.lost.reason);
  });

  it("is lost from the beginning if one was lost before", () => {
    const [a, b] = handles();
    a.lose();
    expect(new MultiLockHandle([a, b]).lost.reason).toBe(a.lost.reason);
  });

  it("releases all, also if one fails or was lost, and tells the failure; it is never lost after that", async () => {
    const [a, b] = handles();
    const multi = new MultiLockHandle([a, b]);
    a.failure = new Error("cannot be released");
    await expect(multi.release()).rejects.toBe(a.failure);
    expect([a.isReleased, b.isReleased, multi.isHeld()]).toEqual([true, true, false]);
    b.lose();
    expect(multi.lost.aborted).toBe(false);
  });
});
