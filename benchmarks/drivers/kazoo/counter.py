from kazoo.retry import KazooRetry
from repeat import in_threads, repeat


def add(setting):
    # With its defaults kazoo gives up under contention; this is what makes it fastest.
    patience = KazooRetry(max_tries=-1, delay=0.001, backoff=1, max_delay=0.01)
    client = setting.connect(command_retry=patience)
    # A Counter of kazoo is for one thread at a time.
    counters = [client.Counter(setting.path + "/counter") for _ in range(setting.threads)]

    def adder(counter):
        def once():
            counter.__add__(1)

        return once

    def run(budget):
        latencies = []
        operations = in_threads([lambda each=each: repeat(budget, adder(each), latencies) for each in counters])
        return {"operations": operations, "latenciesMs": latencies}

    return run
