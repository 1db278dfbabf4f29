import { expect, test } from "vitest";
import type { Client } from "../client.js";
import { ClosedError } from "../errors.js";
import { type HeldPlace, Holding } from "./holding.js";

/** A holding in a session whose deadline may pass unnoticed: nobody is told before somebody asks. */
function held(): { readonly holding: Holding; readonly told: string[]; passDeadline: () => void } {
  const ended = new AbortController();
  let hasPassed = false;
  const session = {
    lost: ended.signal,
    isValid: () => {
      if (hasPassed) ended.abort(new Error("the deadline has passed"));
      return !hasPassed;
    },
  };
  const gone = { gone: Promise.resolve(), refused: new Promise<never>(() => {}) };
  const place = { session, path: "/a/1", fencingToken: 1n, remove: () => gone } as unknown as HeldPlace;
  const told: string[] = [];
  const lostError = (message: string, cause: unknown) => new ClosedError(message, { cause });
  const holding = new Holding({} as Client, place, { lostError, ended: (how) => told.push(how) });
  return {
    holding,
    told,
    passDeadline: () => {
      hasPassed = true;
    },
  };
}

test("whoever gave it out is told of its release, once, by the call", async () => {
  const { holding, told } = held();
  const releasing = holding.release();
  expect(told).toEqual(["released"]);
  await releasing;
  await holding.release();
  expect(told).toEqual(["released"]);
  expect(holding.lost.aborted).toBe(false);
});

test("whoever gave it out is told of its loss, once, and of no release after it", async () => {
  const { holding, told, passDeadline } = held();
  passDeadline();
  expect(holding.isHeld()).toBe(false);
  expect(told).toEqual(["lost"]);
  await holding.release();
  expect(told).toEqual(["lost"]);
});

test("what is released after its deadline has passed, without anybody having noticed, was lost (H14)", async () => {
  const { holding, told, passDeadline } = held();
  passDeadline();
  await holding.release();
  expect(told).toEqual(["lost"]);
  expect(holding.lost.aborted).toBe(true);
});
