"""What kazoo's SetPartitioner does as members come and go, in figures.

    kazoo_partitioner.py HOSTS PATH MEMBERS PARTITIONS TIME_BOUNDARY_SECONDS

Members, each with a client and a thread of its own, run the loop of kazoo's documentation. Three steps: all start, one more
joins, one leaves. For each step one JSON line: {"step", "ms", "moved", "interrupted", "unownedMs"}: how long until every
partition is owned again, how many have another owner, how many were given up by their owner on the way, and for how long a
partition was unowned on average.
"""

import json
import sys
import threading
import time

from kazoo.client import KazooClient

POLL_SECONDS = 0.005


class Member:
    def __init__(self, hosts, path, identifier, partitions, time_boundary, log):
        self.identifier = identifier
        self.log = log
        self.owned = frozenset()
        self.leaving = False
        self.client = KazooClient(hosts=hosts, timeout=10)
        self.client.start(timeout=30)
        self.partitioner = self.client.SetPartitioner(
            path, set=partitions, identifier=identifier, time_boundary=time_boundary
        )
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def own(self, partitions):
        now = time.monotonic()
        for name in self.owned - partitions:
            self.log.append((now, name, self.identifier, False))
        for name in partitions - self.owned:
            self.log.append((now, name, self.identifier, True))
        self.owned = partitions

    def run(self):
        partitioner = self.partitioner
        while not self.leaving:
            if partitioner.failed:
                raise RuntimeError("%s has failed" % self.identifier)
            elif partitioner.release:
                self.own(frozenset())
                partitioner.release_set()
            elif partitioner.acquired:
                self.own(frozenset(partitioner))
                time.sleep(POLL_SECONDS)
            elif partitioner.allocating:
                self.own(frozenset())
                partitioner.wait_for_acquire(0.1)
        self.own(frozenset())
        partitioner.finish()
        self.client.stop()


def figures(step, log, owners, partitions, began, ended):
    """Replays the log of a step."""
    since = {name: began for name in partitions if name not in owners}
    unowned = dict.fromkeys(partitions, 0.0)
    interrupted = set()
    now_owners = dict(owners)
    for at, name, member, begins in log:
        if begins:
            unowned[name] += at - since.pop(name, at)
            now_owners[name] = member
        else:
            since[name] = at
            interrupted.add(name)
    moved = sum(1 for name in partitions if owners.get(name, now_owners[name]) != now_owners[name])
    line = {
        "step": step,
        "ms": round((ended - began) * 1000),
        "moved": moved,
        "interrupted": len(interrupted),
        "unownedMs": round(1000 * sum(unowned.values()) / len(partitions)),
    }
    print(json.dumps(line), flush=True)
    return now_owners


def main():
    hosts, path, members, count, boundary = sys.argv[1:6]
    partitions = ["p%d" % index for index in range(int(count))]
    log = []
    group = []

    def start(index):
        group.append(Member(hosts, path, "m%02d" % index, tuple(partitions), float(boundary), log))

    owners = {}

    def step(name, act):
        nonlocal owners
        log.clear()
        began = time.monotonic()
        act()
        deadline = began + 240
        # Nothing shows that a change was noticed but that somebody has let go.
        while not (log and sum(len(member.owned) for member in group if not member.leaving) == len(partitions)):
            if time.monotonic() > deadline:
                raise RuntimeError("%s does not settle" % name)
            time.sleep(POLL_SECONDS)
        owners = figures(name, list(log), owners, partitions, began, time.monotonic())

    def start_all():
        threads = [threading.Thread(target=start, args=(index,)) for index in range(int(members))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def leave():
        group[3].leaving = True

    step("start", start_all)
    step("join", lambda: start(int(members)))
    time.sleep(1)
    step("leave", leave)
    for member in group:
        member.leaving = True


main()
