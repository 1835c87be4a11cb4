"""What operators and auditors do over a network. What must hold: every question gives the same answer over --server
as over --ledger; what was signed offline is in the log once, in order, without a fork, whatever is killed, cut,
delayed or throttled, and each receipt verifies."""

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest

from jejak import Case, EXAMPLES, Election, PROGRAM, SOURCE, digest, run
from test_server import Daemon, STUBS

SEED = int(os.environ.get("JEJAK_SEED", random.SystemRandom().randrange(1 << 32)))
EXAMPLE = os.environ.get("JEJAK_EXAMPLE", str(SOURCE / "build" / "dev" / "tests" / "integration" / "monitor_example"))
STATIONS = int(os.environ.get("JEJAK_STATIONS", "20"))  # the long run: 100
KILLS, CUTS = STATIONS, STATIONS // 2
BITS_PER_SECOND = 64_000
VILLAGE = "6501051001"
CONTESTS = {"ppwp": "ticket", "pdpr": "party", "pdpd": "individual", "pdprdp": "party", "pdprdk": "party"}


class Proxy:
    """Between a client and the daemon: delays, throttles, counts, and cuts lines when it is told to."""

    def __init__(self, target, bits_per_second=None, delay=0.0):
        self.target, self.delay = target, delay
        self.bytes_per_second = bits_per_second / 8 if bits_per_second else None
        self.lines, self.lock = [], threading.Lock()
        self.up = self.down = self.cuts = 0
        self.cut_after = []  # bytes until the next cuts, each once
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            try:
                near, _ = self.listener.accept()
            except OSError:
                return
            host, port = self.target.rsplit(":", 1)
            far = socket.create_connection((host, int(port)))
            line = (near, far)
            with self.lock:
                self.lines.append(line)
            for source, sink, up in ((near, far, True), (far, near, False)):
                threading.Thread(target=self.pump, args=(source, sink, up, line), daemon=True).start()

    def pump(self, source, sink, up, line):
        try:
            while True:
                data = source.recv(512)
                if not data:
                    break
                if self.delay:
                    time.sleep(self.delay)
                if self.bytes_per_second:
                    time.sleep(len(data) / self.bytes_per_second)
                with self.lock:
                    if up:
                        self.up += len(data)
                    else:
                        self.down += len(data)
                    cut = bool(self.cut_after) and self.up + self.down >= self.cut_after[0]
                    if cut:
                        self.cut_after.pop(0)
                        self.cuts += 1
                if cut:
                    break
                sink.sendall(data)
        except OSError:
            pass
        for end in line:  # a half-open line is cut on both sides
            try:
                end.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass

    def close(self):
        self.listener.close()


