"""What every kazoo peer has: a client, a loop over JSON lines, and an end.

Each line of stdin is a command {"id", "verb", ...}, each line of stdout an event {"id", "event", ...}; the events `ready`
and `failed` at the start carry no id. A command that fails is answered by `error` {code, message}, with the code "timeout"
if a lock was not had in time. The end of stdin closes the session and ends the process: a peer never outlives the test that
drives it.

To be imported before kazoo itself: where there is none, it says so as the driver expects.
"""

import json
import os
import queue
import sys
import threading

QUIT_LIMIT_SECONDS = 3

output_lock = threading.Lock()


def emit(event, **fields):
    line = json.dumps({"event": event, **fields}) + "\n"
    with output_lock:
        try:
            sys.stdout.write(line)
            sys.stdout.flush()
        except BrokenPipeError:
            os._exit(1)


try:
    from kazoo.client import KazooClient
    from kazoo.exceptions import LockTimeout
except ImportError as error:
    emit("failed", message="%s (Debian package: python3-kazoo)" % error)
    sys.exit(1)


def connect(hosts, session_timeout_ms=4000, **options):
    client = KazooClient(hosts=hosts, timeout=session_timeout_ms / 1000, **options)
    client.start(timeout=15)
    return client


def at_once(task, *arguments):
    """Runs a command before the next one is read."""
    task(*arguments)


def in_a_thread(task, *arguments):
    """Runs a command on a thread of its own, so that others can be answered while it waits."""
    threading.Thread(target=task, args=arguments, daemon=True).start()


class InTurn:
    """Runs commands one after the other on one thread, so that the rest is answered while they wait."""

    def __init__(self):
        self.tasks = queue.Queue()
        threading.Thread(target=self._work, daemon=True).start()

    def __call__(self, task, *arguments):
        self.tasks.put((task, arguments))

    def _work(self):
        while True:
            task, arguments = self.tasks.get()
            task(*arguments)


def serve(open_peer):
    """Answers commands until there are no more.

    `open_peer` returns an object with a `client`, and with `verbs`: for each verb how it is run, and the function that takes
    the command and returns the name of the event and its fields, or None where it has answered by itself.
    """
    try:
        peer = open_peer()
    except Exception as error:
        emit("failed", message="%s: %s" % (type(error).__name__, error))
        os._exit(1)
    emit("ready")
    for line in sys.stdin:
        command = json.loads(line)
        run, verb = peer.verbs[command["verb"]]
        run(_answer, verb, command)
    _quit(peer.client)


def _answer(verb, command):
    try:
        answer = verb(command)
    except Exception as error:
        code = "timeout" if isinstance(error, LockTimeout) else type(error).__name__
        emit("error", id=command["id"], code=code, message=str(error))
        return
    if answer is not None:
        event, fields = answer
        emit(event, id=command["id"], **fields)


def _quit(client):
    limit = threading.Timer(QUIT_LIMIT_SECONDS, os._exit, [0])
    limit.daemon = True
    limit.start()
    client.stop()
    os._exit(0)
