import { closeSync, fstatSync, openSync, readdirSync } from "node:fs";
import koffi from "koffi";

const F_SETFD = 2;
const FD_CLOEXEC = 1;

const fcntl = process.platform === "linux" ? koffi.load(null).func("int fcntl(int fd, int command, ...)") : undefined;

/**
 * Runs something that opens a socket, and keeps that socket from the child processes of this one.
 *
 * The C client opens its sockets without `SOCK_CLOEXEC`, so that a child started meanwhile inherits them. When the C
 * client then closes its own copy, the connection lives on in the child, and with it an entry in this process's epoll
 * set which can no longer be removed: the event loop spins for as long as the child lives, and whatever socket gets the
 * same descriptor next is deaf. Node.js cannot set the flag by itself, hence the foreign function. Only Linux has this;
 * elsewhere a poll set forgets a descriptor when it is closed.
 */
export function withoutInheritance<T>(open: () => T): T {
  if (fcntl === undefined) return open();
  const before = new Set(openDescriptors());
  const lowest = lowestFreeDescriptor();
  const result = open();
  for (const descriptor of openDescriptors()) {
    // The listing's own descriptor was the lowest free one, and so is among those that were open before.
    const isNew = descriptor === lowest || !before.has(descriptor);
    if (isNew && isSocket(descriptor)) fcntl(descriptor, F_SETFD, "int", FD_CLOEXEC);
  }
  return result;
}

function openDescriptors(): readonly number[] {
  return readdirSync("/proc/self/fd").map(Number);
}

function lowestFreeDescriptor(): number {
  const descriptor = openSync("/dev/null", "r");
  closeSync(descriptor);
  return descriptor;
}

/**
 * Asked for with bigints, which are kept apart: Node.js 20 looks at the mode of the latest other stat when it resolves a
 * module, and after that of a socket it stops at the first folder that it knows, and follows no symbolic link.
 */
function isSocket(descriptor: number): boolean {
  try {
    return fstatSync(descriptor, { bigint: true }).isSocket();
  } catch {
    // The descriptor of the listing itself.
    return false;
  }
}
