"""A worker of the campaign that runs kazoo's recipes instead of ours, for comparison.

It takes the same orders over the same channel, and writes histories of the same format, as worker.ts does. What an
application is told by kazoo's documentation to do is done: a listener hears of SUSPENDED and LOST, and from then on
nothing counts as held; members of a party join again after a lost session.
"""

import ctypes
import json
import os
import random
import socket
import sys
import threading
import time
import uuid

from kazoo.client import KazooClient, KazooState
from kazoo.exceptions import KazooException, LockTimeout
from kazoo.handlers.threading import KazooTimeoutError

ASSIGNMENT = json.loads(sys.argv[1])
NAME = ASSIGNMENT["name"]
ROOT = "/campaign"
KEYS = ("a", "b")
PARTIES = 3
PARTITIONS = ["p%d" % index for index in range(12)]
LOOK_EVERY_S = 0.05
SETTLE_LIMIT_S = 20
# All that is not known: what an operation did when the connection or the session ended.
FAILURES = (KazooException, KazooTimeoutError)

settling = threading.Event()
closing = threading.Event()
calm = threading.Event()


def now_ms():
    return round(time.clock_gettime_ns(time.CLOCK_MONOTONIC) / 1e6, 3)


class Recorder:
    """Appends to the history; each line is handed to the kernel before the call returns."""

    def __init__(self, path):
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o644)
        self._lock = threading.Lock()
        self._operations = 0

    def invoke(self, workload, key, f, value=None):
        with self._lock:
            op = self._operations
            self._operations += 1
            self._append({"at": now_ms(), "op": op, "type": "invoke", "workload": workload, "key": key, "f": f, "value": value})
            return op

    def complete(self, op, kind, value=None):
        with self._lock:
            self._append({"at": now_ms(), "op": op, "type": kind, "value": value})

    def observe(self, workload, key, f, look):
        """Something that is seen without asking anybody: within one step of this process."""
        with self._lock:
            begun = now_ms()
            value = look()
            ended = now_ms()
            op = self._operations
            self._operations += 1
            self._append(
                {"at": begun, "op": op, "type": "invoke", "workload": workload, "key": key, "f": f},
                {"at": ended, "op": op, "type": "ok", "value": value},
            )
            return value

    def _append(self, *events):
        os.write(self._file, "".join(json.dumps(event) + "\n" for event in events).encode())


class Channel:
    """The channel of a forked process, of which JSON lines are the protocol."""

    def __init__(self):
        self._socket = socket.socket(fileno=int(os.environ.pop("NODE_CHANNEL_FD")))
        self._socket.setblocking(True)
        self._lock = threading.Lock()

    def tell(self, **report):
        with self._lock:
            self._socket.sendall((json.dumps(report) + "\n").encode())

    def listen(self):
        with self._socket.makefile("r", encoding="utf-8") as lines:
            for line in lines:
                order = json.loads(line)
                if order["order"] == "block":
                    # Called while the interpreter's lock is held: no thread of this process gets a turn.
                    ctypes.PyDLL(None).usleep(ctypes.c_uint(order["forMs"] * 1000))
                elif order["order"] == "calm":
                    (calm.set if order["isCalm"] else calm.clear)()
                elif order["order"] == "settle":
                    settling.set()
                else:
                    closing.set()
        # The campaign is gone.
        os._exit(1)


class Client:
    """A client, and what its listener has heard."""

    def __init__(self, on_session=None):
        # As by default, but that nobody waits for longer than a second to try again: sessions are short here.
        retry = {"max_tries": -1, "max_delay": 1}
        self.zk = KazooClient(
            hosts=ASSIGNMENT["hosts"],
            timeout=ASSIGNMENT["sessionTimeoutMs"] / 1000,
            connection_retry=dict(retry),
            command_retry=dict(retry),
        )
        # Counts what ends all certainty.
        self.doubts = 0
        self.losses = 0
        self._on_session = on_session
        self.zk.add_listener(self._hear)
        while True:
            try:
                self.zk.start(timeout=15)
                return
            except KazooTimeoutError:
                pass

    @property
    def session(self):
        return hex(self.zk.client_id[0]) if self.zk.client_id else ""

    def is_sure(self, doubts):
        return self.doubts == doubts and self.zk.state == KazooState.CONNECTED

    def _hear(self, state):
        if state == KazooState.CONNECTED:
            if self._on_session:
                self._on_session(self.session)
            return
        self.doubts += 1
        if state == KazooState.LOST:
            self.losses += 1


