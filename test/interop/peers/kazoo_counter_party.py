"""kazoo's Counter and Party as a peer process; peer.py has the protocol.

    kazoo_counter_party.py HOSTS [--session-timeout-ms MS]

    add      path, amount, times, default?, form?  -> added {steps}      [before, after] of each addition
    get      path, default?, form?                 -> value {value}
    join     path, identifier                      -> joined             each time as a member of its own
    leave    path, identifier                      -> left               the latest one of that identifier
    members  path                                  -> members {members}  the identifiers, in the servers' order
    count    path                                  -> count {value}

The form of a counter is "text", unless it is told to be "curator". Commands are run one after the other.
"""

import argparse

from peer import at_once, connect, serve
from kazoo.retry import KazooRetry


class Peer:
    def __init__(self, options):
        # Conflicts are what the tests are about: kazoo is to try again for as long as it takes, and soon.
        patience = KazooRetry(max_tries=-1, delay=0.001, backoff=1, max_delay=0.01)
        self.client = connect(options.hosts, options.session_timeout_ms, command_retry=patience)
        self.memberships = {}
        self.verbs = {
            "add": (at_once, self.add),
            "get": (at_once, self.get),
            "join": (at_once, self.join),
            "leave": (at_once, self.leave),
            "members": (at_once, self.members),
            "count": (at_once, self.count),
        }

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


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("hosts")
    parser.add_argument("--session-timeout-ms", type=int, default=4000)
    serve(lambda: Peer(parser.parse_args()))


if __name__ == "__main__":
    main()
