"""A server that lies, between the program and an honest daemon. What must hold: no answer that is wrong, of something
else, without end, or aimed at the program itself is taken for one; each is an error that says so, with a status of the
server's and not of the user's machine, and whoever is told to stop does."""

import concurrent.futures
import hashlib
import json
import pathlib
import shutil
import signal
import subprocess
import tempfile
import threading

from jejak import Case, DAEMON, PROGRAM, run
from test_server import RICH, STUBS  # noqa: F401: makes the stubs importable

import grpc  # noqa: E402
from jejak_stubs import audit, log, registry, results, submission  # noqa: E402

SERVICES = {"Submission": submission, "Results": results, "Audit": audit, "Log": log, "Registry": registry}
CODE = grpc.StatusCode
PPWP = ("--contest", "ppwp", "--region", "0")


def methods():
    """name: (path, request, response)"""
    out = {}
    for name, service in SERVICES.items():
        for method in service.m.DESCRIPTOR.services_by_name[name + "Service"].methods:
            out[method.name] = (f"/jejak.v1.{name}Service/{method.name}", getattr(service.m, method.input_type.name),
                                getattr(service.m, method.output_type.name))
    return out


METHODS = methods()


class Liar(grpc.GenericRpcHandler):
    """Passes calls on, but those named: f(request, honest, context), where honest(request) asks the daemon."""

    def __init__(self, case, lies, compression=None):
        self.lies, self.calls = lies, []
        self.channel = grpc.insecure_channel(case.daemon, options=[("grpc.max_receive_message_length", -1)])
        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(8), handlers=[self], compression=compression,
                                  options=[("grpc.max_send_message_length", -1)])
        self.address = "127.0.0.1:%d" % self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()

    def service(self, details):
        name = details.method.rsplit("/", 1)[1]
        path, request_type, response_type = METHODS[name]
        kind = "unary_stream" if name == "ReplayEntries" else "unary_unary"
        honest = getattr(self.channel, kind)(path, request_type.SerializeToString, response_type.FromString)

        def answer(request, context):
            self.calls.append(name)
            lie = self.lies.get(name)
            try:
                return lie(request, honest, context) if lie else honest(request)
            except grpc.RpcError as error:
                context.set_trailing_metadata([pair for pair in error.trailing_metadata()
                                               if pair.key.startswith("grpc-status-details")])
                context.abort(error.code(), error.details())

        def bytes_of(message):
            return message if isinstance(message, bytes) else message.SerializeToString()
        return getattr(grpc, kind + "_rpc_method_handler")(answer, request_type.FromString, bytes_of)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop(None).wait()
        self.channel.close()


def away(code, reason, seconds=None, said=None):
    """An error with details, as the daemon makes them."""
    def lie(request, honest, context):
        rich = RICH["Status"](code=code.value[0], message="m")
        details = [RICH["ErrorInfo"](domain="jejak", reason=reason, metadata={"retry_us": said} if said else {})]
        if seconds is not None:
            details.append(RICH["RetryInfo"](retry_delay={"seconds": seconds}))
        for detail in details:
            rich.details.add(type_url="type.googleapis.com/" + detail.DESCRIPTOR.full_name,
                             value=detail.SerializeToString())
        context.set_trailing_metadata((("grpc-status-details-bin", rich.SerializeToString()),))
        context.abort(code, "m")
    return lie


def refuse(code):
    return lambda request, honest, context: context.abort(code, "no")


def changed(change):
    """The honest answer, changed."""
    def lie(request, honest, context):
        answer = honest(request)
        change(answer)
        return answer
    return lie


def asked(change):
    """The honest answer to another question."""
    def lie(request, honest, context):
        change(request)
        return honest(request)
    return lie


