import { expect, test } from "vitest";
import { decideSharedEnter, type SharedView } from "./decide-shared.js";

const view = (rest: Partial<SharedView>): SharedView => ({
  own: undefined,
  ready: undefined,
  children: [],
  sawReady: false,
  ...rest,
});

test("a ready beside which nobody is there was left behind, and goes", () => {
  expect(decideSharedEnter(view({ ready: 5n, children: ["ready"] }), 1)).toBe("clear");
  expect(decideSharedEnter(view({ ready: 5n, children: ["ready", "a"] }), 1)).toBe("join");
  expect(decideSharedEnter(view({}), 1)).toBe("join");
});

test("ready is no member (H70)", () => {
  const ready = { own: 7n, ready: 5n };
  expect(decideSharedEnter(view({ ...ready, children: ["ready", "me"] }), 2)).toBe("wait");
  expect(decideSharedEnter(view({ ...ready, children: ["ready", "me", "a"] }), 2)).toBe("entered");
});

test("whoever sees enough members says so, and the others take its word for it if it is newer than they are (H71)", () => {
  expect(decideSharedEnter(view({ own: 7n, children: ["me", "a"] }), 2)).toBe("announce");
  expect(decideSharedEnter(view({ own: 7n, children: ["me"] }), 2)).toBe("wait");
  expect(decideSharedEnter(view({ own: 7n, ready: 8n, children: ["me", "ready"] }), 2)).toBe("entered");
  expect(decideSharedEnter(view({ own: 7n, ready: 6n, children: ["me", "ready"] }), 2)).toBe("wait");
});

test("a ready that has come and gone counts, for whoever was there and still is", () => {
  expect(decideSharedEnter(view({ own: 7n, children: ["me"], sawReady: true }), 2)).toBe("entered");
  expect(decideSharedEnter(view({ children: [], sawReady: true }), 2)).toBe("join");
});
