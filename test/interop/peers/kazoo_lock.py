"""A kazoo lock as a peer process, driven by JSON lines.

    kazoo_lock.py HOSTS PATH [--name NAME] [--identifier ID] [--extra-lock-pattern=PATTERN]... [--session-timeout-ms MS]

Each line of stdin is a command {"id", "verb", ...}, each line of stdout an event {"id", "event", ...}; the events
`ready` and `failed` at the start carry no id.

    acquire     timeoutSeconds?                  -> acquired {node}
    release                                      -> released
    contend     ledger, rounds, holdMs           -> done {rounds}
    contenders                                   -> contenders {contenders}   the identifiers in queue order
    quit                                         -> the session is closed and the process ends

A command that fails is answered by `error` {code, message}. Acquire, release and contend run one after the other on a
thread of their own, so that the rest is answered while an acquire waits. The end of stdin counts as `quit`: the peer
never outlives the test that drives it.
"""

import argparse
import json
import os
import queue
import random
import sys
import threading
import time

QUIT_LIMIT_SECONDS = 3

output_lock = threading.Lock()


def emit(event, **fields):
    line = json.dumps({"event": event, **fields}) + "\n"
    with output_lock:
        try:
            sys.stdout.write(line)
            sys.stdout.flush()
        except BrokenPipeError:
            os._exit(1)


try:
    from kazoo.client import KazooClient
    from kazoo.exceptions import LockTimeout
except ImportError as error:
    emit("failed", message="%s (Debian package: python3-kazoo)" % error)
    sys.exit(1)


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
        self.client = KazooClient(hosts=options.hosts, timeout=options.session_timeout_ms / 1000)
        self.client.start(timeout=15)
        self.lock = self.client.Lock(
            options.path, identifier=options.identifier, extra_lock_patterns=options.extra_lock_pattern
        )

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


def answer(command, verb):
    try:
        event, fields = verb(command)
        emit(event, id=command["id"], **fields)
    except LockTimeout as error:
        emit("error", id=command["id"], code="timeout", message=str(error))
    except Exception as error:
        emit("error", id=command["id"], code=type(error).__name__, message=str(error))


def work(commands):
    while True:
        answer(*commands.get())


def quit_peer(peer):
    limit = threading.Timer(QUIT_LIMIT_SECONDS, os._exit, [0])
    limit.daemon = True
    limit.start()
    peer.client.stop()
    os._exit(0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("hosts")
    parser.add_argument("path")
    parser.add_argument("--name", default="kazoo")
    parser.add_argument("--identifier", default="")
    parser.add_argument("--extra-lock-pattern", action="append", default=[])
    parser.add_argument("--session-timeout-ms", type=int, default=4000)
    try:
        peer = Peer(parser.parse_args())
    except Exception as error:
        emit("failed", message="%s: %s" % (type(error).__name__, error))
        os._exit(1)

    commands = queue.Queue()
    threading.Thread(target=work, args=[commands], daemon=True).start()
    in_turn = {"acquire": peer.acquire, "release": peer.release, "contend": peer.contend}
    emit("ready")

    for line in sys.stdin:
        command = json.loads(line)
        if command["verb"] == "quit":
            break
        if command["verb"] == "contenders":
            answer(command, peer.contenders)
        else:
            commands.put((command, in_turn[command["verb"]]))
    quit_peer(peer)


if __name__ == "__main__":
    main()
