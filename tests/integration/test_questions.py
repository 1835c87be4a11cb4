"""Questions that contradict themselves are refused by name, and none is answered as if it had been another: pages
that go on from another question, numbers that aren't decimal, moments that are empty or before every clock."""

import json
import subprocess
import unittest

from jejak import EXAMPLES, PROGRAM, Case, Election, run
from test_forms import REGIONS as FORM_REGIONS, STATIONS, TPS, contest

# A TPS of an archive, three times: the first version, and two that change one figure.
REGIONS = "kode\tnama\ttingkat\n65\tKALIMANTAN UTARA\t1\n6501\tBULUNGAN\t2\n650105\tTANJUNG SELOR\t3\n" \
          "6501051001\tTANJUNG SELOR HULU\t4\n"
DESA = "6501051001"


def version(station, votes, seen):
    return {"kode": f"{DESA}{station:03}", "seen": seen, "ts": "2024-02-15 10:00:00", "images": [],
            "chart": {"100025": votes, "100026": 2, "100027": 3},
            "administrasi": {"suara_sah": 10, "suara_tidak_sah": 1, "suara_total": 11}}


class Questions(Case):
    def setUp(self):
        super().setUp()
        regions = self.write("regions.tsv", REGIONS)
        lines = [version(station, 5, "2024-02-15T04:00:00Z") for station in range(1, 7)]
        lines += [version(station, 4, "2024-02-16T04:00:00Z") for station in range(1, 4)]
        data = self.write("data.jsonl", "".join(json.dumps(line) + "\n" for line in lines))
        self.ledger = ("--ledger", self.folder / "ledger")
        self.ok("import", "sirekap", *self.ledger, "--new-election", "pemilu-2024", "--regions", regions, data)
        self.size = self.ok("election", "show", *self.ledger)["as_of"]["size"]

    def test_pages_of_another_question(self):
        """A page token goes on with the question and the moment that it was given for, and with no other."""
        ppwp = ("--contest", "ppwp", "--region", "6501")
        trace = ("trace", *self.ledger, *ppwp, "--choice")
        explain = ("explain", *self.ledger, *ppwp, "--choice", "100025", "--from", 1)
        first = self.ok(*trace, "100025", "--page-size", 2)
        token = ("--page-token", first["next_page_token"])
        rest = self.ok(*trace, "100025", *token)
        seen = [entry["tps"] for entry in first["entries"] + rest["entries"]]
        self.assertEqual(seen, [f"{DESA}{station:03}" for station in range(1, 7)])
        self.assertEqual(self.ok(*trace, "100025", "--as-of", self.size, *token)["entries"], rest["entries"])
        others = [(*trace, "100026"), ("trace", *self.ledger, "--contest", "ppwp", "--region", "65", "--choice", "100025"),
                  ("trace", *self.ledger, *ppwp, "--figure", "valid"), (*trace, "100025", "--as-of", self.size - 1), explain,
                  ("stations", *self.ledger, *ppwp, "--page-size", 2), ("activity", *self.ledger, "--official", "importer"),
                  ("refusals", *self.ledger), ("rounds", *self.ledger), ("progress", *self.ledger, *ppwp)]
        for other in others:
            with self.subTest(other):
                self.refused("INVALID_ARGUMENT", 2, *other, *token)
        token = ("--page-token", self.ok(*explain, "--page-size", 1)["next_page_token"])
        self.assertTrue(self.ok(*explain, *token)["changes"])
        self.refused("INVALID_ARGUMENT", 2, *explain[:-1], 2, *token)

    def test_numbers(self):
        """A number is decimal digits: not one below zero, not octal, not hexadecimal."""
        for text in ("-1", "-18446744073709551600", "010", "0x10", "+5", "5.0", "1e3", " 5", ""):
            for option in ("--from", "--to"):
                with self.subTest(option, text=text):
                    self.refused("USAGE", 2, "replay", *self.ledger, f"{option}={text}")
        self.refused("INVALID_ARGUMENT", 2, "replay", *self.ledger, "--from", 5, "--to", 4)
        lines = run("replay", *self.ledger, "--from", 10, "--to", 10).out.splitlines()
        self.assertEqual(json.loads(lines[0])["entry"]["index"], 10)
        self.assertEqual(len(lines), 2)

    def test_moments(self):
        """A moment before every entry shows none, one that is empty is none, and nanoseconds are cut off."""
        tally = ("tally", *self.ledger, "--contest", "ppwp", "--region", "6501", "--as-of")
        for text in ("observed:1900-01-01T00:00:00Z", "observed:1969-12-31T23:59:59.999999Z",
                     "observed:1970-01-01T00:00:00Z", "observed:2024-02-15T11:59:59.999999999+08:00"):
            with self.subTest(text):
                self.assertEqual(self.ok(*tally, text)["stations"]["reported"], 0)
        for text in ("observed:2024-02-15T12:00:00.000000999+08:00", "observed:2024-02-16T03:59:59.999999Z"):
            with self.subTest(text):
                shown = self.ok(*tally, text)
                self.assertEqual((shown["stations"]["reported"], shown["votes"][0]["votes"]), (6, 30))
                progress = self.ok("progress", *tally[1:], text)
                self.assertEqual((progress["stations"]["reported"], progress["series"][-1]["reported"]), (6, 6))
        self.assertEqual(self.ok(*tally, "observed:2024-02-16T04:00:00Z")["votes"][0]["votes"], 27)
        whole, _, fraction = self.ok("election", "show", *self.ledger)["as_of"]["time"][:-1].partition(".")
        self.assertEqual(self.ok(*tally, f"{whole}.{fraction.ljust(6, '0')}999Z")["as_of"]["size"], self.size)
        self.refused("USAGE", 2, *tally, "")
        explain = ("explain", *self.ledger, "--contest", "ppwp", "--region", "6501", "--choice", "100025")
        self.refused("USAGE", 2, *explain, "--from", "")
        self.refused("USAGE", 2, *explain, "--from", 1, "--to", "")

    def test_shapes(self):
        """One answer has one shape, a command that doesn't exist is named, and a full disk is not silence."""
        stations = ("stations", *self.ledger, "--contest", "ppwp", "--region", "6501", "--csv")
        self.assertEqual(run(*stations).status, 0)
        self.refused("USAGE", 2, *stations)
        self.assertIn("telly", run("telly", *self.ledger).err)
        with open("/dev/full", "wb") as full:
            process = subprocess.run([PROGRAM, "replay", *self.ledger], stdout=full, stderr=subprocess.PIPE)
        self.assertEqual((process.returncode, process.stderr.split(b":")[0]), (6, b"IO_ERROR"))

    def test_what_is_not_there(self):
        """A file that isn't there is no failed verification: exit 4, like one that can't be read."""
        none = self.folder / "none"
        vkey = self.ok("checkpoint", *self.ledger, "--vkey")["vkey"]
        for command in (("verify", "--dir", none), ("verify", "--dir", self.folder), ("verify", *self.ledger, "--since", none),
                        ("verify", *self.ledger, "--people", none), ("verify-proof", none, "--key", vkey),
                        ("verify-evidence", none, "--key", vkey), ("key", "show", none),
                        ("import", "sirekap", *self.ledger, none),
                        ("restore", "--from", none, "--ledger", self.folder / "new", "--ledger-key",
                         self.folder / "ledger" / "keys" / "ledger.key")):
            with self.subTest(command):
                self.refused("FILE_MISSING", 4, *command)
        self.refused("INPUT_MALFORMED", 4, "verify", *self.ledger, "--since", "/dev/zero")


