"""kazoo's ReadLock and WriteLock as a peer process; peer.py has the protocol.

    kazoo_read_write.py HOSTS

    acquire  path, side, timeoutSeconds?  -> acquired   the side is "read" or "write"
    release  path, side                   -> released

Commands are run one after the other.
"""

import sys

from peer import at_once, connect, serve
from kazoo.exceptions import LockTimeout


class Peer:
    def __init__(self, hosts):
        self.client = connect(hosts)
        self.locks = {}
        self.verbs = {"acquire": (at_once, self.acquire), "release": (at_once, self.release)}

    def acquire(self, command):
        if not self._lock(command).acquire(timeout=command.get("timeoutSeconds")):
            raise LockTimeout("kazoo's acquire returned False")
        return "acquired", {}

    def release(self, command):
        if not self._lock(command).release():
            raise RuntimeError("kazoo's release returned False: the lock was not held")
        return "released", {}

    def _lock(self, command):
        key = command["path"], command["side"]
        if key not in self.locks:
            kind = self.client.ReadLock if command["side"] == "read" else self.client.WriteLock
            self.locks[key] = kind(command["path"], "kazoo")
        return self.locks[key]


if __name__ == "__main__":
    serve(lambda: Peer(sys.argv[1]))
