"""The daemon as its users meet it, over gRPC from Python with stock libraries and stubs of the public protos. What must
hold: a monitor that trusts nobody comes to the same root, signatures and totals; whatever is retried, duplicated, cut
off or killed, each event is in the log once and no acknowledged one is missing."""

import concurrent.futures
import itertools
import json
import os
import pathlib
import queue
import random
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest
import urllib.request

from jejak import Case, Election, PROGRAM, SOURCE, run, shared_data

STUBS = os.environ.get("JEJAK_STUBS", str(SOURCE / "build" / "dev" / "generated" / "python"))
DAEMON = os.environ.get("JEJAK_DAEMON", str(SOURCE / "build" / "dev" / "bin" / "jejakd"))
sys.path.insert(0, STUBS)

import grpc  # noqa: E402
from google.protobuf import any_pb2, descriptor_pb2, descriptor_pool, message_factory  # noqa: E402
from jejak_stubs import audit, log, registry, results, submission, types  # noqa: E402
import monitor  # noqa: E402

KILLS = int(os.environ.get("JEJAK_KILLS", "3"))  # of the daemon under load; the long run: 20
SEED = int(os.environ.get("JEJAK_SEED", random.SystemRandom().randrange(1 << 32)))


def rich_types():
    """google.rpc's messages, under the names that details carry."""
    files = descriptor_pb2.FileDescriptorSet()
    files.ParseFromString((pathlib.Path(STUBS) / "rpc.bin").read_bytes())
    pool = descriptor_pool.DescriptorPool()
    for file in files.file:
        pool.Add(file)
    factory = message_factory.MessageFactory(pool)
    return {name: factory.GetPrototype(pool.FindMessageTypeByName("google.rpc." + name))
            for name in ("Status", "ErrorInfo", "BadRequest", "RetryInfo")}


RICH = rich_types()


def details(error):
    """{type: [messages]} of a failed call's rich error."""
    trailers = dict(error.trailing_metadata())
    status = RICH["Status"].FromString(trailers["grpc-status-details-bin"])
    out = {}
    for one in status.details:
        name = one.type_url.rsplit(".", 1)[1]
        out.setdefault(name, []).append(RICH[name].FromString(one.value))
    return out


def reason_of(error):
    infos = details(error)["ErrorInfo"]
    assert len(infos) == 1 and infos[0].domain == "jejak", infos
    return infos[0].reason


class Daemon:
    def __init__(self, case, folder, config="", secure=None, key="", ledger=""):
        """`config` follows [server], `ledger` follows [ledger]."""
        self.case, self.folder, self.config, self.key = case, folder, config, key
        self.secure, self.ledger = secure, ledger
        self.address = "127.0.0.1:0"  # any port; the same again after a restart
        self.start()

    def start(self):
        file = self.case.write("jejakd.toml", f'[ledger]\ndir = "{self.folder}"\nkey = "{self.key}"\n{self.ledger}'
                               f'[server]\nlisten = "{self.address}"\n{self.config}')
        self.process = subprocess.Popen([DAEMON, "--config", str(file)], stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, text=True)
        self.case.addCleanup(self.kill)
        line = self.process.stdout.readline()
        if not line:
            raise AssertionError(self.process.stderr.read())
        self.address = json.loads(line)["listening"]

    def channel(self):
        options = [("grpc.max_receive_message_length", -1)]
        if self.secure:
            return grpc.secure_channel(self.address.replace("127.0.0.1", "localhost"), self.secure, options=options)
        return grpc.insecure_channel(self.address, options=options)

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=60)
        self.process.stdout.close()
        self.process.stderr.close()
        return status


def withholding(case, daemon, index):
    """Address of a server that passes every call on to the daemon, and leaves one entry out of its streams."""
    channel = daemon.channel()
    same = lambda raw: raw

    class Everything(grpc.GenericRpcHandler):
        def service(self, details_of):
            method = details_of.method
            if method == "/jejak.v1.LogService/ReplayEntries":
                return grpc.unary_stream_rpc_method_handler(lambda request, _: self.replay(method, request))
            return grpc.unary_unary_rpc_method_handler(
                lambda request, _: channel.unary_unary(method, same, same)(request))

        def replay(self, method, request):
            for raw in channel.unary_stream(method, same, same)(request):
                message = log.m.ReplayEntriesResponse.FromString(raw)
                kept = [entry for entry in message.entries if entry.index != index]
                del message.entries[:]
                message.entries.extend(kept)
                yield message.SerializeToString()

    server = grpc.server(concurrent.futures.ThreadPoolExecutor(4), handlers=[Everything()])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    case.addCleanup(channel.close)
    case.addCleanup(server.stop, None)
    return f"127.0.0.1:{port}"