def pause(dice, least_ms, most_ms):
    settling.wait(dice.uniform(least_ms, most_ms) / 1000)


def think_ms(dice):
    return dice.uniform(200, 900) if dice.random() < 0.15 else dice.uniform(1, 20)


def hold_locks(client, recorder, channel, dice, lane):
    count = 0
    while not settling.is_set():
        key = dice.choice(KEYS)
        count += 1
        holder = "%s/%d.%d" % (NAME, lane, count)
        timeout = dice.uniform(0.005, 0.3) if dice.random() < 0.2 else dice.uniform(5, 15)
        lock = client.zk.Lock("%s/mutex/%s" % (ROOT, key), NAME)
        asked = recorder.invoke("mutex", key, "acquire", {"id": holder})
        doubts = client.doubts
        try:
            gotten = lock.acquire(timeout=timeout)
            failure = "not acquired"
        except LockTimeout:
            gotten, failure = False, "timeout"
        except FAILURES as error:
            gotten, failure = False, type(error).__name__
        if gotten:
            # kazoo has no tokens: the number of the lock's znode stands in for one.
            recorder.complete(asked, "ok", {"token": str(int(lock.node[-10:])), "session": client.session})
            look = lambda: recorder.observe(
                "mutex", key, "held", lambda: {"id": holder, "held": lock.is_acquired and client.is_sure(doubts)}
            )["held"]
            channel.tell(report="holds", what="mutex/%s %d" % (key, lane), isHeld=True)
            until = time.monotonic() + think_ms(dice) / 1000
            held = look()
            while held and time.monotonic() < until:
                pause(dice, 2, 40)
                held = look()
            channel.tell(report="holds", what="mutex/%s %d" % (key, lane), isHeld=False)
            releasing = recorder.invoke("mutex", key, "release", {"id": holder}) if held else None
            try:
                client.zk.retry(lock.release)
                outcome = "ok"
            except FAILURES:
                outcome = "unknown"
            if releasing is not None:
                recorder.complete(releasing, outcome)
        else:
            recorder.complete(asked, "fail", failure)
        pause(dice, 5, 150)


def count(client, recorder, dice, key):
    counter = client.zk.Counter("%s/counter/%s" % (ROOT, key))
    while not settling.is_set():
        amount = dice.randint(1_000_000, 1_999_999)
        op = recorder.invoke("counter", key, "add", amount)
        try:
            counter += amount
            recorder.complete(op, "ok", {"before": counter.pre_value, "after": counter.post_value})
        except FAILURES as error:
            recorder.complete(op, "unknown", type(error).__name__)
        pause(dice, 20, 250)


def watch_party(client, recorder):
    party = client.zk.Party("%s/party/a" % ROOT)
    last = None
    while not settling.is_set():
        try:
            members = sorted(party)
        except FAILURES:
            members = last
        if members is not None and members != last:
            last = members
            recorder.observe("party", "a", "see", lambda: members)
        settling.wait(0.1)


def come_and_go(client, recorder, dice):
    while not settling.is_set():
        party = client.zk.Party("%s/party/a" % ROOT, NAME)
        joining = recorder.invoke("party", "a", "join")
        losses = client.losses
        try:
            party.join()
            recorder.complete(joining, "ok")
        except FAILURES as error:
            recorder.complete(joining, "fail", type(error).__name__)
        until = time.monotonic() + (dice.uniform(1, 6) if dice.random() < 0.5 else dice.uniform(20, 90))
        while not settling.is_set() and (calm.is_set() or time.monotonic() < until):
            settling.wait(0.1)
            if client.losses != losses and client.zk.state == KazooState.CONNECTED:
                losses = client.losses
                try:
                    party.join()
                except FAILURES:
                    losses = -1
        try:
            party.leave()
        except FAILURES:
            pass
        pause(dice, 50, 500)


