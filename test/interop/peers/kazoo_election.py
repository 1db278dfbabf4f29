"""kazoo's Election as a peer process, driven by JSON lines.

    kazoo_election.py HOSTS PATH [--identifier ID] [--session-timeout-ms MS]

Each line of stdin is a command {"id", "verb"}, each line of stdout an event {"id", "event", ...}; the events `ready` and
`failed` at the start carry no id.

    campaign     -> elected                    when it leads; it leads until it is told to resign
    resign       -> resigned
    contenders   -> contenders {contenders}    the identifiers in queue order

A command that fails is answered by `error` {code, message}. The end of stdin closes the session and ends the process: the
peer never outlives the test that drives it.
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
        self.election = self.client.Election(options.path, options.identifier)
        self.resignation = threading.Event()
        self.ended = threading.Event()

    def campaign(self, command):
        self.resignation.clear()
        self.ended.clear()

        def lead():
            emit("elected", id=command["id"])
            self.resignation.wait()

        try:
            self.election.run(lead)
        except Exception as error:
            emit("error", id=command["id"], code=type(error).__name__, message=str(error))
        finally:
            self.ended.set()

    def resign(self, command):
        self.resignation.set()
        self.ended.wait()
        emit("resigned", id=command["id"])

    def contenders(self, command):
        emit("contenders", id=command["id"], contenders=self.election.contenders())


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
    parser.add_argument("--identifier", default="")
    parser.add_argument("--session-timeout-ms", type=int, default=4000)
    try:
        peer = Peer(parser.parse_args())
    except Exception as error:
        emit("failed", message="%s: %s" % (type(error).__name__, error))
        os._exit(1)
    emit("ready")
    for line in sys.stdin:
        command = json.loads(line)
        verb = {"campaign": peer.campaign, "resign": peer.resign, "contenders": peer.contenders}[command["verb"]]
        threading.Thread(target=verb, args=[command], daemon=True).start()
    quit_peer(peer)


if __name__ == "__main__":
    main()
