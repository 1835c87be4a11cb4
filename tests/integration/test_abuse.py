"""Load and abuse. What must hold: with oversized and malformed messages, strangers at full rate, lines on which nobody
speaks, slow readers and very many connections, the daemon's memory stays within a bound, and honest clients are served
all the while."""

import os
import queue
import random
import resource
import socket
import sys
import threading
import time
import unittest

from test_server import Daemon, SEED, ServerCase, grpc, log, monitor, registry, results, submission, types

CONNECTIONS = int(os.environ.get("JEJAK_CONNECTIONS", "500"))  # the long run: 5000
SECONDS = int(os.environ.get("JEJAK_ABUSE_SECONDS", "5"))
BUFFERS = 64 << 20  # server.memory_bytes_max here
# Over what the daemon needs with nobody there: its buffers, and for each connection what gRPC keeps of one.
PER_CONNECTION = 64 << 10
FIXED = 224 << 20
BEGUN = 40 << 20  # calls whose request is not there yet, and watchers of health
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

    def grown(self, daemon, alone, bound, what):
        peak = memory(daemon, "VmHWM")
        print(f"{what}: {alone >> 20} MiB alone, {peak >> 20} MiB at most, bound {(alone + bound) >> 20} MiB", file=sys.stderr)
        self.assertLess(peak, alone + bound)

    def test_requests_of_many_parts(self):
        """A message is as small as two bytes for each of its parts, which in memory take fifty. Requests of millions of
        parts, of parts that nobody knows, and of other bytes than a call needs are refused before that."""
        daemon = Daemon(self, self.simulated("ledger", "--stop-after", "night"))
        whole = 16 << 20
        unknown = b"\x82\x7d\x80\x80\x80\x06" + bytes(12 << 20)  # field 2000
        calls = (("Submission", "SubmitEvents", b"\x0a\x00" * (whole // 2 - 9), "INVALID_ARGUMENT"),
                 ("Submission", "SubmitEvents", b"\x1a\x00" * (whole // 2 - 9), "INVALID_ARGUMENT"),
                 ("Submission", "SubmitEvents", b"\x82\x7d\x00" * (whole // 3 - 9), None),
                 ("Submission", "SubmitEvent", b"\x1a\x00" * (whole // 2 - 9), "INVALID_ARGUMENT"),
                 ("Results", "GetTally", b"\x82\x7d\x00" * (whole // 3 - 9), "INVALID_ARGUMENT"),
                 ("Log", "ReplayEntries", b"\x08\x00" + unknown, "INVALID_ARGUMENT"),
                 ("Submission", "SyncEvents", b"\x82\x7d\x00" * (whole // 3 - 9), "INVALID_ARGUMENT"))
        with daemon.channel() as channel:
            registry.stub(channel).GetElection(registry.m.GetElectionRequest())
            alone = memory(daemon)

            def ask(service, method, message, code):
                call = channel.stream_stream(f"/jejak.v1.{service}Service/{method}", lambda b: b, lambda b: b)
                try:
                    for _ in call(iter((message,)), timeout=60):
                        pass
                    answer = None
                except grpc.RpcError as e:
                    answer = e.code().name
                if answer != code:
                    self.count(f"{method} {answer}")

            for _ in range(2):
                threads = [threading.Thread(target=ask, args=call) for call in calls]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
            self.assertEqual(self.counts, {})
            self.grown(daemon, alone, FIXED + 2 * len(calls) * whole, "millions of parts")
        self.assertEqual(daemon.stop(), 0)

    def test_calls_that_nobody_completes(self):
        """A call of which only the beginning is sent gives way to newer ones. A connection has few calls at once, and is
        closed when it begins more. Streams of reflection, which hold a thread each, are few."""
        daemon = Daemon(self, self.simulated("ledger", "--stop-after", "night"))
        host, port = daemon.address.rsplit(":", 1)
        literal = lambda name, value: b"\x00" + bytes([len(name)]) + name + bytes([len(value)]) + value
        headers = lambda path: (b"\x83\x86" + literal(b":path", path) + literal(b":authority", b"x")
                                + literal(b"te", b"trailers") + literal(b"content-type", b"application/grpc"))
        frame = lambda kind, flags, stream, body: (len(body).to_bytes(3, "big") + bytes([kind, flags])
                                                   + stream.to_bytes(4, "big") + body)

        def begin(streams, path):
            line = socket.create_connection((host, int(port)), timeout=20)
            open_lines.append(line)
            try:
                # What the server set is taken once it came, before the first call.
                for frames in (PREFACE + frame(4, 0, 0, b""),
                               frame(4, 1, 0, b"") + b"".join(frame(1, 4, 2 * number + 1, headers(path))
                                                              for number in range(streams))):
                    line.sendall(frames + frame(6, 0, 0, b"answer. "))
                    got = b""
                    while frame(6, 1, 0, b"answer. ") not in got:
                        got += (more := line.recv(1 << 16))
                        if not more:
                            raise OSError("closed")
            except OSError:
                self.count("closed")

        open_lines, alone = [], memory(daemon)
        self.addCleanup(lambda: [line.close() for line in open_lines])
        for _ in range(40):
            begin(2000, b"/jejak.v1.SubmissionService/SubmitEvents")
        self.assertEqual(self.counts, {"closed": 40})
        paths = [b"/jejak.v1.SubmissionService/SubmitEvents", b"/jejak.v1.SubmissionService/SyncEvents",
                 b"/jejak.v1.LogService/ReplayEntries", b"/grpc.health.v1.Health/Check", b"/grpc.health.v1.Health/Watch"]
        lines = 500
        for at in range(lines):
            begin(100, paths[at % len(paths)])
        self.assertEqual(self.counts, {"closed": 40})
        self.grown(daemon, alone, (64 << 20) + BEGUN + (lines + 40) * PER_CONNECTION,
                   f"{100 * lines} calls begun and kept on {lines} lines")
        with daemon.channel() as channel:
            reflection = channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
            calls, refused = [], 0
            for _ in range(90):
                sent = queue.Queue()
                sent.put(b"\x3a\x01*")
                self.addCleanup(sent.put, None)
                calls.append(reflection(iter(sent.get, None), timeout=60))
                try:
                    next(calls[-1])
                except grpc.RpcError as e:
                    self.assertEqual(e.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
                    refused += 1
            self.assertTrue(50 <= refused < 90, refused)
            self.assertTrue(registry.stub(channel).GetElection(registry.m.GetElectionRequest()).size)
        for line in open_lines:
            line.close()  # stopping waits for them, as long as it may
        self.assertEqual(daemon.stop(), 0)

    def test_answers_that_nobody_takes(self):
        """They give way to newer ones, the oldest first, and who takes his is served whole."""
        daemon = Daemon(self, self.simulated("ledger", "--stop-after", "night"), f"unread_bytes_max = {4 << 20}\n")
        with daemon.channel() as channel:
            vkey = self.newest(channel)[0]
            known = [types.SignedEvent(event=e.event_bytes, signature=e.signature)
                     for e in self.entries(channel, **{"from": 1})[0]]
            request = submission.m.SubmitEventsRequest(events=(known * 8)[:1500])
            # Windows that stay small, and answers that aren't.
            plain = grpc.insecure_channel(daemon.address, options=[
                ("grpc.http2.bdp_probe", 0), ("grpc.compression_enabled_algorithms_bitset", 1),
                ("grpc.max_receive_message_length", -1)])
            self.addCleanup(plain.close)
            raw = plain.unary_stream("/jejak.v1.SubmissionService/SubmitEvents", lambda b: b, lambda b: b)
            unread = [raw(request.SerializeToString()) for _ in range(12)]
            self.addCleanup(lambda: [call.cancel() for call in unread])
            for _ in range(8):
                answer = submission.stub(channel).SubmitEvents(request, timeout=60)
                self.assertEqual(len(answer.outcomes), 1500)
                self.assertTrue(monitor.receipt_holds(answer.outcomes[-1].receipt, vkey))
            self.assertGreater(12 * answer.ByteSize(), 3 * (4 << 20))
            cut = 0
            for call in unread:
                try:
                    self.assertEqual(sum(map(len, call)) > 0, True)
                except grpc.RpcError as e:
                    self.assertEqual(e.code(), grpc.StatusCode.CANCELLED)
                    cut += 1
            self.assertGreaterEqual(cut, 8)
        self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    unittest.main()
