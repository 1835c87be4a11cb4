"""Load and abuse. What must hold: with oversized and malformed messages, strangers at full rate, lines on which nobody
speaks, slow readers and very many connections, the daemon's memory stays within a bound, and honest clients are served
all the while."""

import os
import random
import resource
import socket
import sys
import threading
import time
import unittest

from test_server import Daemon, SEED, ServerCase, grpc, log, monitor, results, submission, types

CONNECTIONS = int(os.environ.get("JEJAK_CONNECTIONS", "500"))  # the long run: 5000
SECONDS = int(os.environ.get("JEJAK_ABUSE_SECONDS", "5"))
BUFFERS = 64 << 20  # server.memory_bytes_max here
# Over what the daemon needs with nobody there: its buffers, and for each connection what gRPC keeps of one.
PER_CONNECTION = 64 << 10
FIXED = 192 << 20
PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"


def memory(daemon, what="VmRSS"):
    with open(f"/proc/{daemon.process.pid}/status") as status:
        line = next(line for line in status if line.startswith(what + ":"))
    return int(line.split()[1]) << 10


class Abuse(ServerCase):
    def setUp(self):
        super().setUp()
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        self.assertGreater(hard, CONNECTIONS + 500)
        self.stop, self.counts, self.lock = threading.Event(), {}, threading.Lock()

    def count(self, what, number=1):
        with self.lock:
            self.counts[what] = self.counts.get(what, 0) + number

    def strangers(self, daemon, events, number):
        """The same events as if by other keys, in batches, as fast as they are answered."""
        draws = random.Random(SEED + number)
        with daemon.channel() as channel:
            stub = submission.stub(channel)
            while not self.stop.is_set():
                forged = []
                for event in draws.sample(events, 200):
                    raw = event.event
                    author = monitor.Struct.root(raw).bytes(1)
                    forged.append(types.SignedEvent(event=raw.replace(author, draws.randbytes(32)),
                                                    signature=event.signature))
                try:
                    answer = stub.SubmitEvents(submission.m.SubmitEventsRequest(events=forged, omit_proofs=True), timeout=20)
                    for outcome in answer.outcomes:
                        self.count(outcome.turned_away.reason)
                except grpc.RpcError as e:
                    self.count(e.code().name)

    def malformed(self, daemon, number):
        """Bytes that are no message, messages that are no events, and messages that are too large."""
        draws = random.Random(SEED - number)
        with daemon.channel() as channel:
            raw = channel.unary_unary("/jejak.v1.SubmissionService/SubmitEvents", lambda b: b, lambda b: b)
            replay = channel.unary_stream("/jejak.v1.LogService/ReplayEntries", lambda b: b, lambda b: b)
            while not self.stop.is_set():
                kind = draws.randrange(4)
                message = (draws.randbytes(draws.randrange(1, 5_000)), bytes(20 << 20), b"\x0a\xff\xff\xff\xff\x0f",
                           submission.m.SubmitEventsRequest(events=[types.SignedEvent(
                               event=draws.randbytes(64_000), signature=bytes(64))] * 20).SerializeToString())[kind]
                try:
                    raw(message, timeout=20)
                    self.count("answered")
                except grpc.RpcError as e:
                    self.count(e.code().name)
                try:
                    for _ in replay(draws.randbytes(50), timeout=20):
                        break
                except grpc.RpcError as e:
                    self.count(e.code().name)

    def slow_reader(self, daemon):
        """Follows from the beginning, with views, and reads nothing."""
        channel = daemon.channel()
        call = log.stub(channel).ReplayEntries(log.m.ReplayEntriesRequest(follow=True, view=True))
        self.addCleanup(channel.close)
        self.addCleanup(call.cancel)

    def silent(self, daemon, number):
        """A line on which nothing is said, or only the beginning, or no HTTP/2."""
        host, port = daemon.address.rsplit(":", 1)
        line = socket.create_connection((host, int(port)), timeout=20)
        self.addCleanup(line.close)
        try:
            line.sendall((b"", PREFACE[:10], PREFACE, PREFACE + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00", b"GET / HTTP/1.1\r\n",
                          PREFACE + b"\x00\x40\x00\x01\x00\x00\x00\x00\x01" + bytes(100))[number % 6])
        except OSError:
            self.count("line refused")

    def test_abuse(self):
        ledger = self.simulated("ledger", "--stop-after", "night")
        daemon = Daemon(self, ledger, f"memory_bytes_max = {BUFFERS}\n")
        with daemon.channel() as channel:
            vkey, size, _ = self.newest(channel)
        events = self.events_beyond(size)
        alone = memory(daemon)
        for number in range(CONNECTIONS):
            self.silent(daemon, number)
        for _ in range(20):
            self.slow_reader(daemon)
        threads = [threading.Thread(target=self.strangers, args=(daemon, events, n)) for n in range(4)]
        threads += [threading.Thread(target=self.malformed, args=(daemon, n)) for n in range(3)]
        for thread in threads:
            thread.start()
        took, asked, at, until = [], [], 0, time.monotonic() + SECONDS
        try:
            with daemon.channel() as channel:
                while time.monotonic() < until or len(took) < 50:
                    start = time.monotonic()
                    answer = submission.stub(channel).SubmitEvent(submission.m.SubmitEventRequest(event=events[at]),
                                                                  timeout=60)
                    took.append(time.monotonic() - start)
                    self.assertTrue(monitor.receipt_holds(answer.receipt, vkey))
                    at += 1
                    start = time.monotonic()
                    results.stub(channel).GetTally(results.m.GetTallyRequest(contest="ppwp", region="6501"), timeout=60)
                    asked.append(time.monotonic() - start)
            peak = memory(daemon, "VmHWM")
        finally:
            self.stop.set()
            for thread in threads:
                thread.join(timeout=60)
        bound = FIXED + BUFFERS + CONNECTIONS * PER_CONNECTION
        milliseconds = lambda list_, q: 1000 * sorted(list_)[int(q * (len(list_) - 1))]
        print(f"{CONNECTIONS} connections; {self.counts}; memory {alone >> 20} MiB alone, {peak >> 20} MiB at most, bound "
              f"{(alone + bound) >> 20} MiB; {len(took)} honest submissions, p50 {milliseconds(took, .5):.0f} ms, p99 "
              f"{milliseconds(took, .99):.0f} ms; questions p50 {milliseconds(asked, .5):.0f} ms, p99 "
              f"{milliseconds(asked, .99):.0f} ms", file=sys.stderr)
        self.assertLess(peak, alone + bound)
        self.assertGreater(self.counts.get("KEY_UNKNOWN", 0), 1000)
        self.assertTrue(self.counts.get("RESOURCE_EXHAUSTED"))
        # Nothing of it is in the log, and the daemon ends cleanly.
        with daemon.channel() as channel:
            entries, _ = self.entries(channel, **{"from": size})
        self.assertEqual(len([e for e in entries if e.kind != monitor.COMMITTED]), at)
        self.assertEqual(daemon.process.poll(), None)
        self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    unittest.main()
