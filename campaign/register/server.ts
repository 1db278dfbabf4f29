/**
 * The register, a process of its own: nobody stops or kills it, and it answers one request after the other. Takes lines of
 * JSON, answers each by one, and appends what it has answered to its log before. Argument: the log's path.
 */
import { openSync, writeSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { createInterface } from "node:readline";
import { monotonicMs } from "../history/clock.js";
import type { RegisterAnswer } from "./record.js";
import { Register } from "./register.js";

const log = openSync(process.argv[2] ?? "", "ax");
const register = new Register();

const server = createServer((socket) => {
  // A worker may be killed at any time. (The reader passes on what it cannot read.)
  socket.on("error", () => {});
  const lines = createInterface(socket);
  lines.on("error", () => {});
  lines.on("line", (line) => {
    const record = register.ask(JSON.parse(line), monotonicMs());
    writeSync(log, `${JSON.stringify(record)}\n`);
    const { accepted, value } = record;
    socket.write(`${JSON.stringify({ accepted, value } satisfies RegisterAnswer)}\n`);
  });
});

process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit());
server.listen(0, "127.0.0.1", () => process.send?.({ port: (server.address() as AddressInfo).port }));
