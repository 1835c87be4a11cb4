"""Forms of every kind go in, are flagged where they break a rule, and are tallied and traced: parties, a post
abroad, a Pilkada with a blank column; and a TPS that two people corrected."""

import copy
import json
import unittest

import jejak
from jejak import Case, Election, run, digest, votes_of

TPS = "6501051001001"
PHOTO = [{"page": 1, "media_type": "image/jpeg", "sha256": digest("photo"), "url": "https://example.org/1.jpg"}]
REGIONS = {"regions": [{"code": "65", "name": "KALIMANTAN UTARA"}, {"code": "6501", "name": "BULUNGAN"},
                       {"code": "650105", "name": "TANJUNG SELOR"},
                       {"code": "6501051001", "name": "TANJUNG SELOR HULU"}]}
STATIONS = {"stations": [{"code": TPS, "name": "TPS 001"}, {"code": "6501051001002", "name": "TPS 002"}]}


def contest(identifier, kind, covered, **more):
    return {"id": identifier, "kind": kind, "name": identifier.upper(), "covered": covered, "last_stage": "nasional",
            "kpps_may_correct": True, **more}


def figures(registered, used, valid, invalid):
    columns = lambda j: {"l": j // 2, "p": j - j // 2, "j": j}
    return {"voters_registered": columns(registered), "voters_from_list": columns(used),
            "voters_transferred": columns(0), "voters_walk_in": columns(0), "voters_total": columns(used),
            "ballots_used": used, "valid": valid, "invalid": invalid, "total": valid + invalid}


def rules(election, place):
    return {f["rule"] for f in election.ask("findings", "--region", place)["findings"] if f["cleared_by"] is None}


class Forms(Case):
    def party_election(self):
        election = Election(self)
        election.register("regions", REGIONS)
        election.register("stations", STATIONS)
        election.register("contest", contest("pdprdk", "party", ["6501"], last_stage="kabkota"))
        election.register("ballot", {"contest": "pdprdk", "dapil": "650101", "members": ["650105"], "choices": [
            {"id": "1", "kind": "party", "number": 1, "name": "Partai Padi"},
            {"id": "1001", "kind": "candidate", "number": 1, "name": "Ani", "party": "1"},
            {"id": "1002", "kind": "candidate", "number": 2, "name": "Budi", "party": "1"},
            {"id": "2", "kind": "party", "number": 2, "name": "Partai Kapas"},
            {"id": "2001", "kind": "candidate", "number": 1, "name": "Citra", "party": "2"}]})
        election.enrol(("kpps.1", "kpps", TPS, "Slamet"))
        return election

    def test_proofs_where_no_form_has_row_b(self):
        """A region of two ballots keeps the votes of parties and no candidates': its proofs hold, and those of all below
        it, whether or not any form states a party's total."""
        election = self.party_election()
        there = "6501061001001"
        election.register("regions", {"regions": [{"code": "650106", "name": "TANJUNG PALAS"},
                                                  {"code": "6501061001", "name": "PALAS HILIR"}]})
        election.register("stations", {"stations": [{"code": there, "name": "TPS 001"}]})
        election.register("ballot", {"contest": "pdprdk", "dapil": "650102", "members": ["650106"], "choices": [
            {"id": "1", "kind": "party", "number": 1, "name": "Partai Padi"},
            {"id": "1003", "kind": "candidate", "number": 1, "name": "Dedi", "party": "1"}]})
        election.enrol(("kpps.9", "kpps", there, "Tuti"))
        vkey = run("checkpoint", *election.place(), "--vkey").out.strip()
        proof = self.folder / "proof"
        for key, tps, candidate, total in (("kpps.1", TPS, "1001", {}), ("kpps.9", there, "1003", {"party_total": 9})):
            election.submit({"contest": "pdprdk", "tps": tps, "round": 1, "figures": {}, "votes": [
                {"choice": "1", "votes": 5} | total, {"choice": candidate, "votes": 4}]}, key)
            election.stop()  # a daemon that ends commits to its tallies
            for region in ("0", "65", "6501", "650105", tps):
                for kind in ((), ("--sum",))[:1 if region == tps else 2]:
                    election.tally("pdprdk", region, "--proof", proof, *kind)
                    self.assertTrue(self.ok("verify-proof", proof, "--key", vkey)["ok"], (region, kind))

    def test_party_form_with_a_wrong_row_b(self):
        """A party's A.1, its candidates and its row B stand as written; where B is not their sum, C06 says so."""
        election = self.party_election()
        election.submit({"contest": "pdprdk", "tps": TPS, "round": 1, "figures": figures(200, 100, 95, 5), "votes": [
            {"choice": "1", "votes": 10, "party_total": 60}, {"choice": "1001", "votes": 30},
            {"choice": "1002", "votes": 15}, {"choice": "2", "votes": 5, "party_total": 35},
            {"choice": "2001", "votes": 30}], "evidence": PHOTO}, "kpps.1")
        self.assertEqual(rules(election, TPS), {"C06"})
        for place in (TPS, "650105", "6501"):
            tally = election.tally("pdprdk", place)
            lines = {line["choice"]: line for line in tally["votes"]}
            self.assertEqual((lines["1"]["votes"], lines["1"]["party_total"], lines["1001"]["votes"]), (10, 60, 30))
            self.assertEqual(tally["stations"]["with_findings"], 1)
        self.assertEqual(votes_of(election.ask("tally", "--contest", "pdprdk", "--dapil", "650101"))["2001"], 30)
        for number, value in ((("--choice", "1"), 10), (("--figure", "party_total.1"), 60), (("--choice", "1002"), 15)):
            first, entries = jejak.trace_all(election, "pdprdk", "6501", *number)
            self.assertEqual((first["value"], [e["value"] for e in entries]), (value, [value]))
        election.verify()

    def test_post_abroad_with_a_wrong_split(self):
        """A form by post splits its unused ballots; where the parts are not the whole, C05 says so."""
        election = Election(self)
        place = "9901010001001"
        election.register("regions", {"regions": [
            {"code": "99", "name": "LUAR NEGERI", "kind": "abroad"}, {"code": "9901", "name": "Abu Dhabi"},
            {"code": "990101", "name": "Abu Dhabi"}, {"code": "9901010001", "name": "Abu Dhabi"}]})
        election.register("stations", {"stations": [{"code": place, "name": "POS 001", "kind": "pos"}]})
        election.register("contest", contest("ppwp", "ticket", ["0"]))
        election.register("ballot", json.loads((jejak.EXAMPLES / "ballot.json").read_text()))
        election.enrol(("kppsln.1", "kppsln", place, "Hasan"))
        form = figures(300, 120, 118, 2)
        form |= {"ballots_received": 306, "ballots_spoiled": 0, "ballots_unused": 186, "ballots_unused_returned": 80,
                 "ballots_unused_kept": 6, "ballots_unused_not_returned": 90}
        election.submit({"contest": "ppwp", "tps": place, "round": 1, "figures": form, "votes": [
            {"choice": "1", "votes": 40}, {"choice": "2", "votes": 50}, {"choice": "3", "votes": 28}]}, "kppsln.1")
        self.assertEqual(rules(election, place), {"C05"})
        tally = election.tally("ppwp", "99")
        self.assertEqual(tally["region"]["level"], "abroad")
        self.assertEqual(tally["figures"]["ballots_unused_kept"], 6)
        first, entries = jejak.trace_all(election, "ppwp", "99", "--figure", "ballots_unused")
        self.assertEqual((first["value"], entries[0]["author"]["official"]), (186, "kppsln.1"))
        self.assertEqual(votes_of(election.tally("ppwp", "0")), {"1": 40, "2": 50, "3": 28})
        election.verify()

    def test_pilkada_with_a_blank_column(self):
        """One ticket against the blank column: both are choices, and 600 voters are a Pilkada's bound."""
        election = Election(self, kind="pilkada", voting_day="2024-11-27")
        election.register("regions", REGIONS)
        election.register("stations", STATIONS)
        election.register("contest", contest("pkwkk", "ticket", ["6501"], last_stage="kabkota"))
        election.register("ballot", {"contest": "pkwkk", "dapil": "0", "members": ["6501"], "choices": [
            {"id": "1", "kind": "ticket", "number": 1, "name": "Pasangan Tunggal"},
            {"id": "2", "kind": "blank", "number": 2, "name": "Kolom kosong"}]})
        election.enrol(("kpps.1", "kpps", TPS, "Slamet"))
        election.submit({"contest": "pkwkk", "tps": TPS, "round": 1, "figures": figures(550, 400, 390, 10), "votes": [
            {"choice": "1", "votes": 250}, {"choice": "2", "votes": 140}]}, "kpps.1")
        self.assertEqual(rules(election, TPS), set())
        tally = election.tally("pkwkk", "6501")
        self.assertEqual([(v["kind"], v["votes"]) for v in tally["votes"]], [("ticket", 250), ("blank", 140)])
        self.assertEqual(tally["stations"]["total"], 2)
        first, _ = jejak.trace_all(election, "pkwkk", "6501", "--choice", "2")
        self.assertEqual((first["value"], first["missing"]), (140, 1))
        election.verify()

    def test_two_people_under_one_form(self):
        """Votes that one person corrected lead to that person, the invalid that another corrected later to the
        other, and both to what the KPPS wrote."""
        election = Election(self)
        election.register("regions", REGIONS)
        election.register("stations", STATIONS)
        election.register("contest", contest("ppwp", "ticket", ["0"]))
        election.register("ballot", json.loads((jejak.EXAMPLES / "ballot.json").read_text()))
        election.enrol(("kpps.1", "kpps", TPS, "Slamet Riyadi"), ("ppk.a", "ppk", "650105", "Dewi Lestari"),
                       ("ppk.b", "ppk", "650105", "Agus Salim"))
        submitted = election.submit({
            "contest": "ppwp", "tps": TPS, "round": 1, "figures": figures(275, 245, 241, 4), "votes": [
                {"choice": "1", "votes": 87}, {"choice": "2", "votes": 141}, {"choice": "3", "votes": 18}],
            "evidence": PHOTO}, "kpps.1")
        change = {"contest": "ppwp", "tps": TPS, "round": 1, "supersedes": submitted["event"],
                  "changes": [{"field": "votes.3", "after": 13}], "reason": "misread", "explanation": "terbaca 18",
                  "legal_basis": "PKPU 5/2024", "evidence": [],
                  "minutes": {"number": "BA 1", "date": "2024-02-18", "sha256": digest("minutes")}}
        first = election.correct(change, "ppk.a")
        second = copy.deepcopy(change) | {"supersedes": first["event"], "reason": "wrong_entry",
                                          "changes": [{"field": "invalid", "after": 6}, {"field": "total", "after": 247}]}
        second = election.correct(second, "ppk.b")

        def trace(*number):
            _, entries = jejak.trace_all(election, "ppwp", "6501", *number)
            self.assertEqual(len(entries), 1)
            return entries[0]

        votes, invalid, untouched = trace("--choice", "3"), trace("--figure", "invalid"), trace("--choice", "2")
        self.assertEqual((votes["author"]["name"], votes["index"], votes["reason"]),
                         ("Dewi Lestari", first["index"], "misread"))
        self.assertEqual((invalid["author"]["name"], invalid["index"], invalid["reason"]),
                         ("Agus Salim", second["index"], "wrong_entry"))
        self.assertEqual((untouched["author"]["name"], untouched["reason"], untouched["edits"]),
                         ("Slamet Riyadi", None, []))
        for traced, original in ((votes, 18), (invalid, 4)):
            self.assertEqual((traced["original_author"]["official"], traced["original_index"],
                              traced["original_value"]), ("kpps.1", submitted["index"], original))
        self.assertEqual([(e["before"], e["after"], e["author"]["name"]) for e in invalid["edits"]],
                         [(4, 6, "Agus Salim")])
        self.assertEqual(election.tally("ppwp", TPS)["stations"]["corrected"], 1)
        history = election.ask("history", "--contest", "ppwp", "--tps", TPS)["versions"]
        self.assertEqual([v["author"]["official"] for v in history], ["kpps.1", "ppk.a", "ppk.b"])
        self.assertEqual([v["findings"] for v in history], [["C09"], [], ["C10"]])
        activity = election.ask("activity", "--official", "ppk.b")["activity"]
        self.assertEqual([(a["index"], a["kind"], a["accepted"]) for a in activity],
                         [(second["index"], "resultCorrected", True)])
        chain = election.ask("entry", second["event"])["enrolment"]
        self.assertEqual([link["official"] for link in chain], ["ppk.b", "root"])
        election.verify()


if __name__ == "__main__":
    unittest.main()