class ServerCase(Case):
    """What the tests of a daemon share."""

    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        print(f"JEJAK_SEED={SEED}", file=sys.stderr)

    def newest(self, channel):
        """(vkey, size, root) of the newest checkpoint, its signature checked."""
        answer = log.stub(channel).GetCheckpoint(log.m.GetCheckpointRequest())
        return answer.vkey, *monitor.open_checkpoint(answer.checkpoint, answer.vkey)

    def simulated(self, name="ledger", *more):
        folder = self.folder / name
        self.ok("simulate", "--ledger", folder, "--scenario", "bulungan-night", "--seed", "3", *more)
        return folder

    def entries(self, channel, **request):
        """(entries, last progress) of a replay that ends."""
        out, progress = [], None
        for message in log.stub(channel).ReplayEntries(log.m.ReplayEntriesRequest(**request)):
            out += [monitor.Entry(e.index, e.entry) for e in message.entries]
            if message.HasField("progress"):
                progress = message.progress
        return out, progress

    def cut_off(self, channel, times, **filtered):
        """The same replay, cut off at random and resumed each time from what was processed."""
        got, at = [], 0
        done = False
        while not done:
            call = log.stub(channel).ReplayEntries(log.m.ReplayEntriesRequest(**{"from": at}, **filtered))
            left = self.random.randrange(1, 200) if times > 0 else 1 << 60
            times -= 1
            for message in call:
                for entry in message.entries:
                    if left == 0:
                        break
                    got.append(monitor.Entry(entry.index, entry.entry))
                    at = entry.index + 1
                    left -= 1
                if left == 0:
                    call.cancel()
                    break
                if message.HasField("progress"):
                    at = message.progress.next
                    done = message.progress.state == log.m.ReplayProgress.STATE_CAUGHT_UP
        return got

    def events_beyond(self, size):
        """Signed events of the whole night from an index on, but for the ledger's own."""
        whole = self.simulated("whole")
        with Daemon(self, whole).channel() as channel:
            entries, _ = self.entries(channel, **{"from": size})
        return [types.SignedEvent(event=e.event_bytes, signature=e.signature) for e in entries
                if e.kind != monitor.COMMITTED]


