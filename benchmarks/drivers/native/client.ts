import { createHandle, type NativeHandle } from "../../../packages/core/src/native/binding.js";
import type { Work } from "../node/serve.js";

export type NativeWork = Work<NativeHandle>;

const EPHEMERAL_SEQUENTIAL = 3;
const PERSISTENT = 0;

export async function connect(hosts: string, sessionTimeoutMs: number): Promise<NativeHandle> {
  const handle = createHandle();
  await new Promise<void>((resolve) => {
    handle.emit = (event) => {
      if (event === "connect") resolve();
    };
    handle.init({
      connect: hosts,
      timeout: sessionTimeoutMs,
      debug_level: 0,
      host_order_deterministic: true,
      // Otherwise eleven partial reads in a row close the session.
      response_counter_limit: 2 ** 31 - 1,
    });
  });
  return handle;
}

export function createContender(handle: NativeHandle, path: string): Promise<string> {
  return create(handle, `${path}/lock-`, EPHEMERAL_SEQUENTIAL);
}

export function createNode(handle: NativeHandle, path: string): Promise<string> {
  return create(handle, path, PERSISTENT);
}

export function remove(handle: NativeHandle, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    handle.a_delete_(path, -1, (code) => (code === 0 ? resolve() : reject(new Error(`delete: ${code}`))));
  });
}

/** @returns the version after it. */
export function set(handle: NativeHandle, path: string, data: Buffer, version: number): Promise<number> {
  return new Promise((resolve, reject) => {
    handle.a_set(path, data, version, (code, _, stat) =>
      code === 0 ? resolve(stat.version) : reject(new Error(`set: ${code}`)),
    );
  });
}

function create(handle: NativeHandle, path: string, flags: number): Promise<string> {
  return new Promise((resolve, reject) => {
    handle.a_create(path, Buffer.alloc(0), flags, (code, _, created) =>
      code === 0 ? resolve(created) : reject(new Error(`create: ${code}`)),
    );
  });
}