class Records(Case):
    def test_pages_of_records(self):
        """A later page says what had come of each record when the first page was asked for, whatever came since."""
        election = Election(self)
        for what, value in (("regions", FORM_REGIONS), ("stations", STATIONS), ("contest", contest("ppwp", "ticket", ["0"])),
                            ("ballot", json.loads((EXAMPLES / "ballot.json").read_text()))):
            election.register(what, value)
        election.enrol(("kpu", "kpu", "0", "Kadir"), ("ppk.a", "ppk", "650105", "Dewi"))
        minutes = {"number": "BA 1", "date": "2024-02-16", "sha256": None}
        objection = {"contest": "ppwp", "place": TPS, "stage": "ppk", "text": "Keberatan", "fields": [], "evidence": []}
        filed = [election.file("objectionFiled", objection | {"text": text}, "bawaslu")["event"] for text in "ab"]
        second = "6501051001002"
        opened = [election.file("roundOpened", {
            "kind": "psu", "contests": ["ppwp"], "places": [tps], "ground": "unentitled_voters", "decision": None,
            "legal_basis": "UU 7/2017", "minutes": minutes}, "kpu")["event"] for tps in (TPS, second)]
        names = ("objections", "rounds")
        first = {name: election.ask(name, "--page-size", 1) for name in names}
        done = election.ask("activity", "--official", "kpu", "--page-size", 1)
        election.file("objectionResolved", {"objection": filed[1], "outcome": "accepted", "text": "Benar",
                                            "minutes": minutes}, "ppk.a")
        election.submit({"contest": "ppwp", "tps": second, "round": 2, "votes": [{"choice": "1", "votes": 1}],
                         "minutes": minutes}, "ppk.a")
        for name, then, now in (("objections", "open", "accepted"), ("rounds", "opened", "held")):
            page = election.ask(name, "--page-size", 1, "--page-token", first[name]["next_page_token"])
            self.assertEqual((page["as_of"], page["counts"]), (first[name]["as_of"], first[name]["counts"]))
            self.assertEqual(page[name][0]["status"], then)
            self.assertEqual(election.ask(name)[name][1]["status"], now)
        self.assertEqual(opened[1], election.ask("rounds")["rounds"][1]["event"])
        for _ in range(2):
            election.refused("ROLE_NOT_ENTITLED", 1, "submit", {"contest": "ppwp", "tps": TPS, "round": 2}, "kpu")
        page = election.ask("activity", "--official", "kpu", "--page-size", 1, "--page-token", done["next_page_token"])
        self.assertEqual((page["totals"], page["as_of"]), (done["totals"], done["as_of"]))
        self.assertEqual(election.ask("activity", "--official", "kpu")["totals"]["refused"], 2)
        # What names several places, or only what it ends, is found by each place and contest.
        cancelled = election.file("roundCancelled", {"opened": opened[0], "reason": "Keliru", "decision": None}, "kpu")["event"]
        election.refused("ROLE_NOT_ENTITLED", 1, "file", {
            "kind": "psu", "contests": ["ppwp"], "places": [TPS], "ground": "unentitled_voters", "decision": None,
            "legal_basis": "UU 7/2017", "minutes": minutes}, "ppk.a", "--kind", "roundOpened")
        def replayed(*which):
            shown = run("replay", "--ledger", self.folder / "ledger", "--json", *which).out.splitlines()
            return {json.loads(line)["entry"]["event"] for line in shown if line.startswith('{"entry"')}

        seen = {which: replayed(*which)
                for which in (("--region", TPS), ("--region", second), ("--contest", "ppwp"))}
        self.assertTrue({opened[0], cancelled, filed[0]} <= seen["--region", TPS])
        self.assertTrue(opened[1] in seen["--region", second] and opened[0] not in seen["--region", second])
        self.assertTrue({*opened, cancelled} <= seen["--contest", "ppwp"])
        refused = election.ask("refusals", "--region", TPS)["refusals"]
        self.assertEqual([line["reason"] for line in refused], ["ROLE_NOT_ENTITLED"] * 3)
        self.assertEqual(len(election.ask("refusals", "--region", second)["refusals"]), 0)
        self.refused("UNKNOWN_REGION", 1, "replay", "--ledger", self.folder / "ledger", "--region", "6599")

    def test_votes_certified_out_of_nothing(self):
        """A certification of what no TPS reported is shown beside nothing."""
        election = Election(self)
        for what, value in (("regions", FORM_REGIONS), ("stations", STATIONS), ("contest", contest("ppwp", "ticket", ["0"])),
                            ("ballot", json.loads((EXAMPLES / "ballot.json").read_text()))):
            election.register(what, value)
        election.enrol(("kpu", "kpu", "0", "Kadir"), ("ppk.a", "ppk", "650105", "Dewi"))
        election.file("recapCertified", {
            "contest": "ppwp", "region": "650105", "figures": {"valid": 5000}, "votes": [{"choice": "1", "votes": 5000}],
            "parts": 0, "parts_hash": None, "size": election.ask("tally --contest ppwp --region 0")["as_of"]["size"],
            "minutes": {"number": "BA 1", "date": "2024-02-16", "sha256": None}, "signatories": [], "replaces": None}, "ppk.a")
        self.assertEqual(election.ask("certifications")["certifications"][0]["differences"],
                         [{"field": "valid", "certified": 5000, "tally": None},
                          {"field": "votes.1", "certified": 5000, "tally": None}])


if __name__ == "__main__":
    unittest.main()
