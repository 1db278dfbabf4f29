import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { connect } from "@zookit/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { simulate, type VirtualTime } from "./simulate.js";
import type { SimulatedEnsemble } from "./simulated-ensemble.js";

test("hours pass in no time", async () => {
  const begun = process.hrtime.bigint();
  await simulate(async (_, time) => time.pass(3_600_000), { limitMs: 4_000_000 });
  expect(Number(process.hrtime.bigint() - begun) / 1e9).toBeLessThan(60);
});

test("a story that waits for what can never happen is ended", async () => {
  await expect(simulate(() => new Promise(() => {}))).rejects.toMatchObject({ code: "deadlock" });
});

test("a story that comes to nothing is ended", async () => {
  const story = async (_: SimulatedEnsemble, time: VirtualTime) => {
    for (;;) await time.pass(1_000);
  };
  await expect(simulate(story, { limitMs: 10_000 })).rejects.toMatchObject({ code: "deadlock" });
});

test("what the story throws is thrown, and the real timers are back", async () => {
  const before = [globalThis.setTimeout, globalThis.Date, Math.random, performance.now];
  const failure = new Error("the story failed");
  await expect(simulate(() => Promise.reject(failure))).rejects.toBe(failure);
  expect([globalThis.setTimeout, globalThis.Date, Math.random, performance.now]).toEqual(before);
});

test("a check after each step ends the story at once", async () => {
  const failure = new Error("must never be");
  const afterEachStep = () => {
    if (performance.now() > 500) throw failure;
  };
  await expect(simulate(async (_, time) => time.pass(1_000), { afterEachStep })).rejects.toBe(failure);
});

test("two simulations at a time are refused", async () => {
  await simulate(async () => {
    await expect(simulate(async () => {})).rejects.toMatchObject({ code: "invalid-argument" });
  });
});

test("a stall makes timers late, but not the clocks", async () => {
  await simulate(async (_, time) => {
    const begun = Date.now();
    let fired = 0;
    const timer = setInterval(() => fired++, 100);
    time.stall(1_000);
    expect(Date.now() - begun).toBe(1_000);
    expect(fired).toBeLessThanOrEqual(1);
    clearInterval(timer);
  });
});

test("the same story under the same seed happens in the same way", async () => {
  const traces: string[][] = [];
  const story = fc.asyncProperty(fc.scheduler(), async (scheduler) => {
    const trace: string[] = [];
    const record = (message: unknown) => {
      const { operation, path, error } = message as { operation: string; path: string; error: string };
      trace.push(`${performance.now()} ${operation} ${path} ${error}`);
    };
    subscribe("zookit:operation", record);
    await simulate(
      async (ensemble) => {
        const clients = [1, 2, 3].map(() => connect("simulated", { transport: ensemble.transport }));
        await Promise.all(clients.map(async (zk, index) => (await zk).create(`/n${index}`)));
      },
      { scheduler },
    );
    unsubscribe("zookit:operation", record);
    traces.push(trace);
  });
  await fc.assert(story, { numRuns: 5, seed: 7 });
  await fc.assert(story, { numRuns: 5, seed: 7 });
  expect(traces.slice(0, 5)).toEqual(traces.slice(5));
  expect(new Set(traces.map(String)).size).toBeGreaterThan(1);
});
