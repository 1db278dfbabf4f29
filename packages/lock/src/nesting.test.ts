import type { Client } from "@zookit/core/recipe";
import { describe, expect, it } from "vitest";
import { NestedAcquireError } from "./errors.js";
import { checkNotNested as check, type Holder, insideBlock } from "./nesting.js";

const CLIENT = { name: "client" } as unknown as Client;
const OTHER_CLIENT = { name: "other" } as unknown as Client;

function handle(path: string, isHeld: () => boolean = () => true): Holder {
  return { heldLocks: () => (isHeld() ? [{ client: CLIENT, path, name: `the lock ${path}` }] : []) };
}

function checkNotNested(client: Client, path: string): void {
  check({ client, path, name: `the lock ${path}` });
}

describe("checkNotNested", () => {
  it("fails fast inside a block that holds the same lock, instead of waiting for itself (H51)", async () => {
    await insideBlock(handle("/a"), async () => {
      expect(() => checkNotNested(CLIENT, "/a")).toThrow(NestedAcquireError);
      expect(() => checkNotNested(CLIENT, "/a")).toThrow(
        expect.objectContaining({
          name: "NestedAcquireError",
          code: "nested-acquire",
          path: "/a",
          outcome: "not-applied",
        }),
      );
    });
  });

  it("sees the outer block through inner ones, awaits, timers and other asynchronous steps (H51)", async () => {
    await insideBlock(handle("/a"), async () => {
      await insideBlock(handle("/b"), async () => {
        await Promise.resolve();
        await new Promise((resolve) => setImmediate(resolve));
        expect(() => checkNotNested(CLIENT, "/a")).toThrow(NestedAcquireError);
        expect(() => checkNotNested(CLIENT, "/b")).toThrow(NestedAcquireError);
        expect(() => checkNotNested(CLIENT, "/c")).not.toThrow();
      });
      expect(() => checkNotNested(CLIENT, "/b")).not.toThrow();
    });
  });

  it("keeps nothing of blocks that have ended, in a task that schedules itself from inside its block", async () => {
    let asked = 0;
    const run = async (left: number): Promise<void> => {
      let isHeld = true;
      let next: Promise<void> | undefined;
      const counting = handle("/a", () => {
        asked++;
        return isHeld;
      });
      await insideBlock(counting, async () => {
        // Begins when this block has ended, but in its asynchronous context.
        if (left > 0) next = new Promise<void>((resolve) => setImmediate(resolve)).then(() => run(left - 1));
      });
      isHeld = false;
      await next;
    };
    await run(100);
    // Each block has looked at the one before it, once; not at all that were before.
    expect(asked).toBe(100);
  });

  it("allows another lock, and the same path of another client", async () => {
    await insideBlock(handle("/a"), async () => {
      expect(() => checkNotNested(CLIENT, "/a/b")).not.toThrow();
      expect(() => checkNotNested(OTHER_CLIENT, "/a")).not.toThrow();
    });
  });

  it("allows it outside of blocks, also while a block runs elsewhere", async () => {
    let leave: () => void = () => {};
    const block = insideBlock(handle("/a"), () => new Promise<void>((resolve) => (leave = resolve)));
    expect(() => checkNotNested(CLIENT, "/a")).not.toThrow();
    leave();
    await block;
    expect(() => checkNotNested(CLIENT, "/a")).not.toThrow();
  });

  it("allows it once the block's lock is not held any more: it would not wait for itself", async () => {
    let isHeld = true;
    await insideBlock(
      handle("/a", () => isHeld),
      async () => {
        isHeld = false;
        expect(() => checkNotNested(CLIENT, "/a")).not.toThrow();
      },
    );
  });

  it("looks through a block that was lost to an outer one that holds", async () => {
    await insideBlock(handle("/a"), async () => {
      await insideBlock(
        handle("/a", () => false),
        async () => {
          expect(() => checkNotNested(CLIENT, "/a")).toThrow(NestedAcquireError);
        },
      );
    });
  });

  it("passes on what the block returns and what it throws", async () => {
    expect(await insideBlock(handle("/a"), async () => 7)).toBe(7);
    const error = new Error("from the block");
    await expect(insideBlock(handle("/a"), () => Promise.reject(error))).rejects.toBe(error);
  });
});
