"""Tallies of any moment, why they changed, and proofs of them: what KPU published of West Nusa Tenggara, whose
totals fell from one day to the next. Skipped where the data is absent; the rest runs on a simulated night."""

import json
import os
import pathlib
import subprocess
import unittest

from jejak import Case, run, shared_data, votes_of
from test_real_data import Archive, tickets

DATA = shared_data()
CHECK = os.environ.get("JEJAK_TALLY_CHECK",
                       str(pathlib.Path(__file__).resolve().parents[2] / "build/dev/tests/integration/tally_check"))
BEFORE = "observed:2024-03-16T17:27:24+07:00"
AFTER = "observed:2024-03-17T16:50:20+07:00"


def check(ledger, *args):
    process = subprocess.run([CHECK, str(ledger), *map(str, args)], capture_output=True, text=True, timeout=900)
    assert process.returncode == 0, process.stderr
    return json.loads(process.stdout)


@unittest.skipIf(DATA is None, "the shared data is absent: set JEJAK_SHARED to its folder")
class TotalsThatFell(Case):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()

    def setUp(self):
        super().setUp()
        self.archive = Archive(self)
        self.archive.load("sirekap-52-ppwp.jsonl.gz")

    def tally(self, region, *more):
        return self.archive.ask("tally", "--contest", "ppwp", "--region", region, *more)

    def test_province(self):
        self.sums_and_proofs()
        self.totals_as_they_were()
        self.explained_to_the_vote()
        self.one_correction()
        self.points_that_are_none()

    def sums_and_proofs(self):
        done = check(self.archive.folder, 1, 50, 200, 2000)
        self.assertEqual(done["proofs"], 200)
        self.assertGreater(done["compared"], 50 * 1000)

    def totals_as_they_were(self):
        before, after = self.tally("52", "--as-of", BEFORE), self.tally("52", "--as-of", AFTER)
        self.assertEqual((tickets(before), before["stations"]["reported"]), ([701826, 1798917, 208618], 13653))
        self.assertEqual((tickets(after), after["stations"]["reported"]), ([701794, 1796970, 208373], 13638))
        # The same by the size that the answer names.
        again = self.tally("52", "--as-of", before["as_of"]["size"])
        self.assertEqual(again["votes"], before["votes"])
        self.assertEqual(again["as_of"], before["as_of"])

    def explained_to_the_vote(self):
        changes, token = [], ""
        while True:
            page = self.archive.ask("explain", "--contest", "ppwp", "--region", "52", "--choice", "100026",
                                    "--from", BEFORE, "--to", AFTER, "--page-size", "20",
                                    *(["--page-token", token] if token else []))
            changes += page["changes"]
            token = page["next_page_token"]
            if not token:
                break
        deltas = [change["delta"] for change in changes]
        self.assertEqual(len(deltas), 56)
        self.assertEqual(sum(d for d in deltas if d < 0), -4526)
        self.assertEqual(sum(d for d in deltas if d > 0), 2579)
        self.assertEqual((sum(deltas), page["delta"]), (-1947, -1947))
        # Each as the entries themselves say: the value before is the one that the TPS had.
        replayed = run("replay", "--ledger", self.archive.folder, "--contest", "ppwp", "--json")
        have, wanted = {}, {change["index"]: change for change in changes}
        for line in replayed.out.splitlines():
            entry = json.loads(line).get("entry")
            if entry is None or not entry["accepted"]:
                continue
            body = entry["body"]
            if entry["kind"] == "resultSubmitted":
                after = {v["choice"]: v["votes"] for v in body["votes"]}.get("100026")
            elif entry["kind"] == "resultCorrected":
                named = {change["field"]: change["after"] for change in body["changes"]}
                after = named.get("votes.100026", have.get(body["tps"]))
            else:
                continue
            before = have.get(body["tps"])
            have[body["tps"]] = after
            change = wanted.pop(entry["index"], None)
            if change is not None:
                self.assertEqual((change["tps"], change["before"], change["after"]), (body["tps"], before, after))
                self.assertEqual(change["delta"], (after or 0) - (before or 0))
        self.assertEqual(wanted, {})

    def one_correction(self):
        history = self.archive.ask("history", "--contest", "ppwp", "--tps", "5201152002010")
        entry = next(v["index"] for v in history["versions"] if v["kind"] == "resultCorrected")
        effect = {e["code"]: e for e in self.archive.ask("entry", entry, "--effect")["effect"]}
        self.assertEqual(list(effect), ["5201152002010", "5201152002", "520115", "5201", "52", "0"])
        for code, before, after in (
                ("5201152002", (710, 3223, 535), (702, 3243, 535)),
                ("520115", (4280, 14473, 1044), (4272, 14493, 1044)),
                ("5201", (100007, 199148, 21168), (99999, 199168, 21168)),
                ("52", (700891, 1796612, 208415), (700883, 1796632, 208415))):
            for side, figures in (("before", before), ("after", after)):
                self.assertEqual(tuple(effect[code][side][c] for c in ("100025", "100026", "100027")), figures)

    def points_that_are_none(self):
        ask = ["tally", "--ledger", self.archive.folder, "--contest", "ppwp", "--region", "52", "--as-of"]
        self.refused("AS_OF_TOO_EARLY", 1, *ask, "0")
        self.refused("AS_OF_TOO_EARLY", 1, *ask, "2001-01-01T00:00:00Z")
        self.refused("AS_OF_BEYOND_END", 1, *ask, "99999999")
        self.refused("AS_OF_BEYOND_END", 1, *ask, "9" * 40)
        self.refused("INVALID_ARGUMENT", 2, *ask, "yesterday")


