"""kazoo's recipes, each with several clients, against whatever ZooKeeper it is given.

    kazoo_recipes.py HOSTS PATH

Prints a JSON line {"check", "ok", "detail"} for each check, and ends with status 1 if one has failed.
"""

import json
import sys
import threading
import time
import traceback

from kazoo.client import KazooClient
from kazoo.exceptions import KazooException, NoNodeError, RolledBackError, RuntimeInconsistency

LIMIT_SECONDS = 15

checks = []


def check(function):
    checks.append(function)
    return function


def expect(actual, expected):
    if actual != expected:
        raise AssertionError("%r, but %r was expected" % (actual, expected))


def in_parallel(*functions):
    """Runs every function in a thread of its own; raises what any of them raises."""
    errors = []

    def run(function):
        try:
            function()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=[function], daemon=True) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT_SECONDS)
        if thread.is_alive():
            raise AssertionError("not done within %d s" % LIMIT_SECONDS)
    if errors:
        raise errors[0]


def wait_for(condition):
    arrived = threading.Event()
    for _ in range(LIMIT_SECONDS * 100):
        if condition():
            return
        arrived.wait(0.01)
    raise AssertionError("not true within %d s" % LIMIT_SECONDS)


@check
def lock(path, first, second, third):
    held = first.Lock(path, "first")
    held.acquire()
    waiting = second.Lock(path, "second")
    expect(waiting.acquire(blocking=False), False)
    order = []

    def take(client, name):
        with client.Lock(path, name):
            order.append(name)

    def release():
        wait_for(lambda: len(held.contenders()) == 2)
        late = threading.Thread(target=take, args=[third, "third"], daemon=True)
        late.start()
        wait_for(lambda: len(held.contenders()) == 3)
        expect(held.contenders(), ["first", "second", "third"])
        expect(order, [])
        held.release()
        late.join(LIMIT_SECONDS)

    in_parallel(lambda: take(second, "second"), release)
    expect(order, ["second", "third"])


@check
def lock_excludes(path, *clients):
    total = [0]

    def work(client):
        for _ in range(10):
            with client.Lock(path):
                seen = total[0]
                # A look at the server in between gives the others time to do wrong.
                client.exists(path)
                total[0] = seen + 1

    in_parallel(*[lambda client=client: work(client) for client in clients])
    expect(total, [30])


@check
def lock_times_out(path, first, second, _third):
    from kazoo.exceptions import LockTimeout

    with first.Lock(path):
        try:
            second.Lock(path).acquire(timeout=0.2)
            raise AssertionError("acquired what another holds")
        except LockTimeout:
            pass
    expect(first.get_children(path), [])


@check
def read_write_lock(path, first, second, third):
    readers = [client.ReadLock(path) for client in (first, second)]
    for reader in readers:
        expect(reader.acquire(timeout=LIMIT_SECONDS), True)
    writer = third.WriteLock(path)
    expect(writer.acquire(blocking=False), False)
    for reader in readers:
        reader.release()
    expect(writer.acquire(timeout=LIMIT_SECONDS), True)
    writer.release()


@check
def semaphore(path, first, second, third):
    semaphores = [client.Semaphore(path, max_leases=2) for client in (first, second, third)]
    expect(semaphores[0].acquire(), True)
    expect(semaphores[1].acquire(), True)
    expect(semaphores[2].acquire(blocking=False), False)
    expect(len(first.get_children(path)), 2)

    def take():
        expect(semaphores[2].acquire(timeout=LIMIT_SECONDS), True)

    in_parallel(take, lambda: semaphores[0].release())
    for taken in semaphores[1:]:
        taken.release()


@check
def election(path, *clients):
    leaders = []

    def run(client):
        client.Election(path, client.client_id[0]).run(lambda: leaders.append(client.client_id[0]))

    in_parallel(*[lambda client=client: run(client) for client in clients])
    expect(sorted(leaders), sorted(client.client_id[0] for client in clients))


@check
def party(path, first, second, third):
    members = [client.Party(path, name) for client, name in ((first, "a"), (second, "b"))]
    for member in members:
        member.join()
    watcher = third.Party(path)
    expect(sorted(watcher), ["a", "b"])
    members[0].leave()
    expect(list(watcher), ["b"])
    expect(len(watcher), 1)
    members[1].leave()


