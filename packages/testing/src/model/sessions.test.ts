import { describe, expect, it } from "vitest";
import { Sessions } from "./sessions.js";

const LIMITS = { tickMs: 100, minTimeoutMs: 200, maxTimeoutMs: 2_000 };

function oneSession(timeoutMs = 1_000, nowMs = 0) {
  const sessions = new Sessions(LIMITS, 1n);
  const grant = sessions.open(timeoutMs, nowMs);
  return { sessions, ...grant };
}

describe("a session", () => {
  it("has an id and a password of its own", () => {
    const sessions = new Sessions(LIMITS, 7n);
    const [first, second] = [sessions.open(1_000, 0), sessions.open(1_000, 0)];
    expect([first.id, second.id]).toEqual([7n, 8n]);
    expect(first.password).toHaveLength(16);
    expect(first.password.equals(second.password)).toBe(false);
    expect(sessions.ids).toEqual([7n, 8n]);
  });

  it.each([
    [0, 200],
    [-5, 200],
    [1_234, 1_234],
    [60_000, 2_000],
  ])("that asks for %i ms gets %i ms", (asked, granted) => {
    expect(oneSession(asked).timeoutMs).toBe(granted);
  });

  it("ends at the first tick after its timeout, which may be a whole tick late", () => {
    const { sessions, id } = oneSession(1_000, 50);
    expect(sessions.nextExpiryMs).toBe(1_100);
    expect(sessions.overdue(1_099)).toEqual([]);
    expect(sessions.overdue(1_100)).toEqual([id]);
    expect(oneSession(1_000, 0).sessions.nextExpiryMs).toBe(1_100);
  });

  it("gets its whole timeout again with each contact", () => {
    const { sessions, id } = oneSession();
    expect(sessions.touch(id, 900)).toBe(true);
    expect(sessions.overdue(1_999)).toEqual([]);
    expect(sessions.overdue(2_000)).toEqual([id]);
  });

  it("is as good as before after a new leader was elected", () => {
    const { sessions } = oneSession();
    sessions.restart(500);
    expect(sessions.nextExpiryMs).toBe(1_600);
  });

  it("is over for good once it is closed", () => {
    const { sessions, id, password } = oneSession();
    expect(sessions.close(id)).toBe(true);
    expect(sessions.close(id)).toBe(false);
    expect(sessions.touch(id, 0)).toBe(false);
    expect(sessions.resume(id, password, 0)).toBeUndefined();
    expect(sessions.grantOf(id)).toBeUndefined();
    expect(sessions.nextExpiryMs).toBeUndefined();
  });
});

describe("taking a session over", () => {
  it("wants its id and its password, and leaves the countdown alone otherwise", () => {
    const { sessions, id, password } = oneSession();
    expect(sessions.resume(id, Buffer.alloc(16), 500)).toBeUndefined();
    expect(sessions.resume(id + 1n, password, 500)).toBeUndefined();
    expect(sessions.nextExpiryMs).toBe(1_100);
    expect(sessions.resume(id, password, 500)).toEqual({ id, password, timeoutMs: 1_000 });
    expect(sessions.nextExpiryMs).toBe(1_600);
  });

  it("negotiates the timeout anew, which may also shorten it", () => {
    const { sessions, id, password } = oneSession();
    expect(sessions.resume(id, password, 500, 300)?.timeoutMs).toBe(300);
    expect(sessions.nextExpiryMs).toBe(900);
    expect(sessions.resume(id, password, 500, 60_000)?.timeoutMs).toBe(2_000);
    expect(sessions.grantOf(id)?.timeoutMs).toBe(2_000);
  });
});
