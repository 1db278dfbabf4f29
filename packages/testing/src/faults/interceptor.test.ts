import { beforeEach, describe, expect, it, vi } from "vitest";
import { encode, OP_CODES, ReplyHeader, RequestHeader } from "../wire/index.js";
import { Faults } from "./faults.js";
import { Interceptor } from "./interceptor.js";

/** A connection that has its handshake behind it, and tells what it has carried, by ids. */
class Connection {
  readonly carried: string[] = [];
  readonly interceptor: Interceptor;

  constructor(faults: Faults) {
    this.interceptor = new Interceptor(faults, {
      toServer: (body) => void this.carried.push(`> ${body.readInt32BE()}`),
      toClient: (body) => void this.carried.push(`< ${body.readInt32BE()}`),
      cut: () => void this.carried.push("cut"),
      reset: () => void this.carried.push("reset"),
    });
    this.interceptor.fromClient(Buffer.alloc(44));
    this.interceptor.fromServer(Buffer.alloc(37));
    this.carried.length = 0;
  }

  ask(xid: number, type: number = OP_CODES.create): void {
    this.interceptor.fromClient(encode(RequestHeader, { xid, type }));
  }

  answer(xid: number): void {
    this.interceptor.fromServer(encode(ReplyHeader, { xid, zxid: 1n, err: 0 }));
  }
}

describe("an interceptor", () => {
  const settled = vi.fn();
  let faults: Faults;
  let connection: Connection;

  beforeEach(() => {
    faults = new Faults();
    connection = new Connection(faults);
    settled.mockReset();
  });

  it("carries everything on at once where no rule is met", () => {
    connection.ask(1);
    connection.answer(1);
    expect(connection.carried).toEqual(["> 1", "< 1"]);
  });

  it.each([
    ["lose", "cut"],
    ["reset", "reset"],
  ] as const)("that is to %s a request does not carry it, and ends the connection", async (action, end) => {
    const { happened } = faults.add({ at: "request", operation: "create", nth: 2, action });
    connection.ask(1);
    connection.ask(2);
    connection.ask(3);
    connection.answer(1);
    await happened;
    expect(connection.carried).toEqual(["> 1", end]);
  });

  it("that is to lose a reply has carried the request, and everything before the reply", async () => {
    const { happened } = faults.add({ at: "reply", operation: "delete", action: "lose" });
    connection.ask(1);
    connection.ask(2, OP_CODES.delete);
    connection.answer(1);
    connection.answer(2);
    connection.ask(3);
    await happened;
    expect(connection.carried).toEqual(["> 1", "> 2", "< 1", "cut"]);
  });

  it("that drops a request silences this direction of this connection only", () => {
    faults.add({ at: "request", operation: "create", action: "drop" });
    const other = new Connection(faults);
    connection.ask(1);
    connection.ask(2, OP_CODES.ping);
    connection.answer(-1);
    other.ask(1);
    expect(connection.carried).toEqual(["< -1"]);
    expect(other.carried).toEqual(["> 1"]);
  });

  it("that holds a reply keeps it and what is behind it until the release, in order", async () => {
    const fault = faults.add({ at: "reply", operation: "create", action: "hold" });
    connection.ask(1);
    connection.ask(2);
    connection.answer(1);
    connection.answer(2);
    connection.ask(3);
    await fault.happened;
    expect(connection.carried).toEqual(["> 1", "> 2", "> 3"]);
    fault.release();
    await vi.waitFor(() => expect(connection.carried).toEqual(["> 1", "> 2", "> 3", "< 1", "< 2"]));
    connection.answer(3);
    await vi.waitFor(() => expect(connection.carried.at(-1)).toBe("< 3"));
  });

  it("counts a frame behind a held one only when it goes on", async () => {
    const hold = faults.add({ at: "request", operation: "create", action: "hold" });
    const lose = faults.add({ at: "request", operation: "delete", action: "lose" });
    lose.happened.then(settled, settled);
    connection.ask(1);
    connection.ask(2, OP_CODES.delete);
    await hold.happened;
    expect(settled).not.toHaveBeenCalled();
    hold.release();
    await lose.happened;
    expect(connection.carried).toEqual(["> 1", "cut"]);
  });

  it("does not carry what it held if the connection has ended meanwhile", async () => {
    const fault = faults.add({ at: "request", operation: "create", action: "hold" });
    connection.ask(1);
    connection.ask(2);
    connection.interceptor.end();
    fault.release();
    await fault.happened;
    // Everything that could follow follows in microtasks.
    await new Promise((resolve) => setImmediate(resolve));
    expect(connection.carried).toEqual([]);
  });

  it("delays a frame, and what is behind it, for a fixed time", async () => {
    const { happened } = faults.add({ at: "request", operation: "create", action: { delayMs: 50 } });
    const begun = performance.now();
    connection.ask(1);
    connection.ask(2);
    // Looked at within the same turn, since any other may come late.
    expect(connection.carried).toEqual([]);
    await happened;
    await vi.waitFor(() => expect(connection.carried).toEqual(["> 1", "> 2"]), { interval: 1 });
    expect(performance.now() - begun).toBeGreaterThan(45);
  });

  it("can lose the reply that creates a session", async () => {
    const { happened } = faults.add({ at: "reply", operation: "connect", action: "lose" });
    const fresh = new Connection(faults);
    await happened;
    fresh.ask(1);
    expect(fresh.carried).toEqual([]);
  });

  it("forgets a fault that is cancelled, and says so to whoever waits for it", async () => {
    const fault = faults.add({ at: "request", operation: "create", action: "lose" });
    fault.cancel();
    connection.ask(1);
    expect(connection.carried).toEqual(["> 1"]);
    await expect(fault.happened).rejects.toMatchObject({ code: "cancelled" });
  });

  it("lets everything go on when all faults are cancelled", async () => {
    const held = faults.add({ at: "request", operation: "create", action: "hold" });
    const waiting = faults.add({ at: "request", operation: "create", action: "lose" });
    connection.ask(1);
    await held.happened;
    faults.cancelAll();
    await expect(waiting.happened).rejects.toMatchObject({ code: "cancelled" });
    connection.ask(2);
    await vi.waitFor(() => expect(connection.carried).toEqual(["> 1", "> 2"]));
  });
});
