import { getEventListeners } from "node:events";
import { describe, expect, it } from "vitest";
import { Latest } from "./latest.js";

describe("Latest.observe", () => {
  it("yields the present value, then each change", async () => {
    const latest = new Latest(1);
    const stream = latest.observe();
    expect(await stream.next()).toEqual({ value: 1, done: false });
    const next = stream.next();
    latest.set(2);
    expect(await next).toEqual({ value: 2, done: false });
  });

  it("lets a slow reader skip what was overtaken", async () => {
    const latest = new Latest(0);
    const stream = latest.observe();
    await stream.next();
    for (let value = 1; value <= 100; value++) latest.set(value);
    expect((await stream.next()).value).toBe(100);
  });

  it("does not yield a value that was set to itself", async () => {
    const latest = new Latest<number>(Number.NaN);
    const stream = latest.observe();
    await stream.next();
    latest.set(Number.NaN);
    const next = stream.next();
    latest.set(3);
    expect((await next).value).toBe(3);
  });

  it("wakes every reader", async () => {
    const latest = new Latest("a");
    const streams = [latest.observe(), latest.observe(), latest.observe()];
    await Promise.all(streams.map((stream) => stream.next()));
    const next = streams.map((stream) => stream.next());
    latest.set("b");
    expect((await Promise.all(next)).map(({ value }) => value)).toEqual(["b", "b", "b"]);
  });

  it("gives the last value to each reader, then ends", async () => {
    const latest = new Latest("open");
    const stream = latest.observe();
    await stream.next();
    latest.set("closed");
    latest.end();
    expect(await stream.next()).toEqual({ value: "closed", done: false });
    expect(await stream.next()).toEqual({ value: undefined, done: true });
    expect((await latest.observe().next()).value).toBe("closed");
  });

  it("ends a reader that waits", async () => {
    const latest = new Latest(1);
    const stream = latest.observe();
    await stream.next();
    const next = stream.next();
    latest.end();
    expect((await next).done).toBe(true);
  });

  it("keeps its last value for ever once it has ended", () => {
    const latest = new Latest(1);
    latest.end();
    latest.set(2);
    expect(latest.value).toBe(1);
  });

  it("rejects with the signal's own reason, and leaves no listener on the signal", async () => {
    const controller = new AbortController();
    const reason = new Error("enough");
    const stream = new Latest(1).observe(controller.signal);
    await stream.next();
    const next = stream.next();
    controller.abort(reason);
    await expect(next).rejects.toBe(reason);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  it("leaves no listener on a signal that never aborts", async () => {
    const { signal } = new AbortController();
    const latest = new Latest(1);
    for await (const value of latest.observe(signal)) {
      if (value === 3) break;
      setImmediate(() => latest.set(value + 1));
    }
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("yields nothing under a signal that has aborted before", async () => {
    const reason = new Error("too late");
    await expect(new Latest(1).observe(AbortSignal.abort(reason)).next()).rejects.toBe(reason);
  });
});

describe("Latest.until", () => {
  it("resolves at once if the present value satisfies", async () => {
    expect(await new Latest(1).until((value) => value === 1)).toBe(1);
  });

  it("passes over values that do not satisfy", async () => {
    const latest = new Latest(0);
    const waiting = latest.until((value) => value > 2);
    latest.set(1);
    latest.set(3);
    expect(await waiting).toBe(3);
  });

  it("rejects with the signal's own reason, and leaves no listener on the signal", async () => {
    const controller = new AbortController();
    const waiting = new Latest(0).until(() => false, controller.signal);
    controller.abort("a reason that is no Error");
    await expect(waiting).rejects.toBe("a reason that is no Error");
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });
});
