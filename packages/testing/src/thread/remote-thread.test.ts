import { describe, expect, it } from "vitest";
import type { Answer } from "./answer.js";
import { RemoteThread } from "./remote-thread.js";

interface Api {
  ask(): Promise<Answer<number>>;
}

/** A thread that runs the code. */
const thread = (code: string) =>
  new RemoteThread<Api>(new URL(`data:text/javascript,${encodeURIComponent(code)}`), "the thing", undefined);

/** Answers a call as comlink would. */
const answering = (value: string) => `
  import { parentPort } from "node:worker_threads";
  parentPort.on("message", ({ id }) => parentPort.postMessage({ id, type: "RAW", value: ${value} }));
`;

describe("an object in a thread", () => {
  it("answers a call with a value", async () => {
    const remote = thread(answering("{ value: 7 }"));
    expect(await remote.call((api) => api.ask())).toBe(7);
    await remote.stop();
  });

  it("refuses a call with a typed error", async () => {
    const remote = thread(answering('{ refusal: { code: "unavailable", message: "not now" } }'));
    const refused = { name: "TestingError", code: "unavailable", message: "not now" };
    await expect(remote.call((api) => api.ask())).rejects.toMatchObject(refused);
    await remote.stop();
  });

  it("rejects what is under way when it is stopped, and everything after", async () => {
    const remote = thread('import { parentPort } from "node:worker_threads"; parentPort.on("message", () => 0);');
    const stopped = { name: "TestingError", code: "stopped", message: "the thing was stopped" };
    const rejected = expect(remote.call((api) => api.ask())).rejects.toMatchObject(stopped);
    await Promise.all([remote.stop(), rejected]);
    await expect(remote.call((api) => api.ask())).rejects.toMatchObject(stopped);
  });

  it("does not hide that its thread has failed: every call says so, and stopping it, too", async () => {
    const remote = thread('setTimeout(() => { throw new Error("boom"); }, 10)');
    const failed = { code: "stopped", cause: { message: "boom" }, message: expect.stringContaining("boom") };
    await expect(remote.call((api) => api.ask())).rejects.toMatchObject(failed);
    await expect(remote.call((api) => api.ask())).rejects.toMatchObject(failed);
    await expect(remote.stop()).rejects.toMatchObject(failed);
  });

  it("rejects what is under way when its thread just ends", async () => {
    const remote = thread("setTimeout(() => process.exit(), 10)");
    await expect(remote.call((api) => api.ask())).rejects.toMatchObject({ code: "stopped" });
  });
});