class Server(ServerCase):
    def test_a_monitor_that_trusts_nobody(self):
        """Root, checkpoint signature, every author's signature and chain, and every region's totals."""
        data = shared_data()
        if data is None:
            print("no ../shared: a simulated night stands in for the real province", file=sys.stderr)
            ledger, contest, top = self.simulated("ledger", "--stop-after", "night"), "ppwp", "6501"
        else:
            ledger, contest, top = self.folder / "ledger", "ppwp", "65"
            self.ok("import", "sirekap", "--ledger", ledger, "--new-election", "pemilu-2024", "--regions",
                    data / "wilayah.tsv.gz", "--contest", "ppwp", data / "sirekap-65-ppwp.jsonl.gz")
        daemon = Daemon(self, ledger)
        with daemon.channel() as channel:
            entries, progress = self.entries(channel)
            self.assertEqual([e.index for e in entries], list(range(len(entries))))
            self.assertEqual((progress.state, progress.next), (log.m.ReplayProgress.STATE_CAUGHT_UP, len(entries)))
            newest = log.stub(channel).GetCheckpoint(log.m.GetCheckpointRequest())
            tree, watch = monitor.Tree(), monitor.Monitor()
            for entry in entries:
                tree.add(entry.leaf)
                self.assertTrue(entry.signed(), entry.index)
                self.assertTrue(watch.chain_holds(entry), entry.index)
                watch.take(entry)
            self.assertEqual(monitor.open_checkpoint(newest.checkpoint, newest.vkey), (len(entries), tree.root()))
            self.assertEqual(entries[0].event, registry.stub(channel).GetElection(
                registry.m.GetElectionRequest()).election)
            self.assertFalse(watch.reopened)
            checked = self.check_regions(channel, watch, contest, top)
            self.assertGreater(checked, 90)
            again = self.cut_off(channel, 50)
            self.assertEqual([e.raw for e in again], [e.raw for e in entries])
            region = top + "01" if len(top) == 2 else top
            some = self.cut_off(channel, 50, filter=log.m.EntryFilter(region=region, contest=contest))
            self.assertEqual([e.index for e in some],
                             [e.index for e in entries if e.kind in (monitor.SUBMITTED, monitor.CORRECTED)
                              and e.body.text(0) == contest and e.body.text(1).startswith(region)])
        self.assertEqual(daemon.stop(), 0)

    def check_regions(self, channel, watch, contest, top):
        checked, below = 0, [top]
        while below:
            code = below.pop()
            answer = results.stub(channel).GetTally(results.m.GetTallyRequest(
                contest=contest, region=code, children=len(code) < 10))
            sums = watch.sums(contest, code)
            for line in answer.tally.votes:
                have = (line.votes, line.present) if line.HasField("votes") else (0, 0)
                self.assertEqual(have, sums.get(f"votes.{line.choice.id}", (0, 0)), (code, line))
            for line in answer.tally.figures:
                have = (line.value, line.present) if line.HasField("value") else (0, 0)
                self.assertEqual(have, sums.get(line.figure, (0, 0)), (code, line))
            self.assertEqual(answer.tally.stations.total, sum(1 for tps in watch.stations if tps.startswith(code)))
            checked += 1
            below += [child.region.code for child in answer.children]
        return checked

    def test_the_same_answers_as_the_program(self):
        """Every question over gRPC gives what the command line gives on the same ledger."""
        ledger = self.simulated()
        asks = {name: self.ok(*args, "--ledger", ledger) for name, args in {
            "tally": ("tally", "--contest", "ppwp", "--region", "6501", "--children"),
            "trace": ("trace", "--contest", "ppwp", "--region", "650110", "--choice", "1001"),
            "explain": ("explain", "--contest", "ppwp", "--region", "6501", "--choice", "1001", "--from", "400"),
            "history": ("history", "--contest", "ppwp", "--tps", "6501102001011"),
            "findings": ("findings",), "refusals": ("refusals",), "rounds": ("rounds",),
            "progress": ("progress", "--contest", "ppwp", "--region", "6501", "--as-of", "2024-02-15T00:00:00Z"),
            "certifications": ("certifications",)}.items()}
        with Daemon(self, ledger).channel() as channel:
            a, r = audit.stub(channel), results.stub(channel)
            tally = r.GetTally(results.m.GetTallyRequest(contest="ppwp", region="6501", children=True))
            for line, want in zip(tally.tally.votes, asks["tally"]["votes"], strict=True):
                self.assertEqual((line.choice.id, line.votes, line.present),
                                 (want["choice"], want["votes"], want["present"]))
            self.assertEqual([c.region.code for c in tally.children], [c["code"] for c in asks["tally"]["children"]])
            self.assertEqual((tally.as_of.size, tally.as_of.root.hex()),
                             (asks["tally"]["as_of"]["size"], asks["tally"]["as_of"]["root"]))
            trace = a.TraceFigure(audit.m.TraceFigureRequest(contest="ppwp", region="650110", field="votes.1001"))
            self.assertEqual([(e.tps, e.value, e.index, e.author.name) for e in trace.entries],
                             [(e["tps"], e["value"], e["index"], e["author"]["name"] or "")
                              for e in asks["trace"]["entries"]])
            why = a.ExplainChange(audit.m.ExplainChangeRequest(
                contest="ppwp", region="6501", field="votes.1001", **{"from": types.Point(size=400)}))
            self.assertEqual([(c.entry.index, c.delta) for c in why.changes],
                             [(c["index"], c["delta"]) for c in asks["explain"]["changes"]])
            history = a.GetHistory(audit.m.GetHistoryRequest(contest="ppwp", tps="6501102001011", view=True))
            self.assertEqual([(v.entry.index, v.author.official) for v in history.versions],
                             [(v["index"], v["author"]["official"]) for v in asks["history"]["versions"]])
            self.assertTrue(history.versions[0].entry.view.body.fields["votes"].list_value.values)
            self.assertGreater(len(history.versions), 1)
            paged, token = [], ""
            while True:
                page = a.GetHistory(audit.m.GetHistoryRequest(contest="ppwp", tps="6501102001011", view=True,
                                                              page=types.PageOptions(size=1, token=token)))
                self.assertEqual(len(page.versions), 1)
                paged += page.versions
                token = page.next_page_token
                if not token:
                    break
            self.assertEqual(paged, list(history.versions))
            found = a.ListFindings(audit.m.ListFindingsRequest())
            self.assertEqual([(f.rule, f.region, f.opened_by) for f in found.findings],
                             [(f["rule"], f["region"], f["opened_by"]) for f in asks["findings"]["findings"]])
            refusals, token = [], ""
            while True:
                page = a.ListRefusals(audit.m.ListRefusalsRequest(page=types.PageOptions(size=5, token=token)))
                refusals += [e.index for e in page.entries]
                token = page.next_page_token
                if not token:
                    break
            self.assertEqual(refusals, [e["index"] for e in asks["refusals"]["refusals"]])
            for kind, name in ((audit.m.RECORD_KIND_ROUND, "rounds"),
                               (audit.m.RECORD_KIND_CERTIFICATION, "certifications")):
                records = a.ListRecords(audit.m.ListRecordsRequest(kind=kind))
                self.assertEqual([e.entry.index for e in records.records], [e["index"] for e in asks[name][name]])
                self.assertEqual({c.status: c.count for c in records.counts}, asks[name]["counts"])
            read = types.ReadOptions()
            read.as_of.received_by.FromJsonString("2024-02-15T00:00:00Z")
            progress = r.GetProgress(results.m.GetProgressRequest(contest="ppwp", region="6501", read=read))
            self.assertEqual((progress.reported, progress.total, progress.late),
                             tuple(asks["progress"]["stations"][n] for n in ("reported", "total", "late")))
            self.check_proofs(channel, tally)

    def check_proofs(self, channel, tally):
        """prove_since, inclusion and the tally's own proof, all checked here or by the program alone."""
        newest = log.stub(channel).GetCheckpoint(log.m.GetCheckpointRequest())
        size, root = monitor.open_checkpoint(newest.checkpoint, newest.vkey)
        for index in (0, 1, size // 2, size - 1):
            entry = audit.stub(channel).GetEntry(audit.m.GetEntryRequest(index=index, proof=True, effect=True))
            proof = log.stub(channel).GetInclusionProof(log.m.GetInclusionProofRequest(index=index))
            leaf = monitor.Entry(index, entry.entry.entry).leaf
            self.assertTrue(monitor.inclusion_holds(index, proof.size, leaf, list(proof.path), root))
            self.assertTrue(entry.enrolment)
        text = results.stub(channel).GetTallyProof(results.m.GetTallyProofRequest(
            contest="ppwp", region="6501", sum=True)).proof
        checked = run("verify-proof", self.write("proof", text), "--key", newest.vkey, "--json")
        self.assertEqual(checked.status, 0, checked.out)
        with_since = types.ReadOptions()
        with_since.prove_since.size = 10
        answer = results.stub(channel).GetTally(results.m.GetTallyRequest(
            contest="ppwp", region="6501", read=with_since))
        self.assertEqual(answer.as_of.continuation.checkpoint, newest.checkpoint)
        self.assertTrue(answer.as_of.continuation.consistency)

    def test_each_event_once(self):
        """Retried, duplicated, reordered and deadline-cut submissions of 64 concurrent clients, with the daemon killed
        on the way: each event is in the log once, every receipt holds, nothing acknowledged is missing."""
        ledger = self.simulated("ledger", "--stop-after", "night")
        daemon = Daemon(self, ledger)
        with daemon.channel() as channel:
            vkey, size, _ = self.newest(channel)
        events = self.events_beyond(size)[:max(1500, 200 * KILLS)]
        receipts, lock, wrong = {}, threading.Lock(), []
        todo = list(events)

        def client(number):
            draws = random.Random(SEED + number)
            while not wrong:
                with lock:
                    if not todo:
                        return
                    # Mostly in order, so that chains go on; a few out of order.
                    at = 0 if draws.random() < 0.8 else draws.randrange(min(50, len(todo)))
                    event = todo.pop(at)
                try:
                    with grpc.insecure_channel(daemon.address) as channel:
                        stub = submission.stub(channel)
                        for _ in range(draws.choice((1, 1, 2))):
                            answer = stub.SubmitEvent(submission.m.SubmitEventRequest(event=event),
                                                      timeout=draws.choice((0.005, 5, 5)))
                            with lock:
                                receipts.setdefault(event.event, []).append(answer.receipt)
                except grpc.RpcError as e:
                    retry = e.code() in (grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.UNAVAILABLE,
                                         grpc.StatusCode.CANCELLED)
                    if not retry and reason_of(e) not in ("SEQUENCE_GAP", "OVERLOADED", "STOPPED"):
                        wrong.append(e)
                        return
                    with lock:
                        todo.insert(min(len(todo), draws.randrange(20)), event)

        threads = [threading.Thread(target=client, args=(n,)) for n in range(64)]
        for thread in threads:
            thread.start()
        kills = 0
        while any(thread.is_alive() for thread in threads) and kills < KILLS:
            before = len(receipts)
            while len(receipts) < before + 150 and any(thread.is_alive() for thread in threads):
                threading.Event().wait(0.01)
            daemon.kill()
            daemon.start()
            kills += 1
        for thread in threads:
            thread.join(timeout=300)
        self.assertEqual((wrong, todo), ([], []))
        self.assertEqual(kills, KILLS)
        print(f"{len(events)} events of 64 clients, {kills} kills, "
              f"{sum(len(r) for r in receipts.values())} receipts", file=sys.stderr)
        with daemon.channel() as channel:
            entries, _ = self.entries(channel, **{"from": size})
        places = {}
        for entry in entries:
            self.assertNotIn(entry.event, places)
            places[entry.event] = entry
        for event in events:
            entry = places[monitor.hashlib.sha256(event.event).digest()]
            for receipt in receipts[event.event]:
                self.assertEqual((receipt.index, receipt.leaf), (entry.index, entry.leaf))
                self.assertTrue(monitor.receipt_holds(receipt, vkey))
        self.assertEqual(daemon.stop(), 0)
        self.assertTrue(self.ok("verify", "--ledger", ledger)["ok"])

    def test_sync_and_follow(self):
        """A device's stream is answered in order; a follower sees each entry as it comes, once."""
        ledger = self.simulated("ledger", "--stop-after", "night")
        daemon = Daemon(self, ledger)
        channel = daemon.channel()
        self.addCleanup(channel.close)
        vkey, size, _ = self.newest(channel)
        events = self.events_beyond(size)[:600]
        seen, states, caught_up = [], [], threading.Event()
        call = log.stub(channel).ReplayEntries(log.m.ReplayEntriesRequest(follow=True, **{"from": size}))

        def follow():
            try:
                for message in call:
                    seen.extend(e.index for e in message.entries)
                    if message.HasField("progress"):
                        states.append(message.progress.state)
                    caught_up.set()
            except grpc.RpcError:
                pass

        follower = threading.Thread(target=follow)
        follower.start()
        caught_up.wait(30)
        answers = list(submission.stub(channel).SyncEvents(
            submission.m.SyncEventsRequest(tag=n, event=e) for n, e in enumerate(events)))
        self.assertEqual([a.tag for a in answers], list(range(len(events))))
        self.assertTrue(all(monitor.receipt_holds(a.outcome.receipt, vkey) for a in answers))
        last = max(a.outcome.receipt.index for a in answers)
        deadline = time.monotonic() + 30
        while (not seen or seen[-1] < last) and time.monotonic() < deadline:
            threading.Event().wait(0.01)
        self.assertEqual(daemon.stop(), 0)
        follower.join(timeout=30)
        self.assertEqual(seen, list(range(size, seen[-1] + 1)))
        self.assertGreaterEqual(seen[-1], last)
        self.assertIn(log.m.ReplayProgress.STATE_CAUGHT_UP, states)
        self.assertEqual(reason_of(call), "STOPPED")

    def test_the_program_over_a_daemon(self):
        """The same commands with --server in the place of --ledger give the same output; a follower of the program
        goes on by itself when the daemon comes back."""
        election, ledger = Election(self, "made"), self.simulated()
        local = {name: run(*args, "--ledger", ledger).out for name, args in self.REMOTE.items()}
        daemon = Daemon(self, ledger)
        for name, args in self.REMOTE.items():
            over = run(*args, "--server", daemon.address)
            self.assertEqual((over.status, over.out), (0, local[name]), name)
        self.refused("UNKNOWN_CONTEST", 1, "replay", "--contest", "nope", "--server", daemon.address)
        self.assertEqual(daemon.stop(), 0)
        self.refused("UNAVAILABLE", 3, "checkpoint", "--server", daemon.address)

        daemon = Daemon(self, election.folder, key=election.key("ledger"))
        before = run("checkpoint", "--server", daemon.address).out
        incident = {"place": "0", "kind": "network", "text": "uji"}
        answer = run("file", "--kind", "incidentRecorded", "--server", daemon.address, "--key", election.key("root"),
                     "--file", self.write("incident.json", incident), "--json")
        receipt = json.loads(answer.out)
        self.assertIn("index", receipt, answer.out)
        vkey = run("checkpoint", "--vkey", "--server", daemon.address).out.strip()
        self.assertNotEqual(run("checkpoint", "--server", daemon.address).out, before)
        self.assertIn(vkey.split("+")[0], receipt["proof"])
        self.follow_through_a_restart(daemon, election, incident)

    def follow_through_a_restart(self, daemon, election, incident):
        follower = subprocess.Popen([PROGRAM, "replay", "--follow", "--from", "1", "--server", daemon.address],
                                    stdout=subprocess.PIPE, text=True)
        self.addCleanup(follower.kill)
        lines = (json.loads(line) for line in follower.stdout)
        seen = []

        def read_until(done):
            for line in lines:
                if "entry" in line:
                    seen.append(line["entry"]["index"])
                if done(line):
                    return

        read_until(lambda line: line.get("progress", {}).get("state") == "caught_up")
        daemon.kill()
        daemon.start()
        # A new text, since the same event would be the same entry.
        again = self.write("again.json", {**incident, "text": "uji lagi"})
        receipt = json.loads(run("file", "--kind", "incidentRecorded", "--server", daemon.address, "--key",
                                 election.key("root"), "--file", again, "--json").out)
        read_until(lambda line: line.get("entry", {}).get("index") == receipt["index"])
        self.assertEqual(seen, list(range(1, receipt["index"] + 1)))
        follower.stdout.close()

    REMOTE = {"checkpoint": ("checkpoint",), "vkey": ("checkpoint", "--vkey"), "all": ("replay",),
              "part": ("replay", "--from", "100", "--to", "200"),
              "refused": ("replay", "--verdict", "refused", "--region", "6501"),
              "corrections": ("replay", "--kind", "resultCorrected", "--contest", "ppwp"),
              "json": ("replay", "--from", "5", "--to", "6", "--json")}

    def test_a_follower_that_does_not_read(self):
        """It is told where to resume, and the writer goes on."""
        metrics = self.free_address()
        daemon = Daemon(self, self.simulated(), f'follower_stall_s = 1\n[metrics]\nlisten = "{metrics}"\n')
        with daemon.channel() as channel:
            call = log.stub(channel).ReplayEntries(log.m.ReplayEntriesRequest(follow=True, view=True, **{"from": 7}))
            first = next(call)
            deadline = time.monotonic() + 60
            while not self.calls_of(metrics, "ReplayEntries", "FOLLOWER_TOO_SLOW"):
                self.assertLess(time.monotonic(), deadline)
            got = [e.index for e in first.entries]
            with self.assertRaises(grpc.RpcError) as raised:
                for message in call:
                    got += [e.index for e in message.entries]
            self.assertEqual(reason_of(raised.exception), "FOLLOWER_TOO_SLOW")
            info = details(raised.exception)["ErrorInfo"][0]
            # Nothing that it has not got lies before `next`, and it is not sent back before its beginning.
            self.assertTrue(7 <= int(info.metadata["next"]) <= got[-1] + 1, info.metadata)
            self.assertEqual(got, list(range(7, 7 + len(got))))
            self.assertIn("RetryInfo", details(raised.exception))

    def test_two_hundred_followers(self):
        """All see every entry once, though some read nothing for a while; the writer is not held."""
        ledger = self.simulated("ledger", "--stop-after", "night")
        daemon = Daemon(self, ledger, "connection_streams_max = 300\n")
        channel = daemon.channel()
        self.addCleanup(channel.close)
        vkey, size, _ = self.newest(channel)
        events = self.events_beyond(size)[:1000]
        last, go_on = [None], threading.Event()
        seen = [[] for _ in range(200)]

        def follow(number):
            call = log.stub(channel).ReplayEntries(log.m.ReplayEntriesRequest(follow=True, **{"from": size}))
            for message in call:
                seen[number].extend(e.index for e in message.entries)
                if number % 10 == 0:
                    go_on.wait()  # reads nothing until everything is written
                if last[0] is not None and seen[number] and seen[number][-1] >= last[0]:
                    call.cancel()
                    return

        threads = [threading.Thread(target=follow, args=(n,)) for n in range(200)]
        for thread in threads:
            thread.start()
        answers = submission.stub(channel).SubmitEvents(
            submission.m.SubmitEventsRequest(events=events[:-1], omit_proofs=True)).outcomes
        self.assertTrue(all(answer.HasField("receipt") for answer in answers))
        last[0] = max(answer.receipt.index for answer in answers) + 1
        submission.stub(channel).SubmitEvent(submission.m.SubmitEventRequest(event=events[-1]))
        go_on.set()
        for thread in threads:
            thread.join(timeout=120)
            self.assertFalse(thread.is_alive())
        for got in seen:
            self.assertEqual(got, list(range(size, got[-1] + 1)))
            self.assertGreaterEqual(got[-1], last[0])

    def test_a_server_that_withholds_a_correction(self):
        """A follower that filters to a kecamatan convicts nobody while the server is honest; of a server that leaves out
        one correction, the tally proof that the ledger's own key signed has other sums than it. The altered server is a
        proxy that passes everything on but that entry."""
        ledger, region = self.simulated(), "650107"
        daemon = Daemon(self, ledger)
        with daemon.channel() as channel:
            vkey = log.stub(channel).GetCheckpoint(log.m.GetCheckpointRequest()).vkey
            honest = self.monitor_of(channel, region, vkey)
        corrections = [e for e in honest["covered"]
                       if e.kind == monitor.CORRECTED and e.accepted and e.body.text(0) == "ppwp" and e.body.list(3)]
        self.assertTrue(corrections)
        self.assertEqual(honest["sums"], honest["signed"])
        for correction in corrections:
            address = withholding(self, daemon, correction.index)
            with grpc.insecure_channel(address) as channel:
                altered = self.monitor_of(channel, region, vkey)
            self.assertNotIn(correction.index, [e.index for e in altered["covered"]])
            self.assertEqual(len(altered["covered"]), len(honest["covered"]) - 1)
            self.assertEqual(altered["signed"], honest["signed"])
            self.assertNotEqual(altered["sums"], altered["signed"], correction.index)  # convicted

    def monitor_of(self, channel, region, vkey):
        """What a filtered stream adds up to, and what the ledger signed for the region."""
        entries, _ = self.entries(channel, filter=log.m.EntryFilter(region=region))
        answer = results.stub(channel).GetTallyProof(results.m.GetTallyProofRequest(contest="ppwp", region=region))
        covered = [e for e in entries if e.index < answer.as_of.size]
        # The proof is checked alone, with the key and nothing else; its claim is what the ledger signed.
        claim = self.ok("verify-proof", self.write("proof", answer.proof), "--key", vkey, "--expect",
                        f"region={region}")["claim"]
        self.assertEqual(claim["size"], answer.as_of.size)
        watch = monitor.Monitor()
        for entry in covered:
            watch.take(entry)
        self.assertFalse(watch.reopened)
        return {"covered": covered, "sums": watch.sums("ppwp", region),
                "signed": {f["field"]: (f["value"], f["present"]) for f in claim["fields"] if f["present"]}}

    def test_what_stock_clients_expect(self):
        """Health, reflection, rich errors, limits, and settings that are refused by name."""
        daemon = Daemon(self, self.simulated("ledger", "--stop-after", "night"),
                        "message_bytes_max = 65536\n[limits]\npeer_events_per_second = 1\npeer_events_burst = 2\n")
        with daemon.channel() as channel:
            health = channel.unary_unary("/grpc.health.v1.Health/Check")
            name = b"jejak.v1.LogService"
            self.assertEqual(health(b"\x0a" + bytes([len(name)]) + name), b"\x08\x01")
            self.assertEqual(health(b""), b"\x08\x01")
            with self.assertRaises(grpc.RpcError) as raised:
                health(b"\x0a\x01x")
            self.assertEqual(raised.exception.code(), grpc.StatusCode.NOT_FOUND)
            watch = lambda of: channel.unary_stream("/grpc.health.v1.Health/Watch")(of)
            self.assertEqual(next(watch(b"\x0a\x01x")), b"\x08\x03")
            watched = watch(b"\x0a" + bytes([len(name)]) + name)
            self.assertEqual(next(watched), b"\x08\x01")
            with self.assertRaises(grpc.RpcError) as raised:
                channel.unary_unary("/jejak.v1.LogService/Nothing")(b"")
            self.assertEqual(raised.exception.code(), grpc.StatusCode.UNIMPLEMENTED)
            reflection = channel.stream_stream("/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo")
            self.assertIn(name, next(reflection(iter([b"\x3a\x01*"]))))
            for code, reason, field, call in (
                    ("NOT_FOUND", "UNKNOWN_CONTEST", None, lambda: results.stub(channel).GetTally(
                        results.m.GetTallyRequest(contest="nope", region="65"))),
                    ("INVALID_ARGUMENT", "INVALID_ARGUMENT", "region", lambda: results.stub(channel).GetTally(
                        results.m.GetTallyRequest(contest="ppwp", region="6x"))),
                    ("OUT_OF_RANGE", "AS_OF_BEYOND_END", None, lambda: results.stub(channel).GetTally(
                        results.m.GetTallyRequest(contest="ppwp", region="65", read=types.ReadOptions(
                            as_of=types.Point(size=1 << 40))))),
                    ("INVALID_ARGUMENT", "INVALID_ARGUMENT", "page.token", lambda: audit.stub(channel).ListRefusals(
                        audit.m.ListRefusalsRequest(page=types.PageOptions(token="x")))),
                    ("INVALID_ARGUMENT", "EVENT_MALFORMED", None, lambda: submission.stub(channel).SubmitEvent(
                        submission.m.SubmitEventRequest(event=types.SignedEvent(event=b"12345678", signature=bytes(64)))))):
                with self.assertRaises(grpc.RpcError) as raised:
                    call()
                self.assertEqual((raised.exception.code().name, reason_of(raised.exception)), (code, reason))
                if field:
                    self.assertEqual(details(raised.exception)["BadRequest"][0].field_violations[0].field, field)
            with self.assertRaises(grpc.RpcError) as raised:
                for _ in range(4):
                    submission.stub(channel).SubmitEvents(submission.m.SubmitEventsRequest(
                        events=[types.SignedEvent(event=b"12345678", signature=bytes(64))]))
            self.assertEqual((raised.exception.code().name, reason_of(raised.exception)),
                             ("RESOURCE_EXHAUSTED", "OVERLOADED"))
            self.assertGreater(details(raised.exception)["RetryInfo"][0].retry_delay.nanos
                               + details(raised.exception)["RetryInfo"][0].retry_delay.seconds, 0)
            with self.assertRaises(grpc.RpcError) as raised:
                submission.stub(channel).SubmitEvent(submission.m.SubmitEventRequest(
                    event=types.SignedEvent(event=bytes(100_000))))
            self.assertEqual(raised.exception.code(), grpc.StatusCode.RESOURCE_EXHAUSTED)
            self.assertTrue(results.stub(channel).GetTally(
                results.m.GetTallyRequest(contest="ppwp", region="6501")).tally.votes)
            self.assertEqual(daemon.stop(), 0)
            self.assertEqual(next(watched), b"\x08\x02")  # not serving: it stops
            with self.assertRaises(grpc.RpcError) as raised:
                next(watched)
            self.assertEqual((raised.exception.code(), reason_of(raised.exception)),
                             (grpc.StatusCode.UNAVAILABLE, "STOPPED"))
        for text, setting in (("[server]\nworker = 3\n", "server.worker"), ("[server]\nworkers = 0\n", "server.workers"),
                              ("[ledger]\ndir = 7\n", "ledger.dir"), ("[log\n", ":1:"),
                              ("[server]\nsenders_max = 0\n", "server.senders_max"),
                              ("[server]\nsender_idle_s = 0\n", "server.sender_idle_s"),
                              ("[server]\nunread_bytes_max = 0\n", "server.unread_bytes_max"),
                              ("[server]\nconnection_streams_max = 0\n", "server.connection_streams_max"),
                              ("[server]\nundecided_bytes_max = \"1\"\n", "server.undecided_bytes_max"),
                              ("[limits]\npeer_calls_per_second = -1\n", "limits.peer_calls_per_second"),
                              ("[limits]\npeer_calls_burst = 0\n", "limits.peer_calls_burst"),
                              ("[limits]\npeer_streams_max = \"2\"\n", "limits.peer_streams_max")):
            refused = subprocess.run([DAEMON, "--config", str(self.write("wrong.toml", text))], capture_output=True,
                                     text=True)
            self.assertEqual(refused.returncode, 4, text)
            self.assertIn("INPUT_MALFORMED", refused.stderr)
            self.assertIn(setting, refused.stderr)
        printed = subprocess.run([DAEMON, "--print-config"], capture_output=True, text=True, check=True).stdout
        again = subprocess.run([DAEMON, "--print-config", "--config", str(self.write("all.toml", printed))],
                               capture_output=True, text=True, check=True).stdout
        self.assertEqual(printed, again)

    def free_address(self):
        with socket.create_server(("127.0.0.1", 0)) as free:
            return "127.0.0.1:%d" % free.getsockname()[1]

    def calls_of(self, metrics, method, reason):
        """How many calls ended so, by the daemon's metrics."""
        lines = urllib.request.urlopen(f"http://{metrics}/metrics").read().decode().splitlines()
        return sum(float(line.split()[-1]) for line in lines if line.startswith("jejak_calls_total{")
                   and f'method="{method}"' in line and f'reason="{reason}"' in line)

    def overloaded(self, call, times=1):
        """The call is refused within so many: seconds to wait, by the one ErrorInfo and RetryInfo that it brings."""
        with self.assertRaises(grpc.RpcError) as raised:
            for _ in range(times):
                call()
        self.assertEqual((raised.exception.code().name, reason_of(raised.exception)), ("RESOURCE_EXHAUSTED", "OVERLOADED"))
        retry, = details(raised.exception)["RetryInfo"]
        self.assertGreater(retry.retry_delay.ToTimedelta().total_seconds(), 0)
        return retry.retry_delay.ToTimedelta().total_seconds()

    def served(self, call):
        """What the call answers when whoever makes it waits as it is told."""
        deadline = time.monotonic() + 60
        while True:
            try:
                return call()
            except grpc.RpcError as e:
                if reason_of(e) != "OVERLOADED" or time.monotonic() > deadline:
                    raise
                threading.Event().wait(details(e)["RetryInfo"][0].retry_delay.ToTimedelta().total_seconds())

    def test_what_one_address_may_ask(self):
        """Questions and replays of one address have a rate, and share it; who waits as told is served, and so is the
        program by itself; without the setting nobody is held back; the metrics count who was."""
        ledger = self.simulated("ledger", "--stop-after", "night")
        metrics = self.free_address()
        daemon = Daemon(self, ledger, f'[limits]\npeer_calls_per_second = 5\npeer_calls_burst = 50\n'
                        f'[metrics]\nlisten = "{metrics}"\n')
        with daemon.channel() as channel:
            ask = lambda: registry.stub(channel).GetElection(registry.m.GetElectionRequest())
            replay = lambda: list(log.stub(channel).ReplayEntries(log.m.ReplayEntriesRequest(to=0)))
            for call in (ask, replay, ask):
                wait = self.overloaded(call, 200)
                self.assertLessEqual(wait, 0.2)  # one at 5 a second
                self.assertTrue(self.served(call))
            self.overloaded(lambda: (ask(), replay()), 100)
            self.ok("tally", "--contest", "ppwp", "--region", "6501", "--server", daemon.address)
        for method in ("GetElection", "ReplayEntries"):
            self.assertGreater(self.calls_of(metrics, method, "OVERLOADED"), 1, method)
        self.assertEqual(daemon.stop(), 0)
        with Daemon(self, ledger).channel() as channel:
            ask = registry.m.GetElectionRequest()
            for _ in range(300):
                registry.stub(channel).GetElection(ask)

    def test_how_many_streams(self):
        """Replay streams and sync streams of one address and of all are bounded, each for itself; one that ends makes
        room, and so does one that nobody reads."""
        ledger = self.simulated()
        for config in ("follower_stall_s = 1\n[limits]\npeer_streams_max = 2\n",
                       "follower_stall_s = 1\nfollowers_max = 2\nsenders_max = 2\n"):
            daemon = Daemon(self, ledger, config)
            with daemon.channel() as channel, daemon.channel() as other:
                size = self.newest(channel)[1]

                def follow(view=False):
                    start = {} if view else {"from": size}
                    call = log.stub(channel).ReplayEntries(log.m.ReplayEntriesRequest(follow=True, view=view, **start))
                    next(call)
                    return call

                def sync():
                    """A stream that is open: a first event was answered."""
                    first, go_on = iter((submission.m.SyncEventsRequest(event=known[0]),)), queue.Queue()
                    call = submission.stub(other).SyncEvents(itertools.chain(first, iter(go_on.get, None)))
                    self.addCleanup(go_on.put, None)
                    next(call)
                    return call

                known = [types.SignedEvent(event=e.event_bytes, signature=e.signature)
                         for e in self.entries(channel, **{"from": size - 1, "to": size - 1})[0]]
                # Two of each kind, of which one follower reads nothing. The replay above may still have its place.
                following = [self.served(follow), self.served(lambda: follow(view=True))]
                sending = [sync(), sync()]
                self.overloaded(sync)
                self.overloaded(follow)
                sending[0].cancel()
                sending.append(self.served(sync))
                self.overloaded(sync)
                following[0].cancel()
                following.append(self.served(follow))
                # following[1] reads nothing, and is given up.
                following.append(self.served(follow))
                with self.assertRaises(grpc.RpcError) as raised:
                    for _ in following[1]:
                        pass
                self.assertEqual(raised.exception.code(), grpc.StatusCode.CANCELLED)  # the line was reset
            self.assertEqual(daemon.stop(), 0)

    def test_idle_senders(self):
        """A sync stream on which nothing happens is ended, told what to do, and gives its place up; so does one that
        takes no answers. One that sends goes on, and so does a follower that only listens."""
        metrics = self.free_address()
        daemon = Daemon(self, self.simulated("ledger", "--stop-after", "night"),
                        f'sender_idle_s = 1\nsenders_max = 3\n[metrics]\nlisten = "{metrics}"\n')
        with daemon.channel() as channel:
            vkey, size, _ = self.newest(channel)
            events = [types.SignedEvent(event=e.event_bytes, signature=e.signature)
                      for e in self.entries(channel, **{"from": 1})[0]]
            fresh = self.events_beyond(size)[0]
            following = log.stub(channel).ReplayEntries(log.m.ReplayEntriesRequest(follow=True, **{"from": size}))
            next(following)

            def sync():
                sent = queue.Queue()
                call = submission.stub(channel).SyncEvents(iter(sent.get, None))
                self.addCleanup(sent.put, None)
                return call, sent

            idle, sent_idle = sync()
            sent_idle.put(submission.m.SyncEventsRequest(event=events[0]))
            self.assertTrue(next(idle).outcome.existing)
            _, sent_unread = sync()
            for event in events[:3000]:
                sent_unread.put(submission.m.SyncEventsRequest(event=event))
            busy, sent_busy = sync()
            answered, deadline = 0, time.monotonic() + 60
            while self.calls_of(metrics, "SyncEvents", "SENDER_IDLE") < 2:
                self.assertLess(time.monotonic(), deadline)
                sent_busy.put(submission.m.SyncEventsRequest(tag=answered, event=events[answered % 100]))
                self.assertEqual(next(busy).tag, answered)
                answered += 1
            with self.assertRaises(grpc.RpcError) as raised:
                next(idle)
            self.assertEqual((raised.exception.code().name, reason_of(raised.exception)), ("ABORTED", "SENDER_IDLE"))
            self.assertIn("sent nothing", raised.exception.details())
            again = lambda: next(submission.stub(channel).SyncEvents(iter([submission.m.SyncEventsRequest(event=fresh)])))
            receipt = self.served(again).outcome.receipt
            self.assertTrue(monitor.receipt_holds(receipt, vkey))
            for message in following:
                if any(entry.index == receipt.index for entry in message.entries):
                    break
            following.cancel()
            # The one that sends is told when the daemon stops.
            self.assertEqual(daemon.stop(), 0)
            with self.assertRaises(grpc.RpcError) as raised:
                next(busy)
            self.assertEqual(reason_of(raised.exception), "STOPPED")

    def test_tls_with_client_certificates(self):
        """A client without a certificate of the right root is not served; certificates change without a restart."""
        def openssl(*args):
            subprocess.run(["openssl", *args], check=True, capture_output=True, cwd=self.folder)

        def issue(name):
            openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key", "-out",
                    name + ".csr", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost")
            openssl("x509", "-req", "-in", name + ".csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-out",
                    name + ".pem", "-days", "2", "-copy_extensions", "copy")

        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.pem", "-subj",
                "/CN=uji", "-days", "2")
        issue("server")
        issue("client")
        read = lambda name: (self.folder / name).read_bytes()
        daemon = Daemon(self, self.simulated("ledger", "--stop-after", "night"),
                        f'[tls]\ncertificate = "{self.folder}/server.pem"\nkey = "{self.folder}/server.key"\n'
                        f'client_roots = "{self.folder}/ca.pem"\n',
                        grpc.ssl_channel_credentials(read("ca.pem"), read("client.key"), read("client.pem")))
        ask = registry.m.GetElectionRequest()
        with daemon.channel() as channel:
            self.assertTrue(registry.stub(channel).GetElection(ask, timeout=20).size)
        client, daemon.secure = daemon.secure, grpc.ssl_channel_credentials(read("ca.pem"))
        with daemon.channel() as channel, self.assertRaises(grpc.RpcError):
            registry.stub(channel).GetElection(ask, timeout=5)
        daemon.secure = client

        def served_with():
            shown = subprocess.run(["openssl", "s_client", "-connect", daemon.address, "-alpn", "h2", "-cert",
                                    "client.pem", "-key", "client.key"], stdin=subprocess.DEVNULL, capture_output=True,
                                   text=True, errors="replace", cwd=self.folder, timeout=20).stdout
            return shown[shown.index("-----BEGIN"):shown.index("-----END")]

        before = served_with()
        issue("server")
        deadline = time.monotonic() + 30
        while served_with() == before and time.monotonic() < deadline:
            threading.Event().wait(0.5)
        self.assertNotEqual(served_with(), before)
        with daemon.channel() as channel:
            self.assertTrue(registry.stub(channel).GetElection(ask, timeout=20).size)


if __name__ == "__main__":
    unittest.main()
