"""Progress and records of the simulated night, through the program: who is in, who is missing and late by the place's
own clock, and what was recorded about it."""

import unittest

from jejak import Case

EIGHT = "2024-02-15T08:00:00+08:00"
NOON = "2024-02-15T12:00:00+08:00"
LATE = "2024-02-15T12:00:01+08:00"
OFFLINE = ("650107", "650108")  # Peso and Peso Hilir


class Records(Case):
    def setUp(self):
        super().setUp()
        self.ok("simulate", "--ledger", self.folder / "l", "--scenario", "bulungan-night", "--seed", "7")

    def ask(self, *args):
        return self.ok(*args, "--ledger", self.folder / "l")

    def progress(self, at, *more):
        return self.ask("progress", "--contest", "ppwp", "--region", "6501", "--as-of", at, "--page-size", 1000, *more)

    def test_progress(self):
        morning = self.progress(EIGHT)
        self.assertEqual(morning["stations"],
                         {"total": 484, "expected": 484, "reported": 65, "missing": 419, "late": 0})
        self.assertEqual(morning["series"][-1]["reported"], 65)
        self.assertEqual(sum(child["reported"] for child in morning["children"]), 65)
        network = {i["region"]: i["index"] for i in morning["incidents"] if i["kind"] == "network"}
        for district in OFFLINE:
            child = next(c for c in morning["children"] if c["code"] == district)
            self.assertEqual(child["reported"], 0)
            missing = [m for m in morning["missing"] if m["tps"].startswith(district)]
            self.assertEqual(len(missing), child["total"])
            for tps in missing:
                self.assertIn(network[district], tps["incidents"])
        self.assertEqual(self.progress(NOON)["stations"]["late"], 0)
        late = self.progress(LATE)
        self.assertEqual(late["stations"]["late"], late["stations"]["missing"])
        self.assertGreater(late["stations"]["late"], 0)
        self.assertTrue(all(tps["late"] for tps in late["missing"]))
        by_size = self.progress(morning["as_of"]["size"])
        self.assertEqual(by_size["stations"], morning["stations"])
        newest = self.ask("progress", "--contest", "ppwp", "--region", "6501")
        self.assertEqual(newest["stations"]["reported"], 484)
        tokens, seen = "", []
        while True:
            page = self.ask("progress", "--contest", "ppwp", "--region", "6501", "--as-of", EIGHT, "--page-size", 200,
                            *(("--page-token", tokens) if tokens else ()))
            seen += page["missing"]
            tokens = page["next_page_token"]
            if not tokens:
                break
        self.assertEqual(seen, morning["missing"])
        for reason, status, point in (
                ("AS_OF_TOO_EARLY", 1, "0"), ("AS_OF_BEYOND_END", 1, "99999999"),
                ("AS_OF_TOO_EARLY", 1, "2020-01-01T00:00:00Z"), ("INVALID_ARGUMENT", 2, "observed:" + EIGHT),
                ("INVALID_ARGUMENT", 2, "yesterday")):
            self.refused(reason, status, "progress", "--ledger", self.folder / "l", "--contest", "ppwp",
                         "--region", "6501", "--as-of", point)

    def entries(self, kind):
        ends = {"objections": "objectionFiled", "incidents": "incidentRecorded", "copies": "copyFiled",
                "rounds": "roundOpened", "decisions": "decisionRecorded", "certifications": "recapCertified"}
        return sorted(e["index"] for e in self.replayed if e["kind"] == ends[kind] and e["accepted"])

    def test_records(self):
        import json
        import jejak
        lines = jejak.run("replay", "--ledger", self.folder / "l").out.splitlines()
        self.replayed = [json.loads(line).get("entry") for line in lines]
        self.replayed = [entry for entry in self.replayed if entry]
        for kind in ("objections", "incidents", "copies", "rounds", "decisions", "certifications"):
            shown = self.ask(kind, "--page-size", 1000)
            self.assertEqual([line["index"] for line in shown[kind]], self.entries(kind), kind)
            self.assertEqual(shown["counts"]["total"], len(shown[kind]))
            first = self.ask(kind, "--page-size", 1)
            if shown["counts"]["total"] > 1:
                second = self.ask(kind, "--page-size", 1, "--page-token", first["next_page_token"])
                self.assertEqual(second[kind], shown[kind][1:2])
        objections = self.ask("objections", "--page-size", 1000)
        resolved = [e for e in self.replayed if e["kind"] == "objectionResolved" and e["accepted"]]
        self.assertEqual(sorted(i for o in objections["objections"] for i in o["resolved_by"]),
                         sorted(e["index"] for e in resolved))
        counts = objections["counts"]
        self.assertEqual(sum(counts[s] for s in ("open", "accepted", "rejected", "carried")), counts["total"])
        self.assertEqual(self.ask("incidents", "--region", "650107")["counts"]["total"], 1)
        official = self.ask("activity", "--official", "ppk.650110")
        corrected = [e for e in self.replayed if e["kind"] == "resultCorrected" and e["accepted"]
                     and e["author"]["official"] == "ppk.650110"]
        self.assertEqual(official["totals"]["corrected"], len(corrected))
        self.assertGreater(official["totals"]["votes_moved"], 0)
        self.assertTrue(self.ask("rebuild"))


if __name__ == "__main__":
    unittest.main()
