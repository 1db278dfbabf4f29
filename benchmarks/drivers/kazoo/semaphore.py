from repeat import in_threads, repeat


def cycle(setting):
    client = setting.connect()
    path, limit = setting.path + "/semaphore", setting.param("limit")
    # A Semaphore of kazoo is for one thread at a time.
    semaphores = [client.Semaphore(path, max_leases=limit) for _ in range(setting.threads)]

    def once(semaphore):
        semaphore.acquire()
        semaphore.release()

    def run(budget):
        latencies = []
        works = [lambda each=each: repeat(budget, lambda: once(each), latencies) for each in semaphores]
        return {"operations": in_threads(works), "latenciesMs": latencies}

    return run
