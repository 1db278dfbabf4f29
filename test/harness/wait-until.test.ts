import { expect, it } from "vitest";
import { waitUntil } from "./wait-until.js";

it("resolves with the first truthy value", async () => {
  let asked = 0;
  const value = await waitUntil(() => (asked++ < 2 ? undefined : asked), { what: "asked three times", intervalMs: 1 });
  expect(value).toBe(3);
});

it("takes a failing condition for one that is not true yet", async () => {
  let asked = 0;
  const condition = async (): Promise<string> => {
    if (asked++ === 0) throw new Error("down");
    return "up";
  };
  expect(await waitUntil(condition, { what: "it is up", intervalMs: 1 })).toBe("up");
});

it("says at the deadline what it waited for, and the last value or error", async () => {
  const options = { what: "pigs fly", timeoutMs: 30, intervalMs: 5 };
  await expect(waitUntil(() => 0, options)).rejects.toThrow(/30 ms waiting until pigs fly; last value: 0/);
  const fails = (): never => {
    throw new Error("no wings");
  };
  await expect(waitUntil(fails, options)).rejects.toThrow(/pigs fly; last error: Error: no wings/);
});

it("keeps its deadline although the condition never settles", async () => {
  const never = (): Promise<boolean> => new Promise(() => {});
  await expect(waitUntil(never, { what: "for ever", timeoutMs: 30 })).rejects.toThrow(/never settled/);
});