@check
def shallow_party(path, first, second, _third):
    members = [client.ShallowParty(path, name) for client, name in ((first, "a"), (second, "b"))]
    for member in members:
        member.join()
    expect(sorted(members[0]), ["a", "b"])


@check
def party_ends_with_the_session(path, first, second, _third):
    leaving = KazooClient(hosts=",".join("%s:%d" % host for host in second.hosts))
    leaving.start(LIMIT_SECONDS)
    leaving.Party(path, "leaving").join()
    expect(list(first.Party(path)), ["leaving"])
    leaving.stop()
    leaving.close()
    expect(list(first.Party(path)), [])


@check
def counter(path, *clients):
    def add(client):
        counter = client.Counter(path)
        for _ in range(15):
            counter += 2
            counter -= 1

    in_parallel(*[lambda client=client: add(client) for client in clients])
    expect(clients[0].Counter(path).value, 45)
    expect(clients[0].Counter(path + "-float", default=1.5).value, 1.5)


@check
def barrier(path, first, second, third):
    barrier = first.Barrier(path)
    barrier.create()
    passed = []

    def wait(client):
        expect(client.Barrier(path).wait(LIMIT_SECONDS), True)
        passed.append(client)

    def remove():
        expect(second.Barrier(path).wait(0.1), False)
        expect(passed, [])
        expect(barrier.remove(), True)

    in_parallel(lambda: wait(second), lambda: wait(third), remove)
    expect(len(passed), 2)


@check
def double_barrier(path, *clients):
    entered = []
    left = []

    def take_part(client):
        barrier = client.DoubleBarrier(path, len(clients))
        barrier.enter()
        entered.append(client)
        wait_for(lambda: len(entered) == len(clients))
        barrier.leave()
        left.append(client)

    in_parallel(*[lambda client=client: take_part(client) for client in clients])
    expect((len(entered), len(left)), (3, 3))
    expect(clients[0].get_children(path), [])


@check
def queue(path, first, second, _third):
    for value in (b"one", b"two"):
        first.Queue(path).put(value)
    first.Queue(path).put(b"urgent", priority=1)
    expect([second.Queue(path).get() for _ in range(4)], [b"urgent", b"one", b"two", None])


@check
def watches(path, first, second, _third):
    first.ensure_path(path)
    data, children = [], []
    first.DataWatch(path, lambda value, stat: data.append(value))
    first.ChildrenWatch(path, lambda names: children.append(sorted(names)))
    second.set(path, b"changed")
    wait_for(lambda: data[-1] == b"changed")
    second.create(path + "/child")
    wait_for(lambda: children[-1] == ["child"])
    second.delete(path, recursive=True)
    wait_for(lambda: data[-1] is None)


@check
def transaction(path, first, _second, _third):
    transaction = first.transaction()
    transaction.create(path, b"1")
    transaction.check(path, 0)
    transaction.set_data(path, b"2")
    expect(transaction.commit()[0], path)
    transaction = first.transaction()
    transaction.delete(path)
    transaction.check(path, 0)
    transaction.create(path + "/never")
    results = [type(result) for result in transaction.commit()]
    expect(results, [RolledBackError, NoNodeError, RuntimeInconsistency])
    expect(first.get(path)[0], b"2")


@check
def server_version(_path, first, _second, _third):
    expect(first.server_version()[:2], (3, 8))


def main():
    hosts, root = sys.argv[1:]
    clients = [KazooClient(hosts=hosts) for _ in range(3)]
    failed = False
    try:
        for client in clients:
            client.start(LIMIT_SECONDS)
        for run in checks:
            start = time.monotonic()
            try:
                run("%s/%s" % (root, run.__name__), *clients)
                detail = None
            except (AssertionError, KazooException):
                detail = traceback.format_exc()
                failed = True
            print(json.dumps({"check": run.__name__, "ok": detail is None, "detail": detail, "seconds": round(time.monotonic() - start, 2)}), flush=True)
    finally:
        for client in clients:
            client.stop()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
