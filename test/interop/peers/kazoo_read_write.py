"""kazoo's ReadLock and WriteLock as a peer process, driven by JSON lines.

    kazoo_read_write.py HOSTS

Each line of stdin is a command {"id", "verb", "path", "side", ...}, each line of stdout an event {"id", "event", ...}; the
events `ready` and `failed` at the start carry no id.

    acquire  timeoutSeconds?  -> acquired   the side is "read" or "write"
    release                   -> released

A command that fails is answered by `error` {code, message}. Commands are run one after the other. The end of stdin closes
the session and ends the process: the peer never outlives the test that drives it.
"""

import json
import os
import sys
import threading

QUIT_LIMIT_SECONDS = 3


def emit(event, **fields):
    try:
        sys.stdout.write(json.dumps({"event": event, **fields}) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os._exit(1)


try:
    from kazoo.client import KazooClient
    from kazoo.exceptions import LockTimeout
except ImportError as error:
    emit("failed", message="%s (Debian package: python3-kazoo)" % error)
    sys.exit(1)


class Peer:
    def __init__(self, hosts):
        self.client = KazooClient(hosts=hosts, timeout=4)
        self.client.start(timeout=15)
        self.locks = {}

    def acquire(self, command):
        if not self._lock(command).acquire(timeout=command.get("timeoutSeconds")):
            raise LockTimeout("kazoo's acquire returned False")
        return "acquired"

    def release(self, command):
        if not self._lock(command).release():
            raise RuntimeError("kazoo's release returned False: the lock was not held")
        return "released"

    def _lock(self, command):
        key = command["path"], command["side"]
        if key not in self.locks:
            kind = self.client.ReadLock if command["side"] == "read" else self.client.WriteLock
            self.locks[key] = kind(command["path"], "kazoo")
        return self.locks[key]


def answer(peer, command):
    verbs = {"acquire": peer.acquire, "release": peer.release}
    try:
        emit(verbs[command["verb"]](command), id=command["id"])
    except LockTimeout as error:
        emit("error", id=command["id"], code="timeout", message=str(error))
    except Exception as error:
        emit("error", id=command["id"], code=type(error).__name__, message=str(error))


def quit_peer(peer):
    limit = threading.Timer(QUIT_LIMIT_SECONDS, os._exit, [0])
    limit.daemon = True
    limit.start()
    peer.client.stop()
    os._exit(0)


def main():
    try:
        peer = Peer(sys.argv[1])
    except Exception as error:
        emit("failed", message="%s: %s" % (type(error).__name__, error))
        os._exit(1)
    emit("ready")
    for line in sys.stdin:
        answer(peer, json.loads(line))
    quit_peer(peer)


if __name__ == "__main__":
    main()
