import time

from repeat import in_threads, repeat


def _cycle(lock):
    lock.acquire()
    lock.release()


def cycle(setting):
    lock = setting.connect().Lock(setting.path)
    return lambda budget: {"operations": repeat(budget, lambda: _cycle(lock))}


def tasks(setting):
    client = setting.connect()
    # A Lock of kazoo is for one thread at a time.
    locks = [client.Lock(setting.path) for _ in range(setting.threads)]
    return lambda budget: {
        "operations": in_threads([lambda lock=lock: repeat(budget, lambda: _cycle(lock)) for lock in locks])
    }


def many(setting):
    client = setting.connect()
    count = setting.param("locks")
    locks = [client.Lock("%s/%d" % (setting.path, index)) for index in range(count)]
    shares = [locks[start :: setting.threads] for start in range(setting.threads)]

    def go_through(budget, share):
        def once():
            for lock in share:
                _cycle(lock)

        return repeat(budget, once) * len(share)

    return lambda budget: {
        "operations": in_threads([lambda share=share: go_through(budget, share) for share in shares])
    }


def hand_over(setting):
    """Each client queues once, and passes the lock on as soon as it has it."""
    clients = [setting.connect() for _ in range(setting.param("clients"))]

    def run(_budget):
        acquired, released = [], []

        def pass_on(client):
            lock = client.Lock(setting.path)
            lock.acquire()
            acquired.append(time.monotonic_ns())
            released.append(time.monotonic_ns())
            lock.release()
            return 1

        operations = in_threads([lambda client=client: pass_on(client) for client in clients])
        return {"operations": operations, "acquiredNs": acquired, "releasedNs": released}

    return run


def idle(setting):
    client = setting.connect()
    for index in range(setting.param("locks")):
        client.Lock("%s/%d" % (setting.path, index)).acquire()

    def run(budget):
        time.sleep(budget)
        return {"operations": 1}

    return run
