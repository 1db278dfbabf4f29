import threading
import time


MOST_LATENCIES = 20000


def repeat(budget, once, latencies=None):
    """Does it one after the other until the time is over, and at least once. Adds the latencies to the list, if any."""
    begun = time.monotonic()
    until = begun + budget
    operations = 0
    while True:
        once()
        operations += 1
        ended = time.monotonic()
        if latencies is not None and len(latencies) < MOST_LATENCIES:
            latencies.append((ended - begun) * 1000)
        begun = ended
        if ended >= until:
            return operations


def in_threads(functions):
    """Runs each in a thread of its own, and returns the sum of what they return."""
    results = [None] * len(functions)
    errors = []

    def run(index, function):
        try:
            results[index] = function()
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=run, args=each, daemon=True) for each in enumerate(functions)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if errors:
        raise errors[0]
    return sum(results)
