import { fstatSync, readdirSync } from "node:fs";
import koffi from "koffi";

const F_GETFD = 1;
const F_SETFD = 2;
const FD_CLOEXEC = 1;

interface Socket {
  readonly descriptor: number;
  readonly inode: bigint;
}

const fcntl = process.platform === "linux" ? koffi.load(null).func("int fcntl(int fd, int command, ...)") : undefined;

/** Sockets that this process was started with, by their inodes. Whether children shall have them is not ours to say. */
const given = new Set(openSockets().map(({ inode }) => inode));

/**
 * Keeps the sockets of this process from the child processes that are started from now on.
 *
 * The C client opens its sockets without `SOCK_CLOEXEC`, so that a child started meanwhile inherits them. When the C
 * client then closes its own copy, the connection lives on in the child, and with it an entry in this process's epoll
 * set which can no longer be removed: the event loop spins for as long as the child lives, and whatever socket gets the
 * same descriptor next is deaf. Node.js cannot set the flag by itself, hence the foreign function; its own sockets have
 * the flag. Only Linux has this; elsewhere a poll set forgets a descriptor when it is closed.
 */
export function keepSocketsFromChildren(): void {
  for (const { descriptor, inode } of openSockets()) {
    if (!given.has(inode)) fcntl?.(descriptor, F_SETFD, "int", FD_CLOEXEC);
  }
}

/** Those that a child would inherit. */
function openSockets(): readonly Socket[] {
  if (fcntl === undefined) return [];
  return readdirSync("/proc/self/fd")
    .map(Number)
    .filter((descriptor) => fcntl(descriptor, F_GETFD) === 0)
    .flatMap((descriptor) => socketOf(descriptor) ?? []);
}

/**
 * Asked for with bigints, which are kept apart: Node.js 20 looks at the mode of the latest other stat when it resolves a
 * module, and after that of a socket it stops at the first folder that it knows, and follows no symbolic link.
 */
function socketOf(descriptor: number): Socket | undefined {
  try {
    const stat = fstatSync(descriptor, { bigint: true });
    return stat.isSocket() ? { descriptor, inode: stat.ino } : undefined;
  } catch {
    // Another thread has closed it since.
    return undefined;
  }
}
