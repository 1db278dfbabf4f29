from repeat import in_threads


def enter_and_leave(setting):
    """All participants of this process enter, and in the next run leave; each has a session of its own."""
    clients = [setting.connect() for _ in range(setting.param("clients"))]
    barriers = [client.DoubleBarrier(setting.path + "/barrier", setting.param("parties")) for client in clients]
    inside = False

    def enter(barrier):
        barrier.enter()
        # kazoo's enter returns normally when it has failed.
        if not barrier.participating:
            raise RuntimeError("kazoo did not enter")
        return 1

    def leave(barrier):
        barrier.leave()
        return 1

    def run(_budget):
        nonlocal inside
        step = leave if inside else enter
        inside = not inside
        return {"operations": in_threads([lambda each=each: step(each) for each in barriers])}

    return run
