import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { NativeHandle } from "./binding.js";
import { keepSocketsFromChildren } from "./close-on-exec.js";

/** Where Node.js tells of each child process that is about to be started. */
const CHILD_PROCESS = "child_process";

const open = new Set<NativeHandle>();

// Without a CLOSE the servers keep the ephemeral znodes until the session times out (H29). This runs for process.exit
// and for an uncaught exception; a SIGKILL leaves the time-out. Nothing of ours runs inside a native callback, where a
// CLOSE would be lost (N9).
function closeAll(): void {
  for (const handle of [...open]) closeHandle(handle);
}

export function registerHandle(handle: NativeHandle): void {
  if (open.size === 0) {
    process.on("exit", closeAll);
    // The C client opens sockets of its own accord, too: a second one at once when the first was cut or refused.
    subscribe(CHILD_PROCESS, keepSocketsFromChildren);
  }
  open.add(handle);
}

/** Closes a handle once. It blocks the event loop for the flush and a round trip if it is connected, else not at all. */
export function closeHandle(handle: NativeHandle): void {
  if (!open.delete(handle)) return;
  if (open.size === 0) {
    process.off("exit", closeAll);
    unsubscribe(CHILD_PROCESS, keepSocketsFromChildren);
  }
  handle.close();
}
