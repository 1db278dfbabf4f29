from repeat import in_threads


def enter_and_leave(setting):
    """Once for each participant, of which each has a session of its own."""
    clients = [setting.connect() for _ in range(setting.param("clients"))]
    path, parties = setting.path + "/barrier", setting.param("parties")

    def take_part(client):
        barrier = client.DoubleBarrier(path, parties)
        barrier.enter()
        # kazoo's enter returns normally when it has failed.
        if not barrier.participating:
            raise RuntimeError("kazoo did not enter")
        barrier.leave()
        return 1

    return lambda _budget: {"operations": in_threads([lambda each=each: take_part(each) for each in clients])}
