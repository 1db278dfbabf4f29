"""kazoo's Barrier and DoubleBarrier as a peer process, driven by JSON lines.

    kazoo_barrier.py HOSTS [--session-timeout-ms MS]

Each line of stdin is a command {"id", "verb", ...}, each line of stdout an event {"id", "event", ...}; the events
`ready` and `failed` at the start carry no id.

    create  path                  -> created
    remove  path                  -> removed
    wait    path, timeoutSeconds  -> waited {open}    whether the barrier was opened in time
    enter   path, parties         -> entered          a participant of its own for each path
    leave   path                  -> left

A command that fails is answered by `error` {code, message}. Each command runs on a thread of its own, so that one can be
answered while another waits. The end of stdin closes the session and ends the process: the peer never outlives the test
that drives it.
"""

import argparse
import json
import os
import sys
import threading

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
except ImportError as error:
    emit("failed", message="%s (Debian package: python3-kazoo)" % error)
    sys.exit(1)


class Peer:
    def __init__(self, options):
        self.client = KazooClient(hosts=options.hosts, timeout=options.session_timeout_ms / 1000)
        self.client.start(timeout=15)
        self.double_barriers = {}

    def create(self, command):
        self.client.Barrier(command["path"]).create()
        return "created", {}

    def remove(self, command):
        if not self.client.Barrier(command["path"]).remove():
            raise RuntimeError("kazoo's remove returned False: there was no barrier")
        return "removed", {}

    def wait(self, command):
        return "waited", {"open": self.client.Barrier(command["path"]).wait(command["timeoutSeconds"])}

    def enter(self, command):
        path = command["path"]
        barrier = self.double_barriers.get(path)
        if barrier is None:
            barrier = self.double_barriers[path] = self.client.DoubleBarrier(path, command["parties"], "kazoo")
        barrier.enter()
        # kazoo's enter returns normally when it has failed.
        if not barrier.participating:
            raise RuntimeError("kazoo did not enter")
        return "entered", {}

    def leave(self, command):
        self.double_barriers[command["path"]].leave()
        return "left", {}


def answer(peer, command):
    verbs = {
        "create": peer.create,
        "remove": peer.remove,
        "wait": peer.wait,
        "enter": peer.enter,
        "leave": peer.leave,
    }
    try:
        event, fields = verbs[command["verb"]](command)
        emit(event, id=command["id"], **fields)
    except Exception as error:
        emit("error", id=command["id"], code=type(error).__name__, message=str(error))


def quit_peer(peer):
    limit = threading.Timer(QUIT_LIMIT_SECONDS, os._exit, [0])
    limit.daemon = True
    limit.start()
    peer.client.stop()
    os._exit(0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("hosts")
    parser.add_argument("--session-timeout-ms", type=int, default=4000)
    try:
        peer = Peer(parser.parse_args())
    except Exception as error:
        emit("failed", message="%s: %s" % (type(error).__name__, error))
        os._exit(1)
    emit("ready")
    for line in sys.stdin:
        threading.Thread(target=answer, args=[peer, json.loads(line)], daemon=True).start()
    quit_peer(peer)


if __name__ == "__main__":
    main()
