import threading

from repeat import repeat


def _join_all(client, setting):
    members = setting.param("members")
    for index in range(members):
        client.Party(setting.path, "member-%d" % index).join()
    return members


def join(setting):
    client = setting.connect()
    return lambda _budget: {"operations": _join_all(client, setting)}


def members(setting):
    _join_all(setting.connect(), setting)
    party = setting.connect().Party(setting.path)
    return lambda budget: {"operations": repeat(budget, lambda: list(party))}


def change(setting):
    """Members join and leave in turn; the change is delivered when another client has listed the party anew."""
    client, watcher = setting.connect(), setting.connect()
    _join_all(client, setting)
    delivered = threading.Semaphore(0)
    seen = watcher.Party(setting.path)

    def on_change(_children):
        list(seen)
        delivered.release()

    watcher.ChildrenWatch(setting.path, on_change)
    delivered.acquire()
    newcomer = client.Party(setting.path, "newcomer")

    def run(budget):
        latencies = []

        def once():
            if newcomer.participating:
                newcomer.leave()
            else:
                newcomer.join()
            delivered.acquire()

        return {"operations": repeat(budget, once, latencies), "latenciesMs": latencies}

    return run