class Proofs(Case):
    """In an empty folder, with only the file and the key."""

    def setUp(self):
        super().setUp()
        self.ledger = self.folder / "night"
        self.ok("simulate", "--ledger", self.ledger, "--scenario", "bulungan-night", "--seed", "3")
        self.vkey = run("checkpoint", "--vkey", "--ledger", self.ledger).out.strip()

    def test_files(self):
        done = check(self.ledger, 3, 30, 60, 300)
        self.assertEqual(done["proofs"], 60)
        proof = self.folder / "proof"
        shown = self.ok("tally", "--ledger", self.ledger, "--contest", "ppwp", "--region", "6501", "--proof", proof,
                        "--sum")
        claim = self.ok("verify-proof", proof, "--key", self.vkey, "--expect", "region=6501")["claim"]
        self.assertEqual((claim["kind"], claim["mode"], claim["size"]), ("sum", "simulation", shown["as_of"]["size"]))
        fields = {f["field"]: f["value"] for f in claim["fields"]}
        for choice, votes in votes_of(shown).items():
            self.assertEqual(fields[f"votes.{choice}"], votes)
        words = run("verify-proof", proof, "--key", self.vkey)
        self.assertIn("sum proof", words.out)
        self.refused("CLAIM_DIFFERS", 1, "verify-proof", proof, "--key", self.vkey, "--expect", "region=65")

        text = proof.read_text()
        for reason, status, content in (
                ("PROOF_MALFORMED", 4, ""), ("PROOF_MALFORMED", 4, text.replace("kind sum", "kind  sum")),
                ("RULES_UNKNOWN", 5, text.replace("proof/1", "proof/2")),
                ("PROOF_TOO_LARGE", 4, "x" * (17 << 20))):
            self.refused(reason, status, "verify-proof", self.write("bad", content), "--key", self.vkey)
        self.refused("FILE_MISSING", 4, "verify-proof", self.folder / "none", "--key", self.vkey)
        self.refused("USAGE", 2, "tally", "--ledger", self.ledger, "--contest", "ppwp", "--region", "6501", "--sum")

    def test_nothing_changes_by_looking(self):
        verified = self.ok("verify", "--ledger", self.ledger)
        self.assertTrue(verified["ok"])
        self.assertGreater(verified["commitments"], 0)
        rebuilt = self.ok("rebuild", "--ledger", self.ledger)
        self.assertTrue(rebuilt["identical"])
        self.assertEqual(rebuilt["tally_root_before"], rebuilt["tally_root_after"])


if __name__ == "__main__":
    unittest.main()
