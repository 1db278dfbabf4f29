import gc
import os
import threading
import time

WAITERS_AT_EACH = 100


def _resident():
    gc.collect()
    with open("/proc/self/statm") as statm:
        return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def _grown(items, fill):
    before = _resident()
    fill()
    return {"operations": items, "residentBytes": _resident() - before}


def held(setting):
    client = setting.connect()
    items = setting.param("items")

    def fill():
        locks = [client.Lock("%s/%d" % (setting.path, index)) for index in range(items)]
        for lock in locks:
            lock.acquire()
        setting.kept = locks

    return lambda _budget: _grown(items, fill)


def waiting(setting):
    holder, client = setting.connect(), setting.connect()
    items = setting.threads
    paths = ["%s/%d" % (setting.path, index) for index in range(items // WAITERS_AT_EACH)]
    for path in paths:
        holder.Lock(path).acquire()

    def wait(lock):
        try:
            lock.acquire()
        except Exception:
            # The client was closed meanwhile.
            pass

    def fill():
        locks = [client.Lock(path) for path in paths for _ in range(WAITERS_AT_EACH)]
        for lock in locks:
            threading.Thread(target=wait, args=[lock], daemon=True).start()
        for path in paths:
            while len(holder.get_children(path)) <= WAITERS_AT_EACH:
                time.sleep(0.01)
        setting.kept = locks

    return lambda _budget: _grown(items, fill)


def watching(setting):
    client = setting.connect()
    items = setting.param("items")
    paths = ["%s/%d" % (setting.path, index) for index in range(items)]
    for path in paths:
        client.create(path)

    def fill():
        watches = [client.DataWatch(path, lambda data, stat: True) for path in paths]
        setting.kept = watches

    return lambda _budget: _grown(items, fill)
