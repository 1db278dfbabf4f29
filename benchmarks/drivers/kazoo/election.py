import threading
import time

from repeat import in_threads


def pass_on(setting):
    """Each contender is elected once, and resigns at once."""
    clients = [setting.connect() for _ in range(setting.param("clients"))]

    def run(_budget):
        acquired, released = [], []

        def lead():
            acquired.append(time.monotonic_ns())
            released.append(time.monotonic_ns())

        def campaign(client):
            client.Election(setting.path).run(lead)
            return 1

        operations = in_threads([lambda client=client: campaign(client) for client in clients])
        return {"operations": operations, "acquiredNs": acquired, "releasedNs": released}

    return run


def lead(setting):
    """Leads until it is killed, or the work is finished."""
    election = setting.connect().Election(setting.path)
    elected, finished = threading.Event(), threading.Event()
    acquired = []

    def serve():
        acquired.append(time.monotonic_ns())
        elected.set()
        finished.wait()

    def run(_budget):
        threading.Thread(target=election.run, args=[serve], daemon=True).start()
        elected.wait()
        return {"operations": 1, "acquiredNs": acquired}

    return run