class Questions(Case):
    def test_the_same_over_the_network(self):
        """Every question over --server gives, to the byte, what it gives over --ledger: JSON and words, pages, proof
        files, and errors with their exit status."""
        local = self.folder / "local"
        self.ok("simulate", "--ledger", local, "--scenario", "bulungan-night", "--seed", "3")
        shutil.copytree(local, self.folder / "served")
        daemon = Daemon(self, self.folder / "served")
        at, over = ("--ledger", local), ("--server", daemon.address)
        some = json.loads(run("trace", "--json", "--contest", "ppwp", "--region", "6501", "--choice", "1002",
                              "--page-size", "7", *at).out)
        corrected = next(json.loads(line)["entry"] for line in
                         run("replay", "--kind", "resultCorrected", "--verdict", "accepted", *at).out.splitlines())
        official = corrected["author"]["official"]
        ppwp = ("--contest", "ppwp")
        questions = [
            ("tally", *ppwp, "--region", "6501", "--children"), ("tally", *ppwp, "--region", "0", "--as-of", "900"),
            ("tally", *ppwp, "--dapil", "0", "--children"), ("tally", *ppwp, "--region", "6501102001011"),
            ("stations", *ppwp, "--region", "650110"), ("stations", *ppwp, "--region", "6501", "--csv"),
            ("stations", *ppwp, "--region", "6501", "--page-size", "9"),
            ("history", *ppwp, "--tps", "6501102001011"),
            ("trace", *ppwp, "--region", "6501", "--choice", "1002", "--page-size", "7", "--page-token",
             some["next_page_token"]),
            ("trace", *ppwp, "--region", "6501", "--figure", "invalid"),
            ("explain", *ppwp, "--region", "6501", "--choice", "1002", "--from", "1000", "--page-size", "5"),
            ("entry", str(corrected["index"]), "--effect"), ("entry", corrected["event"]), ("entry", "0"),
            ("progress", *ppwp, "--region", "6501", "--page-size", "4"), ("findings",),
            ("findings", "--rule", "C09", "--open", "--as-of", "1500"), ("activity", "--official", official),
            ("refusals",), ("refusals", "--reason", "STAGE_SEALED", "--page-size", "1"), ("objections",), ("incidents",),
            ("copies",), ("rounds",), ("decisions",), ("certifications",), ("checkpoint",), ("checkpoint", "--vkey"),
            ("replay", "--from", "100", "--to", "120"),
            # what is refused
            ("tally", "--contest", "nope", "--region", "6501"), ("tally", *ppwp, "--region", "9"),
            ("tally", *ppwp, "--region", "6501", "--as-of", "0"), ("tally", *ppwp, "--region", "6501", "--as-of", "999999"),
            ("tally", *ppwp, "--region", "6501", "--as-of", "observed:2024-02-15T00:00:00Z"),
            ("trace", *ppwp, "--region", "6501", "--choice", "1002", "--page-token", "garbage"),
            ("trace", *ppwp, "--region", "6501", "--choice", "1002", "--page-size", "0"),
            ("explain", *ppwp, "--region", "6501", "--choice", "1002", "--from", "1000", "--to", "900"),
            ("entry", "999999"), ("entry", "ab" * 32), ("activity", "--official", "nobody"),
            ("refusals", "--reason", "NOPE"), ("findings", "--rule", "C99"), ("history", *ppwp, "--tps", "6501"),
        ]
        for question in questions:
            for more in ((), ("--json",)):
                here, there = run(*question, *more, *at), run(*question, *more, *over)
                self.assertEqual((here.status, here.out, here.err), (there.status, there.out, there.err),
                                 (question, more))
                self.assertTrue(here.out or here.err, question)
        for index, question in enumerate((("tally", *ppwp, "--region", "650110", "--sum"), ("entry", "77"))):
            files = [self.folder / f"{index}-{name}" for name in ("here", "there")]
            for file, place in zip(files, (at, over)):
                self.ok(*question, "--proof", file, *place)
            self.assertEqual(files[0].read_bytes(), files[1].read_bytes())


    def test_the_guides_example(self):
        """The monitor's example prints every entry of the log, in order, and ends when it has them all."""
        ledger = self.folder / "ledger"
        self.ok("simulate", "--ledger", ledger, "--scenario", "bulungan-night", "--seed", "3", "--stop-after", "night")
        daemon = Daemon(self, ledger)
        example = SOURCE / "docs" / "guides" / "examples" / "follow.py"
        shown = subprocess.run([sys.executable, "-B", str(example), daemon.address, "5"], capture_output=True, text=True,
                               env={**os.environ, "ONCE": "1", "PYTHONPATH": STUBS}, timeout=120)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        self.check_example_in_cc(daemon)
        lines = shown.stdout.splitlines()
        size = int(lines[0].split(" entries")[0].split()[-1])
        indexes = [int(line.split()[0]) for line in lines[1:] if not line.startswith("#")]
        self.assertEqual(indexes, list(range(5, size)))


    def check_example_in_cc(self, daemon):
        """The one in C++ comes to the nation's totals by itself."""
        shown = subprocess.run([EXAMPLE, daemon.address, "ppwp"], capture_output=True, text=True,
                               env={**os.environ, "ONCE": "1"}, timeout=120)
        self.assertEqual(shown.returncode, 0, shown.stderr)
        sums = dict(line.split()[1:] for line in shown.stdout.splitlines() if line.startswith("= "))
        tally = self.ok("tally", "--contest", "ppwp", "--region", "0", "--server", daemon.address)
        self.assertEqual(sums, {line["choice"]: str(line["votes"]) for line in tally["votes"]})
        entries = [line for line in shown.stdout.splitlines()[1:] if line[0].isdigit()]
        self.assertEqual([int(line.split()[0]) for line in entries], list(range(len(entries))))


