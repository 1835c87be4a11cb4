"""The simulated night of Bulungan: 65 TPS in by morning; stopped and played on, it ends byte for byte where it ends
when played at once; exactly the foreseen attempts are refused, and none moves a tally."""

import unittest

import jejak
from jejak import Case

NIGHT = ("--scenario", "bulungan-night", "--seed", "7")
TWO_HANDS = "6501102001011"  # PPK corrects its votes, KPU Bulungan its invalid votes


class Simulate(Case):
    def play(self, folder, *more):
        return self.ok("simulate", "--ledger", self.folder / folder, *NIGHT, *more)

    def ask(self, command, *args):
        return self.ok(command, "--ledger", self.folder / "parts", *args)

    def tally(self, folder, *more):
        return self.ok("tally", "--ledger", self.folder / folder, "--contest", "ppwp", *more)

    def test_the_night(self):
        self.play("parts", "--stop-after", "night")
        morning = self.tally("parts", "--region", "6501")["stations"]
        self.assertEqual((morning["reported"], morning["total"], morning["expected"]), (65, 484, 484))
        self.assertEqual(self.tally("parts", "--region", "650107")["stations"]["reported"], 0)

        whole = self.play("whole")
        parts = self.play("parts")
        self.assertTrue(parts["finished"] and whole["finished"])
        again = self.play("parts")
        self.assertEqual(again["existing"], again["steps"])
        roots = {self.tally(folder, "--region", "6501")["as_of"]["root"] for folder in ("parts", "whole")}
        self.assertEqual(len(roots), 1)
        self.assertEqual(self.tally("parts", "--region", "6501")["stations"]["reported"], 484)
        self.check_refusals(whole)
        self.check_two_hands()
        election = self.tally("parts", "--region", "6501")["election"]
        report = self.ask("verify", "--election", election)
        self.assertTrue(report["ok"], report)
        self.assertEqual((report["accepted"] - report["commitments"], report["refused"]),
                         (whole["accepted"], whole["refused"]))

    def check_refusals(self, whole):
        refusals = self.ask("refusals")["refusals"]
        reasons = [line["refusal"]["reason"] for line in refusals]
        self.assertEqual(len(reasons), whole["refused"])
        again = [reason for reason in set(reasons) if reasons.count(reason) > 1]
        self.assertEqual(sorted(again), ["STAGE_SEALED", "SUPERSEDES_STALE"], "one attempt for each other reason")
        self.assertTrue(all(line["author"]["official"] and line["index"] > 0 for line in refusals))

    def check_two_hands(self):
        where = ("--contest", "ppwp", "--region", TWO_HANDS)
        votes = self.ask("trace", *where, "--choice", "1002")["entries"][0]
        invalid = self.ask("trace", *where, "--figure", "invalid")["entries"][0]
        self.assertEqual(votes["author"]["official"], "ppk.650110")
        self.assertEqual(invalid["author"]["official"], "kpu.6501")
        for entry in (votes, invalid):
            self.assertEqual(entry["original_author"]["official"], "kpps." + TWO_HANDS)
        self.assertEqual(votes["original_index"], invalid["original_index"])

    def test_another_ledger_is_left_alone(self):
        self.play("parts", "--events-max", "60")
        self.refused("LEDGER_EXISTS", 1, "simulate", "--ledger", self.folder / "parts", "--scenario",
                     "bulungan-night", "--seed", "8")
        self.refused("USAGE", 2, "simulate", "--ledger", self.folder / "x", "--scenario", "moon")
        self.assertFalse((self.folder / "x").exists())

    def test_a_nation(self):
        self.ok("simulate", "--ledger", self.folder / "nation", "--scenario", "nation", "--stations", "300",
                "--seed", "3")
        tally = self.tally("nation", "--region", "0")
        self.assertEqual(tally["stations"]["reported"], 300)
        self.assertTrue(self.ok("verify", "--ledger", self.folder / "nation")["ok"])


if __name__ == "__main__":
    unittest.main()
