"""kazoo as a driver of the benchmarks; see ../../README.md for the protocol. A work is a function of a Setting that
prepares it and returns how it is done: a function of the time in seconds that returns what it has measured."""

import json
import os
import sys
import time


def emit(**event):
    try:
        sys.stdout.write(json.dumps(event) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os._exit(1)


try:
    import barrier
    import counter
    import election
    import lock
    import memory
    import partitioner
    import party
    import semaphore
    from kazoo.client import KazooClient
except ImportError as error:
    emit(event="failed", message="%s (Debian package: python3-kazoo)" % error)
    sys.exit(1)

WORKS = {
    "lock-cycle": lock.cycle,
    "lock-tasks": lock.tasks,
    "lock-many": lock.many,
    "hand-over": lock.hand_over,
    "semaphore": semaphore.cycle,
    "counter": counter.add,
    "party-join": party.join,
    "party-list": party.members,
    "party-change": party.change,
    "election-pass": election.pass_on,
    "election-lead": election.lead,
    "double-barrier": barrier.enter_and_leave,
    "partitioner": partitioner.divide,
    "memory-held": memory.held,
    "memory-waiting": memory.waiting,
    "memory-watching": memory.watching,
    "idle": lock.idle,
}


class Setting:
    def __init__(self, command):
        self.path = command["path"]
        self.params = command["params"]
        self.clients = []
        self._hosts = command["hosts"]
        self._timeout = command["sessionTimeoutMs"] / 1000

    def connect(self, **options):
        client = KazooClient(hosts=self._hosts, timeout=self._timeout, **options)
        self.clients.append(client)
        client.start(timeout=30)
        return client

    def param(self, name, default=1):
        return self.params.get(name, default)

    @property
    def threads(self):
        return self.param("threads", self.param("tasks"))

    def close(self):
        for client in self.clients:
            client.stop()
            client.close()


class Driver:
    def __init__(self):
        self.setting = None
        self.work = None

    def prepare(self, command):
        self.setting = Setting(command)
        self.work = WORKS[command["work"]](self.setting)
        return {}

    def run(self, command):
        cpu, begun = time.process_time(), time.monotonic()
        outcome = self.work(command["budgetMs"] / 1000)
        elapsed = time.monotonic() - begun
        cpu = time.process_time() - cpu
        return {"figures": {"elapsedMs": elapsed * 1000, "cpuMs": cpu * 1000, **outcome}}

    def finish(self, _command):
        self.setting.close()
        return {}


def main():
    driver = Driver()
    verbs = {"prepare": driver.prepare, "run": driver.run, "finish": driver.finish}
    emit(event="ready")
    for line in sys.stdin:
        command = json.loads(line)
        try:
            emit(id=command["id"], event="done", **verbs[command["verb"]](command))
        except Exception as error:
            emit(id=command["id"], event="error", code=type(error).__name__, message=repr(error))
    os._exit(0)


if __name__ == "__main__":
    main()
