"""A kazoo lock as a peer process; peer.py has the protocol.

    kazoo_lock.py HOSTS PATH [--name NAME] [--identifier ID] [--extra-lock-pattern=PATTERN]... [--session-timeout-ms MS]

    acquire     timeoutSeconds?                  -> acquired {node}
    release                                      -> released
    contend     ledger, rounds, holdMs           -> done {rounds}
    contenders                                   -> contenders {contenders}   the identifiers in queue order

Acquire, release and contend run one after the other on a thread of their own, so that the rest is answered while an acquire
waits.
"""

import argparse
import os
import random
import time

from peer import InTurn, at_once, connect, serve
from kazoo.exceptions import LockTimeout


class Ledger:
    """The shared file that loses an update when two peers are inside at once; see ledger.ts."""

    def __init__(self, directory, peer):
        self.directory = directory
        self.peer = peer

    def update(self, hold_seconds):
        enter_ns = time.monotonic_ns()
        entered = self._mark()
        counter = self._path("counter")
        with open(counter) as file:
            n = int(file.read()) + 1
        time.sleep(random.uniform(0, hold_seconds))
        with open(counter, "w") as file:
            file.write(str(n))
        self._append("entries", "%s %d %d %d" % (self.peer, n, enter_ns, time.monotonic_ns()))
        if entered:
            os.unlink(self._path("inside"))

    def _mark(self):
        marker = self._path("inside")
        try:
            with open(marker, "x") as file:
                file.write(self.peer)
            return True
        except FileExistsError:
            self._append("overlaps", "%s entered although another peer was inside" % self.peer)
            return False

    def _append(self, name, line):
        with open(self._path(name), "a") as file:
            file.write(line + "\n")

    def _path(self, name):
        return os.path.join(self.directory, name)


class Peer:
    def __init__(self, options):
        self.name = options.name
        self.client = connect(options.hosts, options.session_timeout_ms)
        self.lock = self.client.Lock(
            options.path, identifier=options.identifier, extra_lock_patterns=options.extra_lock_pattern
        )
        in_turn = InTurn()
        self.verbs = {
            "acquire": (in_turn, self.acquire),
            "release": (in_turn, self.release),
            "contend": (in_turn, self.contend),
            "contenders": (at_once, self.contenders),
        }

    def acquire(self, command):
        if not self.lock.acquire(timeout=command.get("timeoutSeconds")):
            raise LockTimeout("kazoo's acquire returned False")
        return "acquired", {"node": self.lock.node}

    def release(self, _command):
        if not self.lock.release():
            raise RuntimeError("kazoo's release returned False: the lock was not held")
        return "released", {}

    def contend(self, command):
        ledger = Ledger(command["ledger"], self.name)
        for _ in range(command["rounds"]):
            self.acquire({})
            try:
                ledger.update(command["holdMs"] / 1000)
            finally:
                self.lock.release()
        return "done", {"rounds": command["rounds"]}

    def contenders(self, _command):
        return "contenders", {"contenders": self.lock.contenders()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("hosts")
    parser.add_argument("path")
    parser.add_argument("--name", default="kazoo")
    parser.add_argument("--identifier", default="")
    parser.add_argument("--extra-lock-pattern", action="append", default=[])
    parser.add_argument("--session-timeout-ms", type=int, default=4000)
    serve(lambda: Peer(parser.parse_args()))


if __name__ == "__main__":
    main()
