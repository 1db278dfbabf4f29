"""kazoo's Election as a peer process; peer.py has the protocol.

    kazoo_election.py HOSTS PATH [--identifier ID] [--session-timeout-ms MS]

    campaign     -> elected                    when it leads; it leads until it is told to resign
    resign       -> resigned
    contenders   -> contenders {contenders}    the identifiers in queue order
"""

import argparse
import threading

from peer import connect, emit, in_a_thread, serve


class Peer:
    def __init__(self, options):
        self.client = connect(options.hosts, options.session_timeout_ms)
        self.election = self.client.Election(options.path, options.identifier)
        self.resignation = threading.Event()
        self.ended = threading.Event()
        self.verbs = {
            "campaign": (in_a_thread, self.campaign),
            "resign": (in_a_thread, self.resign),
            "contenders": (in_a_thread, self.contenders),
        }

    def campaign(self, command):
        self.resignation.clear()
        self.ended.clear()

        def lead():
            emit("elected", id=command["id"])
            self.resignation.wait()

        try:
            self.election.run(lead)
        finally:
            self.ended.set()

    def resign(self, _command):
        self.resignation.set()
        self.ended.wait()
        return "resigned", {}

    def contenders(self, _command):
        return "contenders", {"contenders": self.election.contenders()}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("hosts")
    parser.add_argument("path")
    parser.add_argument("--identifier", default="")
    parser.add_argument("--session-timeout-ms", type=int, default=4000)
    serve(lambda: Peer(parser.parse_args()))


if __name__ == "__main__":
    main()
