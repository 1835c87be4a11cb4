"""A monitor from outside: what it raises is what the ledger's own answers show at each commitment, the same however often
it is stopped and from wherever it reads; a log that was rewritten, cut, or damaged ends it, with evidence where there is
any."""

import base64
import json
import re
import shutil
import subprocess
import unittest

from nacl.signing import SigningKey

from jejak import Case, PROGRAM, run
from test_witness import DAEMON


class Monitor(Case):
    def setUp(self):
        super().setUp()
        self.ledger, self.out = self.folder / "ledger", self.folder / "export"
        self.play(400)
        self.vkey = self.ok("checkpoint", "--ledger", self.ledger, "--vkey")["vkey"]

    def play(self, events):
        self.ok("simulate", "--ledger", self.ledger, "--scenario", "bulungan-night", "--seed", "3", "--events-max", events)
        return self.export(self.ledger, self.out)

    def export(self, ledger, out):
        return self.ok("export", "--ledger", ledger, "--out", out)["size"]

    def monitor(self, *source, state="state", status=0):
        """The lines, by what they are."""
        outcome = run("monitor", "--state", self.folder / state, "--key", self.vkey, *source, "--json")
        self.assertEqual(outcome.status, status, outcome.out + outcome.err)
        lines = [json.loads(line) for line in outcome.out.splitlines()]
        return [line["finding"] for line in lines if "finding" in line], lines[-1]

    def test_findings(self):
        size = self.play(2000)
        found, last = self.monitor("--dir", self.out)
        self.assertEqual((last["progress"]["size"], last["progress"]["findings"]), (size, len(found)))
        self.assertEqual([f["number"] for f in found], list(range(len(found))))
        self.assertEqual([f["index"] for f in found], sorted(f["index"] for f in found))
        kinds = {f["kind"] for f in found}
        print(len(found), "findings in", size, "entries:", sorted(kinds))
        self.assertIn("TOTAL_FELL", kinds)
        self.check_totals(found)
        self.check_refusals(found)

    def check_totals(self, found):
        """In the nation: exactly the falls that the ledger's own tallies show from commitment to commitment."""
        lines = [json.loads(line) for line in run("replay", "--ledger", self.ledger, "--kind", "tallyCommitted",
                                                  "--json").out.splitlines()]
        commitments = [line["entry"]["index"] for line in lines if "entry" in line]
        fell = [f for f in found if f["kind"] == "TOTAL_FELL" and f["place"] == "0"]
        self.assertTrue(fell)
        for finding in fell[:8]:
            at = commitments.index(finding["index"])
            self.assertEqual(self.votes(finding, finding["index"]), finding["after"], finding)
            self.assertEqual(self.votes(finding, commitments[at - 1]), finding["before"], finding)
            self.assertLess(finding["after"], finding["before"])
            for index in finding["entries"]:
                self.assertTrue(commitments[at - 1] < index < finding["index"])
        # None was left out, among the newest commitments and one contest.
        contest = fell[-1]["contest"]
        newest = commitments[-40:]
        tallies = [self.ok("tally", "--ledger", self.ledger, "--contest", contest, "--region", "0", "--as-of", size)["votes"]
                   for size in newest]
        lower = {(index, "votes." + line["choice"]) for index, before, after in zip(newest[1:], tallies, tallies[1:])
                 for old, line in zip(before, after) if (line["votes"] or 0) < (old["votes"] or 0)}
        self.assertEqual({(f["index"], f["field"]) for f in fell if f["contest"] == contest and f["index"] > newest[0]},
                         lower)
        print(len(lower), "falls in the newest", len(newest), "commitments of", len(commitments))

    def votes(self, finding, size):
        tally = self.ok("tally", "--ledger", self.ledger, "--contest", finding["contest"], "--region", finding["place"],
                        "--as-of", size)
        choice = finding["field"].split(".")[1]
        return next(line["votes"] for line in tally["votes"] if line["choice"] == choice)

    def check_refusals(self, found):
        """Each official's 8th, 16th … refusal, counted in the replayed log."""
        lines = [json.loads(line) for line in run("replay", "--ledger", self.ledger, "--verdict", "refused",
                                                  "--json").out.splitlines()]
        counted, expected = {}, []
        for line in lines:
            if "entry" not in line or not line["entry"]["author"]["official"]:
                continue
            official = line["entry"]["author"]["official"]
            counted[official] = counted.get(official, 0) + 1
            if counted[official] in (8, 16, 32, 64, 128, 256):
                expected.append((line["entry"]["index"], official, counted[official]))
        self.assertEqual([(f["index"], f["official"], f["count"]) for f in found if f.get("pattern") == "refusals"],
                         expected)

    def test_resumes(self):
        """Stopped and started at every growth, from a folder and from a daemon, it says what one run says, once."""
        pieces = self.monitor("--dir", self.out, state="pieces")[0]
        for events in (500, 900):
            size = self.play(events)
            pieces += self.monitor("--dir", self.out, state="pieces")[0]
        whole = self.monitor("--dir", self.out)[0]
        self.assertEqual(pieces, whole)
        self.assertTrue(whole)
        again, last = self.monitor("--dir", self.out)
        self.assertEqual((again, last["progress"]["findings"]), ([], len(whole)))

        config = self.write("jejakd.toml", f'[ledger]\ndir = "{self.ledger}"\n[server]\nlisten = "127.0.0.1:0"\n')
        daemon = subprocess.Popen([DAEMON, "--config", str(config)], stdout=subprocess.PIPE, text=True)
        try:
            address = json.loads(daemon.stdout.readline())["listening"]
            served, last = self.monitor("--server", address, state="served")
        finally:
            daemon.terminate()
            daemon.wait()
            daemon.stdout.close()
        self.assertGreaterEqual(last["progress"]["size"], size)
        self.assertEqual(served[:len(whole)], whole)
        # What it keeps is an export of its own, that verifies.
        self.assertTrue(self.ok("verify", "--dir", self.folder / "served" / "log", "--key", self.vkey)["ok"])

    def test_rewritten(self):
        forked, out = self.folder / "forked", self.folder / "forked-export"
        shutil.copytree(self.ledger, forked)
        size = self.play(406)
        self.monitor("--dir", self.out)
        longer = 0
        while longer <= size:
            run("official", "suspend", "--ledger", forked, "--key", forked / "keys" / "root.key", "--official", "kpu",
                "--reason", "uji")
            longer = self.export(forked, out)
            found, _ = self.monitor("--dir", out, status=1)
            self.assertEqual(found[0]["kind"], "SPLIT_VIEW", longer)
            self.ok("verify-evidence", found[0]["evidence"], "--key", self.vkey)
        # It holds what it held, and goes on with the honest log.
        self.assertEqual(self.monitor("--dir", self.out)[1]["progress"]["size"], size)

    def test_cut_and_damaged(self):
        old = self.folder / "old"
        shutil.copytree(self.out, old)
        size = self.play(430)
        self.monitor("--dir", self.out)
        found, _ = self.monitor("--dir", old, status=1)
        self.assertEqual((found[0]["kind"], found[0]["held"]), ("ROLLED_BACK", size))
        bundle = next((self.out / "tile" / "entries").glob("*.p/*"))
        data = bundle.read_bytes()
        bundle.write_bytes(data[:100] + bytes([data[100] ^ 1]) + data[101:])
        shutil.rmtree(self.folder / "state")
        for file in (self.out / "tile" / "entries").rglob("*"):
            if file.is_file():
                file.write_bytes(file.read_bytes()[:-1] + b"?")
        found, _ = self.monitor("--dir", self.out, status=1)
        self.assertEqual(found[0]["kind"], "ENTRIES_DIFFER")
        other = self.folder / "other"
        self.ok("simulate", "--ledger", other, "--scenario", "bulungan-night", "--seed", "4", "--events-max", "1")
        key = self.ok("checkpoint", "--ledger", other, "--vkey")["vkey"]
        outcome = run("monitor", "--state", self.folder / "x", "--key", key, "--dir", self.out, "--json")
        self.assertEqual((outcome.status, outcome.json["finding"]["kind"]), (1, "CHECKPOINT_UNSIGNED"))
        self.refused("USAGE", 2, "monitor", "--state", self.folder / "y", "--key", key)

    def sign(self, text):
        """A note by the log's own key."""
        seed = re.search("(?m)^seed (.*)$", (self.ledger / "keys" / "ledger.key").read_text())[1]
        name, known = self.vkey.split("+")[:2]
        signature = bytes.fromhex(known) + SigningKey(base64.b64decode(seed)).sign(text.encode()).signature
        return f"{text}\n\u2014 {name} {base64.b64encode(signature).decode()}\n"

    def test_signed_and_wrong(self):
        """What the log's key signed is not called unsigned."""
        checkpoint = self.out / "checkpoint"
        text = checkpoint.read_text().split("\n\n")[0] + "\n"
        checkpoint.write_text(self.sign(text))
        self.monitor("--dir", self.out)
        origin, rest = text.split("\n", 1)
        nothing = base64.b64encode(bytes(32)).decode()
        for wrong, kind in ((f"{origin}/x\n{rest}", "OTHER_LOG"), (f"{origin}\n0\n{nothing}\n", "ENTRIES_DIFFER")):
            checkpoint.write_text(self.sign(wrong))
            found, _ = self.monitor("--dir", self.out, status=1)
            self.assertEqual([f["kind"] for f in found], [kind])
        checkpoint.write_text(self.sign(text).replace(text, f"{origin}/x\n{rest}"))
        self.assertEqual(self.monitor("--dir", self.out, status=1)[0][0]["kind"], "CHECKPOINT_UNSIGNED")

    def test_withheld(self):
        """An entry that was promised and isn't shown is a finding; a follower goes on, and takes it when it comes."""
        held = self.monitor("--dir", self.out)[1]["progress"]["size"]
        size = self.play(900)
        self.assertGreater(size // 256, held // 256)
        bundle, away = self.out / "tile" / "entries" / f"{held // 256:03}", self.folder / "away"
        bundle.rename(away)
        for partial in bundle.parent.glob(bundle.name + ".p/*"):
            partial.unlink()
        found, _ = self.monitor("--dir", self.out, status=1)
        self.assertEqual([(f["kind"], f["index"]) for f in found], [("ENTRY_MISSING", held)])
        bundle.write_bytes(away.read_bytes()[:-1])  # nor one that doesn't read
        self.assertEqual(self.monitor("--dir", self.out, status=1)[0][0]["kind"], "ENTRY_MISSING")
        bundle.unlink()
        with subprocess.Popen([PROGRAM, "monitor", "--state", self.folder / "state", "--key", self.vkey, "--dir", self.out,
                               "--every", "1", "--json"], stdout=subprocess.PIPE, text=True) as process:
            try:
                kinds, seen = [], held
                while seen != size:
                    line = json.loads(process.stdout.readline())
                    if line.get("finding", {}).get("kind") == "ENTRY_MISSING":
                        kinds.append(line["finding"])
                        if len(kinds) == 2:
                            away.rename(bundle)
                    seen = line.get("progress", {}).get("size", seen)
                self.assertGreaterEqual(len(kinds), 2)
            finally:
                process.terminate()
        self.assertEqual(process.returncode, 0)


if __name__ == "__main__":
    unittest.main()
