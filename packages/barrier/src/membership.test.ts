import { expect, test } from "vitest";
import { BrokenBarrierError } from "./errors.js";
import type { Gate, MemberZnode } from "./member-znode.js";
import { Membership } from "./membership.js";

/** A membership in a session whose deadline passes unnoticed: nobody is told before somebody asks. */
function pastItsDeadline(): Membership {
  const ended = new AbortController();
  const never = new Promise<never>(() => {});
  const session = {
    lost: ended.signal,
    isValid: () => {
      ended.abort(new Error("the deadline has passed"));
      return false;
    },
    watch: () => ({ fired: never, cancel: () => {} }),
    request: () => never,
  };
  const removal = { gone: Promise.resolve(), refused: never };
  const own = { session, path: "/barrier/me", remove: () => removal } as unknown as MemberZnode;
  return new Membership({ client: {} } as Gate, own, 5);
}

test("a membership whose session's deadline has passed is lost for whoever asks first, before any event says so (H14)", () => {
  expect(pastItsDeadline().isInside).toBe(false);
  const { lost } = pastItsDeadline();
  expect(lost.aborted).toBe(true);
  expect(lost.reason).toBeInstanceOf(BrokenBarrierError);
});

test("a membership that was left is not lost afterwards", async () => {
  const membership = pastItsDeadline();
  await membership.leave().gone;
  expect([membership.lost.aborted, membership.isInside, membership.hasLeft]).toEqual([false, false, true]);
});
