import threading
import time

POLL_SECONDS = 0.005
JOINER = "joiner"
LEAVER = "m3"


class Member:
    """Runs the loop of kazoo's documentation in a thread of its own, woken by each change of state."""

    def __init__(self, group, identifier):
        self.group = group
        self.identifier = identifier
        self.owned = frozenset()
        self.leaving = False
        self.changed = threading.Event()
        self.partitioner = group.setting.connect().SetPartitioner(
            group.path,
            set=group.partitions,
            identifier=identifier,
            time_boundary=group.setting.param("timeBoundaryMs") / 1000,
            state_change_event=self.changed,
        )
        threading.Thread(target=self.run, daemon=True).start()

    def own(self, partitions):
        self.group.note(self.identifier, self.owned - partitions, False)
        self.group.note(self.identifier, partitions - self.owned, True)
        self.owned = partitions

    def run(self):
        partitioner = self.partitioner
        while not self.leaving:
            self.changed.clear()
            if partitioner.failed:
                self.group.failed.append(self.identifier)
                return
            if partitioner.release:
                self.own(frozenset())
                partitioner.release_set()
                continue
            self.own(frozenset(partitioner) if partitioner.acquired else frozenset())
            if not self.leaving:
                self.changed.wait()
        self.own(frozenset())
        partitioner.finish()

    def leave(self):
        self.leaving = True
        self.changed.set()


class Group:
    """The members, and who of them owns what."""

    def __init__(self, setting):
        self.setting = setting
        self.path = setting.path + "/partitioner"
        self.partitions = tuple("p%d" % index for index in range(setting.param("partitions")))
        self.members = {}
        self.failed = []
        self.changes = []

    def note(self, member, partitions, is_owned):
        now = time.monotonic_ns()
        self.changes.extend((now, name, member, is_owned) for name in partitions)

    def join(self, identifier):
        self.members[identifier] = Member(self, identifier)

    def leave(self, identifier):
        self.members.pop(identifier).leave()

    def step(self, name, act, member=None):
        """Until every partition is owned, and all who are here have their shares."""
        self.changes = []
        began = time.monotonic_ns()
        act()
        while not self.is_balanced():
            time.sleep(POLL_SECONDS)
        return {"name": name, "member": member, "beganNs": began, "changes": self.changes}

    def is_balanced(self):
        if self.failed:
            raise RuntimeError("%s has failed" % self.failed[0])
        loads = [len(member.owned) for member in self.members.values()]
        return sum(loads) == len(self.partitions) and max(loads) - min(loads) <= 1


def divide(setting):
    identifiers = ["m%d" % index for index in range(setting.param("members"))]

    def run(_budget):
        group = Group(setting)

        def start():
            threads = [threading.Thread(target=group.join, args=[identifier]) for identifier in identifiers]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

        steps = [
            group.step("start", start),
            group.step("join", lambda: group.join(JOINER), JOINER),
            group.step("leave", lambda: group.leave(LEAVER), LEAVER),
        ]
        return {"operations": 1, "steps": steps}

    return run
