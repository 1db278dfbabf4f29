/**
 * What the worker thread of a test server runs. The thread that started it stops it by ending the worker.
 *
 * It listens before it loads the server, which is most of the time that a start takes: who waits for the start can
 * connect meanwhile.
 */
import { parentPort, workerData } from "node:worker_threads";
import { expose } from "comlink/dist/esm/comlink.mjs";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { answer } from "../thread/answer.js";
import { faultControl } from "../thread/fault-control.js";
import { Gate } from "./gate.js";
import { listen } from "./listen.js";
import type { ServerSettings } from "./options.js";
import type { Server } from "./server.js";
import type { ZnodeCounters } from "./types.js";

/** What the thread is started with. */
export interface ServerThreadData {
  readonly settings: ServerSettings;
  readonly gate: SharedArrayBuffer;
}

const { settings, gate: memory } = workerData as ServerThreadData;
const gate = new Gate(memory);

let loaded: Promise<Server> | undefined;

/** The server, which is loaded when it is first needed. */
function server(): Promise<Server> {
  loaded ??= import("./server.js").then(({ Server }) => new Server(settings));
  return loaded;
}

async function start(): Promise<number> {
  const port = await listen(settings.port, (socket) => {
    // Nobody else listens for errors until the server is there.
    socket.on("error", () => undefined);
    void server().then((loaded) => loaded.accept(socket));
  });
  afterAnswer(() => void server());
  return port;
}

/** The answer to a call is posted from microtasks; what is queued for the next tick runs after those, before any I/O. */
function afterAnswer(work: () => void): void {
  queueMicrotask(() => process.nextTick(work));
}

const control = {
  start: () => answer(start),
  expireSession: (id: bigint) => answer(async () => (await server()).expireSession(id)),
  dropConnection: (id: bigint) => answer(async () => (await server()).dropConnection(id)),
  sessions: () => answer(async () => (await server()).sessions()),
  setCounters: (path: string, counters: ZnodeCounters) =>
    answer(async () => (await server()).setCounters(path, counters)),
  counts: () => answer(async () => (await server()).counts()),
  restart: () => answer(async () => (await server()).restart()),
  freeze: () => answer(() => afterAnswer(() => gate.pass())),
  ...faultControl(async () => (await server()).faults),
};

/** What the other thread can ask for. */
export type ServerControl = typeof control;

if (parentPort === null) throw new TypeError("this module is to be run by a worker thread");
expose(control, nodeEndpoint(parentPort));
