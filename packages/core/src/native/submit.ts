import type { OperationName, Operations, Reply } from "../transport.js";
import type { NativeHandle } from "./binding.js";
import * as convert from "./convert.js";

type Deliver<Name extends OperationName> = (reply: Reply<Operations[Name]["value"]>) => void;

type Calls = {
  readonly [Name in OperationName]: (
    handle: NativeHandle,
    request: Operations[Name]["request"],
    deliver: Deliver<Name>,
  ) => number;
};

// Versions are always given as integers: null and undefined would be sent as 0, not as "any" (N14).
const calls: Calls = {
  create: (handle, { path, data, mode, ttlMs }, deliver) => {
    const flags = convert.createFlags(mode, ttlMs !== undefined);
    const done = (code: number, _: string, created: string) => deliver(reply(code, () => created));
    return ttlMs === undefined
      ? handle.a_create(path, data, flags, done)
      : handle.a_create_ttl(path, data, flags, ttlMs, done);
  },
  delete: (handle, { path, version }, deliver) =>
    handle.a_delete_(path, version, (code) => deliver(reply(code, () => undefined))),
  exists: (handle, { path, watch }, deliver) =>
    handle.a_exists(path, watch, (code, _, stat) => deliver(reply(code, () => convert.stat(stat)))),
  get: (handle, { path, watch }, deliver) =>
    handle.a_get(path, watch, (code, _, stat, data) =>
      deliver(reply(code, () => ({ data: data ?? Buffer.alloc(0), stat: convert.stat(stat) }))),
    ),
  children: (handle, { path, watch }, deliver) =>
    handle.a_get_children2(path, watch, (code, _, children, stat) =>
      deliver(reply(code, () => ({ children, stat: convert.stat(stat) }))),
    ),
  set: (handle, { path, data, version }, deliver) =>
    handle.a_set(path, data, version, (code, _, stat) => deliver(reply(code, () => convert.stat(stat)))),
  setAcl: (handle, { path, acl, version }, deliver) =>
    handle.a_set_acl(path, version, convert.nativeAcl(acl), (code) => deliver(reply(code, () => undefined))),
  sync: (handle, { path }, deliver) => handle.a_sync(path, (code) => deliver(reply(code, () => undefined))),
};

function reply<Value>(code: number, value: () => Value): Reply<Value> {
  return code === 0 ? { code: 0, value: value() } : { code, sent: true };
}

/**
 * Hands a request to the C client and resolves with its reply.
 *
 * Every reply hops through `setImmediate`, as every event does. Immediates run one by one in the order in which they were
 * set, each followed by a drain of the microtask queue: that is the one FIFO which keeps replies and events in
 * ZooKeeper's order, and nothing of ours ever runs inside a native callback (N2, N5, N9, N10).
 */
export function submit<Name extends OperationName>(
  handle: NativeHandle,
  operation: Name,
  request: Operations[Name]["request"],
): Promise<Reply<Operations[Name]["value"]>> {
  return new Promise((resolve) => {
    const deliver: Deliver<Name> = (result) => setImmediate(resolve, result);
    const code = calls[operation](handle, request, deliver);
    if (code !== 0) deliver({ code, sent: false });
  });
}
