"""The weeks after the night, through the program: a D.Hasil off by one is accepted, found by C16 and shown beside the
tally; a correction after sealing is refused with STAGE_SEALED, and accepted once the stage is opened again; both
certifications stay listed. Up to the nation's, and a court's order after it."""

import json

import unittest

import jejak
from jejak import Case

UTARA, SEKATAK, REGENCY = "650103", "650109", "6501"


class Weeks(Case):
    def setUp(self):
        super().setUp()
        self.ok("simulate", "--ledger", self.folder / "l", "--scenario", "bulungan-night", "--seed", "7")
        lines = jejak.run("replay", "--ledger", self.folder / "l").out.splitlines()
        self.entries = [entry for entry in (json.loads(line).get("entry") for line in lines) if entry]

    def ask(self, *args):
        return self.ok(*args, "--ledger", self.folder / "l")

    def certified(self, region):
        """Of exactly this region, in the presidential contest."""
        shown = self.ask("certifications", "--contest", "ppwp", "--region", region, "--page-size", 1000)
        return [c for c in shown["certifications"] if (c["body"]["region"] or "0") == region]

    def of_kind(self, kind, official=None):
        return [e for e in self.entries
                if e["kind"] == kind and official in (None, e["author"]["official"])]

    def votes(self, region, size):
        return jejak.votes_of(self.ask("tally", "--contest", "ppwp", "--region", region, "--as-of", size))

    def check_off_by_one(self, certified):
        """One vote more or less than the tally at the size that the certification names."""
        self.assertEqual(len(certified["differences"]), 1)
        difference = certified["differences"][0]
        self.assertEqual(abs(difference["certified"] - difference["tally"]), 1)
        choice = difference["field"].split(".")[1]
        region = certified["body"]["region"]
        self.assertEqual(self.votes(region, certified["size"])[choice], difference["tally"])
        return difference["field"]

    def findings(self, region, *more):
        return [f for f in self.ask("findings", "--contest", "ppwp", "--region", region, "--rule", "C16",
                                    *more)["findings"] if f["region"] == region]

    def test_off_by_one(self):
        first, second = self.certified(UTARA)
        field = self.check_off_by_one(first)
        self.assertEqual(second["differences"], [])
        self.assertEqual((first["replaces"], first["replaced_by"]), (None, second["index"]))
        self.assertEqual((second["replaces"], second["replaced_by"]), (first["index"], None))
        finding, = self.findings(UTARA)
        self.assertEqual((finding["opened_by"], finding["cleared_by"]), (first["index"], second["index"]))
        self.assertEqual(finding["fields"], [field])
        self.assertEqual(len(self.findings(UTARA, "--open", "--as-of", first["index"] + 1)), 1)
        self.assertEqual(self.findings(UTARA, "--open"), [])

        only, = self.certified(SEKATAK)
        self.check_off_by_one(only)
        finding, = self.findings(SEKATAK, "--open")
        self.assertEqual((finding["opened_by"], finding["cleared_by"]), (only["index"], None))

    def check_reopened(self, region, official, stage):
        """Refused after the certification, accepted with the same changes after the stage was opened again."""
        first, second = self.certified(region)
        corrections = [e for e in self.of_kind("resultCorrected", official)
                       if first["index"] < e["index"] < second["index"]]
        refused = [e for e in corrections if not e["accepted"]]
        self.assertEqual([e["refusal"]["reason"] for e in refused], ["STAGE_SEALED"])
        accepted = [e for e in corrections if e["accepted"] and e["body"]["tps"] == refused[0]["body"]["tps"]]
        self.assertEqual(len(accepted), 1)
        self.assertEqual(accepted[0]["body"]["changes"], refused[0]["body"]["changes"])
        reopened, = [e for e in self.of_kind("stageReopened") if (e["body"]["region"] or "0") == region]
        self.assertEqual(reopened["body"]["stage"], stage)
        self.assertTrue(refused[0]["index"] < reopened["index"] < second["index"])
        self.assertEqual(second["replaces"], first["index"])
        self.assertEqual(first["replaced_by"], second["index"])
        return refused[0], reopened, accepted[0]

    def test_reopened(self):
        for region, official, stage in ((UTARA, "ppk." + UTARA, "ppk"), (REGENCY, "kpu." + REGENCY, "kabkota")):
            refused, reopened, accepted = self.check_reopened(region, official, stage)
            self.assertLess(reopened["index"], accepted["index"])
            listed = self.ask("refusals", "--reason", "STAGE_SEALED", "--official", official)["refusals"]
            self.assertIn(refused["index"], [line["index"] for line in listed])

    def test_court(self):
        """What the nation has certified changes only with the court's ruling, which explains every vote of it."""
        refused, reopened, accepted = self.check_reopened("0", "kpu", "nasional")
        self.assertGreater(reopened["index"], accepted["index"])
        self.assertEqual((accepted["body"]["reason"], refused["body"]["reason"]), ("court_ruling", "copies_differ"))
        ruling = accepted["body"]["refers_to"][0]
        decision, = [d for d in self.ask("decisions")["decisions"] if d["event"] == ruling]
        self.assertEqual(decision["body"]["issuer"], "constitutional_court")
        change, = accepted["body"]["changes"]
        choice = change["field"].split(".")[1]
        first, second = self.certified("0")
        certified = [next(v["votes"] for v in c["body"]["votes"] if str(v["choice"]) == choice)
                     for c in (first, second)]
        why = self.ask("explain", "--contest", "ppwp", "--region", "0", "--choice", choice, "--from", first["size"],
                       "--to", second["size"])
        self.assertEqual([line["index"] for line in why["changes"]], [accepted["index"]])
        self.assertEqual((why["from"]["value"], why["to"]["value"]), tuple(certified))
        self.assertEqual(certified[1] - certified[0], why["changes"][0]["delta"])
        copies = [f for f in self.ask("findings", "--contest", "ppwp", "--region", accepted["body"]["tps"],
                                      "--rule", "C19")["findings"]]
        self.assertEqual([f["cleared_by"] for f in copies], [accepted["index"]])

    def test_counts(self):
        """What is told of the records, by region, is what the entries come to."""
        outcomes = {}
        for entry in self.of_kind("objectionResolved"):
            if entry["accepted"]:
                outcomes[entry["body"]["objection"]] = entry["body"]["outcome"]
        for region in ("0", "65", REGENCY, "650105", "650110", SEKATAK):
            inside = [e for e in self.of_kind("objectionFiled") if e["accepted"]
                      and (region == "0" or e["body"]["place"].startswith(region))]
            states = [outcomes.get(e["event"], "open") for e in inside]
            counts = self.ask("objections", "--region", region)["counts"]
            self.assertEqual(counts, {"total": len(states), **{s: states.count(s) for s in
                                                               ("open", "accepted", "rejected", "carried")}}, region)
        self.assertEqual(self.ask("rounds")["counts"],
                         {"total": 3, "recommended": 2, "opened": 0, "held": 2, "cancelled": 1})
        for kind in ("rounds", "copies", "incidents"):
            self.assertGreater(self.ask(kind, "--region", REGENCY)["counts"]["total"], 2)


if __name__ == "__main__":
    unittest.main()