class Offline(Case):
    def setUp(self):
        super().setUp()
        self.random = random.Random(SEED)
        print(f"JEJAK_SEED={SEED} JEJAK_STATIONS={STATIONS}", file=sys.stderr)

    parties, candidates = 3, 6  # of each legislative contest, and of each party

    def choices(self, kind):
        if kind == "party":
            return [line for party in range(1, self.parties + 1) for line in
                    [{"id": str(party), "kind": "party", "number": party, "name": f"Partai {party}"}] +
                    [{"id": str(party * 1000 + i), "kind": "candidate", "number": i, "name": f"Calon {party} {i}",
                      "party": str(party)} for i in range(1, self.candidates + 1)]]
        return [{"id": str(i), "kind": kind, "number": i, "name": f"Pilihan {i}"} for i in range(1, 4)]

    def election(self, stations):
        election = Election(self)
        election.register("regions", EXAMPLES / "regions.json")
        codes = [f"{VILLAGE}{number:03}" for number in range(1, stations + 1)]
        election.register("stations", {"stations": [{"code": code, "name": "TPS " + code[-3:]} for code in codes]})
        for contest, kind in CONTESTS.items():
            election.register("contest", {"id": contest, "kind": kind, "name": contest.upper(), "covered": ["0"],
                                          "last_stage": "nasional", "kpps_may_correct": True})
            election.register("ballot", {"contest": contest, "dapil": "65", "members": ["65"],
                                         "choices": self.choices(kind)})
        election.enrol(*(("kpps." + code, "kpps", code, "Ketua " + code) for code in codes))
        return election, codes

    def form(self, contest, code, salt=0):
        kind = CONTESTS[contest]
        number = int(code[-3:]) + salt
        votes = []
        for line in self.choices(kind):
            vote = {"choice": line["id"], "votes": self.random.choice((0, 0, 0, 1, 1, 2, 3, 5, 8, 21, 40))}
            if line["kind"] == "party":
                vote["party_total"] = 100
            votes.append(vote)
        columns = {"l": 100, "p": 110, "j": 210}
        figures = {name: columns for name in ("voters_registered", "voters_from_list", "voters_total")}
        figures.update(ballots_received=250, ballots_used=210, ballots_spoiled=1, ballots_unused=39, valid=200,
                       invalid=10, total=210)
        return self.write(f"{contest}-{code}.json", {
            "contest": contest, "tps": code, "round": 1, "figures": figures, "votes": votes,
            "evidence": [{"page": 1, "media_type": "image/jpeg", "sha256": digest(contest + code), "url": None}]})

    def sign(self, election, box, contest, code):
        return ("sign", "--json", "--key", election.key("kpps." + code), "--file", self.form(contest, code), "--outbox", box,
                "--election", election.id)

    def stage(self, box, sequence):
        """How far a signing that was killed had come."""
        if any(box.glob(f"*/{sequence:020}.event")):
            return "event there"
        return "draft there" if any(box.glob(f"*/{sequence:020}.draft")) else "nothing there"

    def kill(self, seconds, *command):
        """Runs the program and kills it at a random point of the time that it takes. Whether it was still running."""
        process = subprocess.Popen([PROGRAM, *map(str, command)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(self.random.uniform(0, seconds))
        process.kill()
        return process.wait() == -signal.SIGKILL

    def test_offline_night(self):
        """Five contests of each TPS signed offline, the signing killed at random points; then sent over a thin line that
        is cut again and again, and the sending killed. Every event is in the log once, no fork, every receipt verifies."""
        election, codes = self.election(STATIONS)
        boxes = {code: self.folder / f"box-{code}" for code in codes}
        tasks = [(code, contest) for code in codes for contest in CONTESTS]
        fell, took = {}, 0.02  # seconds of the last whole run
        killed = set(self.random.sample(range(len(tasks)), KILLS))
        for number, (code, contest) in enumerate(tasks):
            command = self.sign(election, boxes[code], contest, code)
            if number in killed:
                running = self.kill(took, *command)
                where_ = self.stage(boxes[code], number % len(CONTESTS)) if running else "had ended"
                fell[where_] = fell.get(where_, 0) + 1
            start = time.monotonic()
            self.ok(*command[:1], *command[2:])  # again, as a person would
            took = time.monotonic() - start
        statuses = {code: self.ok("outbox", "status", "--outbox", boxes[code]) for code in codes}
        for code, status in statuses.items():
            self.assertEqual([e["sequence"] for e in status["events"]], list(range(len(CONTESTS))))
            self.assertEqual([e["contest"] for e in status["events"]], list(CONTESTS))

        daemon = Daemon(self, election.folder, key=election.key("ledger"))
        proxy = Proxy(daemon.address, BITS_PER_SECOND, delay=0.005)
        self.addCleanup(proxy.close)
        total = 0
        for _ in range(CUTS):
            total += self.random.randrange(500, 6_000)
            proxy.cut_after.append(total)
        unreachable = sends_killed = 0
        killed = set(self.random.sample(codes, KILLS // 4))
        for code in codes:
            send = ("outbox", "send", "--json", "--outbox", boxes[code], "--server", proxy.address)
            if code in killed:
                sends_killed += self.kill(took, *send)
            while True:
                start = time.monotonic()
                sent = run(*send)
                if sent.status == 0:
                    took = time.monotonic() - start
                    break
                self.assertEqual(sent.status, 3, sent.out + sent.err)
                self.assertIn(sent.reason, ("UNAVAILABLE", "DEADLINE_EXCEEDED"))  # a busy machine is late
                unreachable += 1
        self.assertEqual(proxy.cuts, CUTS)
        print(f"{len(tasks)} events; signing killed {KILLS} times ({fell}), sending {sends_killed}; {proxy.cuts} cuts, "
              f"{unreachable} runs ended by them; {proxy.up} bytes up, {proxy.down} down", file=sys.stderr)
        vkey = run("checkpoint", "--vkey", "--server", daemon.address).out.strip()
        where = {}
        for code in codes:
            for line in self.ok("outbox", "receipts", "--outbox", boxes[code])["receipts"]:
                self.assertEqual(line["state"], "accepted")
                where[line["event"]] = line["receipt"]
        self.assertEqual(len(where), len(tasks))
        self.assertEqual(daemon.stop(), 0)
        logged = [json.loads(line)["entry"] for line in
                  run("replay", "--kind", "resultSubmitted", "--ledger", election.folder).out.splitlines()
                  if '"entry"' in line[:12]]
        self.assertEqual(sorted(e["event"] for e in logged), sorted(where))
        for entry in logged:
            self.assertTrue(entry["accepted"])
            self.assertEqual((entry["index"], entry["leaf"]), (where[entry["event"]]["index"], where[entry["event"]]["leaf"]))
        report = self.ok("verify", "--ledger", election.folder, "--key", vkey)
        self.assertTrue(report["ok"])

    def test_refused_and_turned_away(self):
        """A refused event says what to do and doesn't block those after it; a key that is not enrolled keeps its events;
        a body that was refused can be meant again."""
        election, codes = self.election(2)
        box = self.folder / "box"
        self.ok(*self.sign(election, box, "ppwp", codes[0]))
        wrong = self.sign(election, box, "pdpr", codes[0])
        self.form("pdpr", codes[0])
        path = self.write("elsewhere.json", json.loads(self.form("pdpr", codes[1]).read_text()))
        self.ok(*[path if a == self.folder / f"pdpr-{codes[0]}.json" else a for a in wrong])
        self.ok(*self.sign(election, box, "pdpd", codes[0]))
        election.make_key("stranger")
        self.ok("sign", "--key", election.key("stranger"), "--file", self.form("ppwp", codes[1]), "--outbox", box,
                "--election", election.id)
        daemon = Daemon(self, election.folder, key=election.key("ledger"))
        sent = run("outbox", "send", "--json", "--outbox", box, "--server", daemon.address)
        self.assertEqual(sent.status, 1)
        self.assertEqual((sent.json["accepted"], sent.json["waiting"]), (2, 1), sent.out)
        self.assertEqual([(r["reason"], r["sequence"]) for r in sent.json["refused"]], [("OUTSIDE_JURISDICTION", 1)])
        self.assertTrue(sent.json["refused"][0]["to_do"])
        self.assertEqual([r["reason"] for r in sent.json["turned_away"]], ["KEY_UNKNOWN"])
        again = run("outbox", "send", "--json", "--outbox", box, "--server", daemon.address)
        self.assertEqual((again.json["accepted"], again.json["waiting"]), (0, 1))
        self.refused("UNAVAILABLE", 3, "outbox", "send", "--outbox", box, "--server", "127.0.0.1:1")
        self.refused("USAGE", 2, "outbox", "send", "--outbox", box)
        self.refused("WRONG_ELECTION", 1, "sign", "--key", election.key("stranger"), "--file", self.form("pdpr", codes[1]),
                     "--outbox", box, "--election", "ab" * 32)

    def test_after_a_disaster(self):
        """A ledger that was restored without the newest events that it acknowledged gets them again, in order and before
        what is new, from wherever a sending that was interrupted left it; the first receipts stay."""
        election, codes = self.election(1)
        box = self.folder / "box"
        older = []
        for contest in list(CONTESTS)[:3]:
            self.ok(*self.sign(election, box, contest, codes[0]))
            daemon = Daemon(self, election.folder, key=election.key("ledger"))
            self.ok("outbox", "send", "--outbox", box, "--server", daemon.address)
            self.assertEqual(daemon.stop(), 0)
            older.append(self.folder / f"older-{contest}")
            shutil.copytree(election.folder, older[-1])
        receipts = self.ok("outbox", "receipts", "--outbox", box)["receipts"]
        self.ok(*self.sign(election, box, "pdprdp", codes[0]))
        # The second has all but one: what is left when the sending to the first died after its first event.
        for lost, ledger in ((2, older[0]), (1, older[1])):
            mine = self.folder / f"box-{lost}"
            shutil.copytree(box, mine)
            daemon = Daemon(self, ledger, key=election.key("ledger"))
            send = ("outbox", "send", "--outbox", mine, "--server", daemon.address)
            sent = self.ok(*send)
            self.assertEqual((sent["lost"], sent["accepted"], sent["waiting"]), (lost, 1, 0), sent)
            again = self.ok(*send)
            self.assertEqual((again["lost"], again["accepted"]), (0, 0), again)
            self.assertEqual(self.ok("outbox", "receipts", "--outbox", mine)["receipts"][:3], receipts)
            self.assertEqual(daemon.stop(), 0)
            lines = run("replay", "--kind", "resultSubmitted", "--ledger", ledger).out.splitlines()
            logged = [json.loads(line)["entry"] for line in lines if '"entry"' in line[:12]]
            self.assertEqual([(e["contest"], e["accepted"]) for e in logged], [(c, True) for c in list(CONTESTS)[:4]])

    def test_bytes_on_the_wire(self):
        """Five contests of one TPS take at most 8 KB on a warm connection, with ballots as large as those of 2024: what
        sending them adds to what a run with nothing to send takes."""
        self.parties, self.candidates = 18, 8  # parties of the nation; DPR has 3 to 10 seats a dapil, DPRD 3 to 12
        election, codes = self.election(1)
        daemon = Daemon(self, election.folder, key=election.key("ledger"))
        counts = []
        box = self.folder / "box"
        for contests in ((), CONTESTS):
            for contest in contests:
                self.ok(*self.sign(election, box, contest, codes[0]))
            proxy = Proxy(daemon.address)
            self.ok("outbox", "send", "--outbox", box, "--server", proxy.address)
            daemon.stop() if contests else None  # what was on its way has arrived
            counts.append(proxy.up + proxy.down)
            proxy.close()
        print(f"five contests: {counts[1] - counts[0]} bytes beyond the connection's own {counts[0]}", file=sys.stderr)
        self.assertGreater(counts[1], counts[0])
        self.assertLessEqual(counts[1] - counts[0], 8_192)


if __name__ == "__main__":
    unittest.main()