class Lies(Case):
    @classmethod
    def setUpClass(cls):
        cls.shared = pathlib.Path(tempfile.mkdtemp(prefix="jejak-test-"))
        cls.addClassCleanup(shutil.rmtree, cls.shared, ignore_errors=True)
        cls.ledger = cls.shared / "ledger"
        made = run("simulate", "--ledger", cls.ledger, "--scenario", "bulungan-night", "--seed", "3", "--events-max",
                   "380", "--json")
        assert made.status == 0, made.err
        cls.process = subprocess.Popen([DAEMON, "--ledger", cls.ledger, "--listen", "127.0.0.1:0"],
                                       stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        cls.addClassCleanup(cls.end)
        cls.daemon = json.loads(cls.process.stdout.readline())["listening"]
        cls.vkey = json.loads(run("checkpoint", "--vkey", "--json", "--server", cls.daemon).out)["vkey"]
        lines = run("replay", "--server", cls.daemon, "--json").out.splitlines()
        cls.entries = [json.loads(line)["entry"] for line in lines[:-1]]
        cls.size = len(cls.entries)

    @classmethod
    def end(cls):
        cls.process.kill()
        cls.process.wait()
        cls.process.stdout.close()

    def told(self, lies, *command, **more):
        """The program's outcome under these lies, and how often each call was made."""
        with Liar(self, lies, **more) as liar:
            return run(*command, "--server", liar.address, "--json"), liar.calls

    def refused_lie(self, reason, status, lies, *command, **more):
        outcome, calls = self.told(lies, *command, **more)
        last = json.loads((outcome.out.splitlines() or ["{}"])[-1]).get("error", {})
        self.assertEqual((last.get("reason"), outcome.status), (reason, status),
                         f"{command}\n{outcome.out[-1000:]}\n{outcome.err[-1000:]}")
        return last["message"], calls

    # --- Replays ---

    def replayed(self, change, end=True):
        """A lie: the entries asked for, changed, then progress to the end of the log."""
        def lie(request, honest, context):
            message = log.m.ReplayEntriesResponse
            yield message(progress={"state": 1, "size": self.size, "next": getattr(request, "from")})
            plain = log.m.ReplayEntriesRequest(**{"from": getattr(request, "from")})
            if request.HasField("to"):
                plain.to = request.to
            entries = [entry for one in honest(plain) for entry in one.entries]
            entries = change(entries)
            for at in range(0, len(entries), 50):
                yield message(entries=entries[at:at + 50])
            if end:
                yield message(progress={"state": 2, "size": self.size, "next": self.size})
        return {"ReplayEntries": lie}

    def test_replays(self):
        """Left out, out of order, repeated, beyond what was asked, an end before the end: the entry is named."""
        def swapped(entries):
            at = next((at for at, entry in enumerate(entries) if entry.index == 100), None)
            if at is not None and at + 1 < len(entries):
                entries[at], entries[at + 1] = entries[at + 1], entries[at]
            return entries

        def twice(entries):
            return [entry for entry in entries for _ in range(2 if entry.index == 99 else 1)]

        def without(index):
            return lambda entries: [entry for entry in entries if entry.index != index]
        last = self.size - 1
        for lie, at, words in (
                (self.replayed(swapped), 100, "left out entry 100"),
                (self.replayed(twice), 100, "sent entry 99 again or out of order"),
                (self.replayed(without(100)), 100, "left out entry 100"),
                (self.replayed(without(0)), 0, "left out entry 0"),
                (self.replayed(without(last)), last, f"left out entry {last}"),
                (self.replayed(lambda entries: entries[:10] if entries and entries[0].index == 0 else [], end=False),
                 10, "ended its replay before entry 10")):
            message, _ = self.refused_lie("VERIFICATION_FAILED", 1, lie, "replay")
            self.assertIn(words, message)
            outcome, _ = self.told(lie, "verify", "--key", self.vkey)
            self.assertEqual((outcome.status, outcome.json["fault"]["what"], outcome.json["fault"]["index"]),
                             (1, "ENTRY_MISSING", at), outcome.out)
            shutil.rmtree(self.folder / "state", ignore_errors=True)
            outcome, _ = self.told(lie, "monitor", "--key", self.vkey, "--state", self.folder / "state")
            finding = json.loads(outcome.out.splitlines()[-1])["finding"]
            self.assertEqual((outcome.status, finding["kind"], finding["index"]), (1, "ENTRY_MISSING", at), outcome.out)

    def test_replays_of_a_part(self):
        """Entries that weren't asked for: beyond the end, or that the filter leaves out."""
        everything = {"ReplayEntries": lambda request, honest, context: honest(log.m.ReplayEntriesRequest())}
        for command, words in ((("--from", "5", "--to", "10"), "sent entry 0 again or out of order"),
                               (("--to", "10"), "sent entry 11, which was not asked for"),
                               (("--official", "kpu"), "which was not asked for"),
                               (("--kind", "resultCorrected"), "which was not asked for"),
                               (("--contest", "ppwp"), "which was not asked for"),
                               (("--region", "6501"), "which was not asked for"),
                               (("--verdict", "refused"), "which was not asked for")):
            message, _ = self.refused_lie("VERIFICATION_FAILED", 1, everything, "replay", *command)
            self.assertIn(words, message)

    def test_final_answers(self):
        """A status that isn't of the line ends the replay at once; gRPC's own are the server's, not a missing entry."""
        for code in (CODE.UNIMPLEMENTED, CODE.INTERNAL, CODE.UNKNOWN, CODE.NOT_FOUND, CODE.DATA_LOSS):
            lies = {"ReplayEntries": refuse(code)}
            for command in (("replay", "--follow"), ("verify", "--key", self.vkey)):
                _, calls = self.refused_lie("UNAVAILABLE", 3, lies, *command)
                self.assertEqual(calls.count("ReplayEntries"), 1, (code, command))
            shutil.rmtree(self.folder / "state", ignore_errors=True)
            self.refused_lie("UNAVAILABLE", 3, lies, "monitor", "--key", self.vkey, "--state", self.folder / "state")

    def test_stopped(self):
        """Told to stop while the server is silent, or breaks every line, it ends, and had not called without pauses."""
        def silent(request, honest, context):
            called.set()
            while context.is_active():
                threading.Event().wait(0.05)
            return iter(())

        def breaking(request, honest, context):
            if liar.calls.count("ReplayEntries") == 5:
                called.set()
            context.abort(CODE.UNAVAILABLE, "no")
        for lie in (silent, breaking):
            for command, status in ((("monitor", "--key", self.vkey, "--state", self.folder / "state", "--every", "1"), 0),
                                    (("replay", "--follow"), -signal.SIGTERM),
                                    (("verify", "--key", self.vkey), -signal.SIGTERM)):
                called = threading.Event()
                with Liar(self, {"ReplayEntries": lie}) as liar:
                    process = subprocess.Popen([PROGRAM, *map(str, command), "--server", liar.address, "--json"],
                                               stdout=subprocess.DEVNULL)
                    self.assertTrue(called.wait(60))
                    process.send_signal(signal.SIGTERM)
                    self.assertEqual(process.wait(timeout=10), status, command)
                    # The fifth call comes after pauses that add up to most of a second.
                    self.assertLess(liar.calls.count("ReplayEntries"), 8)

    # --- Calls ---

    def test_retries(self):
        """A delay of any size is bounded: at once the error, or a few calls with pauses."""
        question = ("tally", *PPWP)
        for seconds in (10**6, 9_300_000_000, 9_223_372_036_855, 315_576_000_000, 2**63 - 1):
            lies = {"GetTally": away(CODE.RESOURCE_EXHAUSTED, "OVERLOADED", seconds)}
            _, calls = self.refused_lie("OVERLOADED", 3, lies, *question)
            self.assertEqual(calls.count("GetTally"), 1)
        for seconds, said in ((0, None), (-5, None), (None, "9223372036854775807"), (None, "1")):
            lies = {"GetTally": away(CODE.RESOURCE_EXHAUSTED, "OVERLOADED", seconds, said)}
            _, calls = self.refused_lie("OVERLOADED", 3, lies, *question)
            self.assertEqual(calls.count("GetTally"), 1)

    def test_reasons(self):
        """What a server says of its own machine is not said of the user's."""
        for reason in ("USAGE", "IO_ERROR", "LEDGER_DAMAGED", "OUTBOX_DAMAGED", "DISK_FULL", "INTERNAL",
                       "VERIFICATION_FAILED", "KEY_FILE_DAMAGED", "PASSPHRASE_WRONG", "INTERRUPTED"):
            message, _ = self.refused_lie("UNAVAILABLE", 3, {"GetTally": away(CODE.INTERNAL, reason)}, "tally", *PPWP)
            self.assertIn(f"the server says {reason}", message)
        self.refused_lie("INVALID_ARGUMENT", 2, {"GetTally": away(CODE.INVALID_ARGUMENT, "INVALID_ARGUMENT")}, "tally", *PPWP)
        self.refused_lie("VERIFICATION_FAILED", 1, {"GetTally": lambda *_: results.m.GetTallyResponse()}, "tally", *PPWP)

    def test_bombs(self):
        """An answer that is too large, or would be once decompressed, is none, and the second is not even held."""
        huge = b"\x0a" + b"\x80\x80\x80\x80\x02" + b"A" * (1 << 29)  # field 1, 512 MiB
        for compression in (None, grpc.Compression.Gzip):
            with Liar(self, {"GetCheckpoint": lambda *_: huge}, compression=compression) as liar:
                # KiB of address space: what it needs anyhow, and less than the answer besides.
                limit = ["sh", "-c", 'ulimit -v 900000; exec "$@"', "sh"] if compression else []
                ended = subprocess.run([*limit, PROGRAM, "checkpoint", "--server", liar.address, "--json"],
                                       capture_output=True, text=True)
                self.assertEqual(ended.returncode, 3, (compression, ended.stdout[:300] + ended.stderr[:300]))

    # --- Pages ---

    def test_pages(self):
        """Pages that lead back, in a circle, to nothing, hold more than was asked, or are of several moments."""
        def again(answer):
            answer.next_page_token = "again"
        listings = {"ListStations": ("stations", *PPWP), "ListFindings": ("findings",),
                    "GetHistory": ("history", "--contest", "ppwp", "--tps", self.reported()),
                    "ListBallots": ("election", "show")}
        first = {}

        def same(name):
            def lie(request, honest, context):
                request.page.token = ""
                answer = first.setdefault(name, honest(request))
                out = answer.__class__()
                out.CopyFrom(answer)
                out.next_page_token = f"t{len(liar_calls)}"
                liar_calls.append(name)
                return out
            return lie
        for name, command in listings.items():
            asked_for = {name: lambda request, honest, context: again_of(honest, request)}

            def again_of(honest, request):
                request.page.token = ""
                answer = honest(request)
                again(answer)
                return answer
            self.refused_lie("VERIFICATION_FAILED", 1, asked_for, *command)
            self.refused_lie("VERIFICATION_FAILED", 1,
                             {name: lambda request, honest, context, name=name: METHODS[name][2](next_page_token="x")},
                             *command)
            if name == "ListFindings":
                continue  # how many there are, only the server knows
            liar_calls = []
            self.refused_lie("VERIFICATION_FAILED", 1, {name: same(name)}, *command)

    def reported(self):
        return next(entry["region"] for entry in self.entries
                    if entry["kind"] == "resultSubmitted" and entry["contest"] == "ppwp" and entry["accepted"])

    def test_pages_of_stations(self):
        stations = ("stations", *PPWP)

        def more(request):
            request.page.size = 1000
        message, _ = self.refused_lie("VERIFICATION_FAILED", 1, {"ListStations": asked(more)}, *stations, "--page-size", "5")
        self.assertIn("where 5 were asked for", message)
        sizes = iter(range(self.size, 0, -20))

        def older(request, honest, context):
            request.read.as_of.size = next(sizes)
            request.page.size, request.page.token = 5, ""
            answer = honest(request)
            answer.next_page_token = str(request.read.as_of.size)
            return answer
        message, _ = self.refused_lie("VERIFICATION_FAILED", 1, {"ListStations": older}, *stations)
        self.assertIn("in one listing", message)

        def elsewhere(answer):
            answer.stations[0].tps = "1101012001001"
        self.refused_lie("VERIFICATION_FAILED", 1, {"ListStations": changed(elsewhere)}, "stations", "--contest", "ppwp",
                         "--region", "6501")

    # --- Answers to another question ---

    def entry_of(self, index, label=None):
        def lie(request, honest, context):
            answer = honest(audit.m.GetEntryRequest(index=index, proof=request.proof))
            if label is not None:
                answer.entry.index = label
            return answer
        return {"GetEntry": lie}

    def test_entries(self):
        proof = self.folder / "x.proof"
        self.refused_lie("VERIFICATION_FAILED", 1, self.entry_of(301), "entry", self.entries[300]["event"])
        self.refused_lie("VERIFICATION_FAILED", 1, self.entry_of(301), "entry", "300")
        self.refused_lie("PROOF_INVALID", 1, self.entry_of(301, 300), "entry", "300", "--proof", proof)

        def other(request, honest, context):
            answer = honest(request)
            answer.proof = honest(audit.m.GetEntryRequest(index=301, proof=True)).proof
            return answer
        self.refused_lie("PROOF_INVALID", 1, {"GetEntry": other}, "entry", "300", "--proof", proof)
        self.refused_lie("PROOF_INVALID", 1, {"GetEntry": changed(lambda answer: answer.ClearField("proof"))}, "entry",
                         "300", "--proof", proof)
        self.assertFalse(proof.exists())

    def test_tallies(self):
        proof = self.folder / "x.proof"

        def district(request):
            request.region = "6501"

        def earlier(request):
            request.read.as_of.size -= 50

        def sum_of(request):
            request.sum = True

        def inflated(answer):
            answer.tally.votes[0].votes += 1000
        tally = ("tally", *PPWP)
        self.refused_lie("VERIFICATION_FAILED", 1, {"GetTally": asked(district)}, *tally)
        self.refused_lie("VERIFICATION_FAILED", 1, {"GetTally": asked(earlier)}, *tally, "--as-of", "300")
        for lies in ({"GetTallyProof": asked(district)}, {"GetTallyProof": asked(sum_of)}, {"GetTally": changed(inflated)},
                     {"GetTallyProof": changed(lambda answer: answer.ClearField("proof"))}):
            self.refused_lie("PROOF_INVALID", 1, lies, *tally, "--proof", proof)
        self.assertFalse(proof.exists())
        outcome, _ = self.told({}, *tally, "--proof", proof)
        self.assertEqual(outcome.status, 0, outcome.out)

    def test_what_is_none(self):
        for lie in (lambda *_: log.m.GetCheckpointResponse(),
                    changed(lambda answer: setattr(answer, "checkpoint", "\x1b[2Jlie\n"))):
            self.refused_lie("VERIFICATION_FAILED", 1, {"GetCheckpoint": lie}, "checkpoint")
        nobody = {"GetOfficial": lambda *_: registry.m.GetOfficialResponse()}
        self.refused_lie("NOT_FOUND", 1, nobody, "official", "show", "kpu")

    # --- Receipts ---

    def test_receipts(self):
        """A receipt is of the event that was handed in, and leads to a checkpoint."""
        body = self.write("body.json", {"place": "650105", "kind": "network", "text": "x"})
        command = ("file", "--kind", "incidentRecorded", "--key", self.ledger / "keys" / "ppk.650105.key", "--file", body)
        real = self.entries[5]

        def made_up(**changes):
            def lie(request, honest, context):
                receipt = {"index": self.size, "event": hashlib.sha256(request.events[0].event).digest(),
                           "leaf": b"\1" * 32, "received_at": {"seconds": 1700000000}, "proof": "no proof", **changes}
                return submission.m.SubmitEventsResponse(outcomes=[{"receipt": receipt}])
            return {"SubmitEvents": lie}
        for lies in (made_up(), made_up(proof=""), made_up(index=2**63), made_up(event=bytes.fromhex(real["event"])),
                     {"SubmitEvents": self.tampered(lambda receipt: receipt.ClearField("proof"))},
                     {"SubmitEvents": self.tampered(lambda receipt: setattr(receipt, "index", receipt.index - 1))},
                     {"SubmitEvents": self.tampered(lambda receipt: setattr(receipt.received_at, "seconds", 5))}):
            self.refused_lie("PROOF_INVALID", 1, lies, *command)
        outcome, _ = self.told({}, *command)
        self.assertEqual(outcome.status, 0, outcome.out)

    def tampered(self, change):
        def lie(request, honest, context):
            answer = honest(request)
            change(answer.outcomes[0].receipt)
            return answer
        return lie

    # --- Terminals ---

    def test_terminals(self):
        """Nothing that a server says moves the cursor or begins a line."""
        def named(answer):
            answer.tally.votes[1].choice.name = "\x1b[2J\x1b[31mX"
            answer.tally.region.name = "A\nB\x07\u202e\u0085"
        with Liar(self, {"GetTally": changed(named)}) as liar:
            outcome = run("tally", *PPWP, "--server", liar.address, "--lang", "en")
        self.assertEqual(outcome.status, 0, outcome.err)
        for raw in "\x1b\x07\u202e\u0085":
            self.assertNotIn(raw, outcome.out)
        self.assertIn("A\\x0aB\\x07\\xe2\\x80\\xae\\xc2\\x85", outcome.out)
        with Liar(self, {"GetTally": lambda request, honest, context: context.abort(
                CODE.INTERNAL, "\x1b[2J\nOK everything verified\n")}) as liar:
            outcome = run("tally", *PPWP, "--server", liar.address, "--lang", "en")
        self.assertEqual((outcome.status, len(outcome.err.splitlines())), (3, 1), outcome.err)
        self.assertNotIn("\x1b", outcome.err)