def pass_barriers(client, recorder, dice):
    passage = 0
    while not settling.is_set():
        barrier = client.zk.DoubleBarrier("%s/double-barrier/a" % ROOT, PARTIES, NAME)
        entering = recorder.invoke("double-barrier", "a", "enter", passage)
        doubts = client.doubts
        try:
            barrier.enter()
        except FAILURES:
            barrier.participating = False
        if barrier.participating:
            # kazoo's barrier has no generations.
            recorder.complete(entering, "ok", {"generation": None, "session": client.session})
            look = lambda: recorder.observe(
                "double-barrier", "a", "inside", lambda: {"passage": passage, "isInside": client.is_sure(doubts)}
            )
            look()
            pause(dice, 5, 200)
            look()
            leaving = recorder.invoke("double-barrier", "a", "leave", passage)
            try:
                barrier.leave()
                recorder.complete(leaving, "ok" if client.is_sure(doubts) else "fail")
            except FAILURES as error:
                recorder.complete(leaving, "fail", type(error).__name__)
        else:
            recorder.complete(entering, "fail")
        passage += 1
        pause(dice, 20, 300)


def take_part(client, recorder, dice):
    while not settling.is_set():
        try:
            partitioner = client.zk.SetPartitioner(
                "%s/partitioner/a" % ROOT,
                PARTITIONS,
                # An identifier that was used before is not to be met again.
                identifier="%s-%s" % (NAME, uuid.uuid4().hex[:8]),
                # The default, thirty seconds without change, never passes here.
                time_boundary=0.5,
            )
        except FAILURES:
            settling.wait(0.5)
            continue
        until = time.monotonic() + dice.uniform(5, 20)
        try:
            while not settling.is_set() and not partitioner.failed and (calm.is_set() or time.monotonic() < until):
                if partitioner.release:
                    partitioner.release_set()
                elif partitioner.acquired:
                    own(client, recorder, partitioner)
                else:
                    settling.wait(0.02)
        finally:
            try:
                partitioner.finish()
            except FAILURES:
                pass
        pause(dice, 50, 500)


def own(client, recorder, partitioner):
    doubts = client.doubts
    state = partitioner.state_id
    # kazoo has no tokens: the time stands in for one, which makes the rule about tokens say nothing.
    token, session, mine = str(int(now_ms() * 1000)), client.session, list(partitioner)
    held = lambda: partitioner.acquired and partitioner.state_id == state and client.is_sure(doubts)
    while not settling.is_set():
        for name in mine:
            recorder.observe(
                "partitioner", "a", "held",
                lambda: {"partition": name, "token": token, "session": session, "held": held()},
            )
        if not held():
            return
        settling.wait(LOOK_EVERY_S)


def main():
    channel = Channel()
    threading.Thread(target=channel.listen, daemon=True).start()
    recorder = Recorder(ASSIGNMENT["historyFile"])
    client = Client(lambda session: channel.tell(report="session", id=session))
    # A barrier can be waited for without end; only the end of its client ends that.
    at_barrier = Client() if "double-barrier" in ASSIGNMENT["workloads"] else None

    def dice(part):
        return random.Random("%s %s %s" % (ASSIGNMENT["seed"], NAME, part))

    lanes = {
        "mutex": [lambda lane=lane: hold_locks(client, recorder, channel, dice("mutex %d" % lane), lane) for lane in (0, 1)],
        "counter": [lambda key=key: count(client, recorder, dice("counter %s" % key), key) for key in KEYS],
        "party": [lambda: watch_party(client, recorder), lambda: come_and_go(client, recorder, dice("party"))],
        "double-barrier": [lambda: pass_barriers(at_barrier, recorder, dice("barrier"))],
        "partitioner": [lambda: take_part(client, recorder, dice("partitioner"))],
    }

    def must_not_fail(run):
        try:
            run()
        except Exception:
            if settling.is_set():
                return
            # A thread that ends unforeseen is a crash.
            sys.excepthook(*sys.exc_info())
            os._exit(1)

    threads = [
        threading.Thread(target=must_not_fail, args=(run,), daemon=True)
        for workload in ASSIGNMENT["workloads"]
        for run in lanes[workload]
    ]
    for thread in threads:
        thread.start()
    settling.wait()
    if at_barrier is not None:
        at_barrier.zk.stop()
        at_barrier.zk.close()
    end = time.monotonic() + SETTLE_LIMIT_S
    for thread in threads:
        thread.join(max(0, end - time.monotonic()))
    channel.tell(report="settled")
    closing.wait()
    client.zk.stop()
    # Threads that wait for a barrier that nobody opens are not waited for.
    os._exit(0)


main()
