/**
 * comlink ships its modules with types that NodeNext resolution does not find beside them. Its main entry has types, but
 * is CommonJS, and takes a worker thread longer to load than all the rest that it needs to start.
 */
declare module "comlink/dist/esm/comlink.mjs" {
  export { expose, wrap } from "comlink";
}

declare module "comlink/dist/esm/node-adapter.mjs" {
  import type { MessagePort, Worker } from "node:worker_threads";
  import type { Endpoint } from "comlink";

  export default function nodeEndpoint(port: MessagePort | Worker): Endpoint;
}
