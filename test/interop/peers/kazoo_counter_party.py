"""kazoo's Counter and Party as a peer process, driven by JSON lines.

    kazoo_counter_party.py HOSTS [--session-timeout-ms MS]

Each line of stdin is a command {"id", "verb", ...}, each line of stdout an event {"id", "event", ...}; the events
`ready` and `failed` at the start carry no id.

    add      path, amount, times, default?, form?  -> added {steps}      [before, after] of each addition
    get      path, default?, form?                 -> value {value}
    join     path, identifier                      -> joined             each time as a member of its own
    leave    path, identifier                      -> left               the latest one of that identifier
    members  path                                  -> members {members}  the identifiers, in the servers' order
    count    path                                  -> count {value}

The form of a counter is "text", unless it is told to be "curator". A command that fails is answered by `error`
{code, message}. Commands are run one after the other. The end of stdin closes the session and ends the process: the
peer never outlives the test that drives it.
"""

import argparse
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
    from kazoo.retry import KazooRetry
except ImportError as error:
    emit("failed", message="%s (Debian package: python3-kazoo)" % error)
    sys.exit(1)


class Peer:
    def __init__(self, options):
        # Conflicts are what the tests are about: kazoo is to try again for as long as it takes, and soon.
        patience = KazooRetry(max_tries=-1, delay=0.001, backoff=1, max_delay=0.01)
        self.client = KazooClient(
            hosts=options.hosts, timeout=options.session_timeout_ms / 1000, command_retry=patience
        )
        self.client.start(timeout=15)
        self.memberships = {}

    def add(self, command):
        counter = self._counter(command)
        steps = []
        for _ in range(command["times"]):
            counter += command["amount"]
            steps.append([counter.pre_value, counter.post_value])
        return "added", {"steps": steps}

    def get(self, command):
        return "value", {"value": self._counter(command).value}

    def join(self, command):
        party = self.client.Party(command["path"], command["identifier"])
        party.join()
        self.memberships[command["path"], command["identifier"]] = party
        return "joined", {}

    def leave(self, command):
        if not self.memberships.pop((command["path"], command["identifier"])).leave():
            raise RuntimeError("kazoo's leave returned False: the member was not there")
        return "left", {}

    def members(self, command):
        return "members", {"members": list(self.client.Party(command["path"]))}

    def count(self, command):
        return "count", {"value": len(self.client.Party(command["path"]))}

    def _counter(self, command):
        return self.client.Counter(
            command["path"], command.get("default", 0), support_curator=command.get("form") == "curator"
        )


def answer(peer, command):
    verbs = {
        "add": peer.add,
        "get": peer.get,
        "join": peer.join,
        "leave": peer.leave,
        "members": peer.members,
        "count": peer.count,
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
        answer(peer, json.loads(line))
    quit_peer(peer)


if __name__ == "__main__":
    main()
