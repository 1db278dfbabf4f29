"""kazoo's Barrier and DoubleBarrier as a peer process; peer.py has the protocol.

    kazoo_barrier.py HOSTS [--session-timeout-ms MS]

    create  path                  -> created
    remove  path                  -> removed
    wait    path, timeoutSeconds  -> waited {open}    whether the barrier was opened in time
    enter   path, parties         -> entered          a participant of its own for each path
    leave   path                  -> left

Each command runs on a thread of its own, so that one can be answered while another waits.
"""

import argparse

from peer import connect, in_a_thread, serve


class Peer:
    def __init__(self, options):
        self.client = connect(options.hosts, options.session_timeout_ms)
        self.double_barriers = {}
        self.verbs = {
            "create": (in_a_thread, self.create),
            "remove": (in_a_thread, self.remove),
            "wait": (in_a_thread, self.wait),
            "enter": (in_a_thread, self.enter),
            "leave": (in_a_thread, self.leave),
        }

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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("hosts")
    parser.add_argument("--session-timeout-ms", type=int, default=4000)
    serve(lambda: Peer(parser.parse_args()))


if __name__ == "__main__":
    main()
