"""What KPU published of the 2024 count goes in, and what comes out is what KPU displayed: numbers, findings,
histories and traces, checked against figures counted by other means. Skipped where the data is absent."""

import collections
import csv
import io
import unittest

import jejak
from jejak import Case, run, shared_data, votes_of

DATA = shared_data()


class Archive:
    """A ledger made by `import --new-election`."""

    def __init__(self, case):
        self.case = case
        self.folder = case.folder / "ledger"

    def load(self, source, *more):
        return self.case.ok("import", "sirekap", "--ledger", self.folder, "--new-election", "pemilu-2024",
                            "--regions", DATA / "wilayah.tsv.gz", "--contest", "ppwp", *more, DATA / source)

    def ask(self, command, *args):
        return self.case.ok(command, "--ledger", self.folder, *args)

    def tally(self, region):
        return self.ask("tally", "--contest", "ppwp", "--region", region)


def tickets(tally):
    votes = votes_of(tally)
    return [votes["100025"], votes["100026"], votes["100027"]]


@unittest.skipIf(DATA is None, "the shared data is absent: set JEJAK_SHARED to its folder")
class Kaltara(Case):
    def setUp(self):
        super().setUp()
        self.archive = Archive(self)
        self.summary = self.archive.load("sirekap-65-ppwp.jsonl.gz", "--stations", DATA / "tps-per-desa.tsv.gz")

    def test_province(self):
        """Totals of province 65 are those that KPU displayed, over the TPS that were in."""
        self.assertEqual({k: self.summary[k] for k in ("submitted", "corrected", "empty", "stale", "skipped")},
                         {"submitted": 1966, "corrected": 6, "empty": 352, "stale": 0, "skipped": 0})
        tally = self.archive.tally("65")
        with open(DATA / "displayed-totals.tsv", encoding="utf-8") as file:
            shown = {row["candidate"]: int(row["votes"]) for row in csv.DictReader(file, delimiter="\t")}
        self.assertEqual(votes_of(tally), shown)
        stations = tally["stations"]
        self.assertEqual((stations["total"], stations["reported"], stations["corrected"],
                          stations["evidence_replaced"]), (2295, 1849, 0, 6))
        self.assertEqual(tally["mode"], "archive")

    def test_bulungan(self):
        """Region 6501: figures with what they cover, and exactly the findings that the forms earn."""
        tally = self.archive.tally("6501")
        self.assertEqual(tickets(tally), [13850, 59775, 11453])
        stations = tally["stations"]
        self.assertEqual((stations["total"], stations["expected"], stations["reported"], stations["with_findings"]),
                         (484, 484, 444, 23))
        figures, present = tally["figures"], tally["present"]
        self.assertEqual((figures["valid"], figures["invalid"], figures["total"]), (80732, 1384, 82116))
        self.assertEqual(figures["voters_registered"], {"l": 50970, "p": 46047, "j": 96979})
        self.assertEqual([present[k] for k in ("valid", "invalid", "total")], [424] * 3)
        self.assertEqual(present["voters_registered"], {"l": 424, "p": 424, "j": 424})
        self.assertEqual(figures["ballots_received"], None)

        findings = self.archive.ask("findings", "--contest", "ppwp", "--region", "6501")["findings"]
        count = collections.Counter(f["rule"] for f in findings)
        places = collections.defaultdict(set)
        for finding in findings:
            places[finding["rule"]].add(finding["region"])
        self.assertEqual({r: (count[r], len(places[r])) for r in ("C02", "C08", "C09", "C10", "C14")},
                         {"C02": (12, 8), "C08": (6, 6), "C09": (5, 5), "C10": (13, 13), "C14": (6, 2)})
        self.assertEqual([count[r] for r in ("C01", "C07", "C12")], [0, 0, 0])
        self.assertFalse([f for f in findings if f["region"] == "6501011001001"])

    def test_children_and_stations_add_up(self):
        """A region is the sum of its children, and of its stations' lines, for every figure."""
        tally = self.archive.ask("tally", "--contest", "ppwp", "--region", "6501", "--children")
        self.assertEqual(len(tally["children"]), 10)
        for choice, total in votes_of(tally).items():
            self.assertEqual(total, sum(votes_of(child)[choice] or 0 for child in tally["children"]))
        out = run("stations", "--ledger", self.archive.folder, "--contest", "ppwp", "--region", "6501", "--csv").out
        head, rest = out.split("\n", 1)
        self.assertIn(f"size={tally['as_of']['size']}", head)
        self.assertIn(f"root={tally['as_of']['root']}", head)
        rows = list(csv.DictReader(io.StringIO(rest)))
        self.assertEqual([r["tps"] for r in rows], sorted(r["tps"] for r in rows))
        self.assertEqual(len(rows), 484)
        for choice, total in votes_of(tally).items():
            self.assertEqual(total, sum(int(r[f"votes.{choice}"] or 0) for r in rows))
        self.assertEqual(tally["figures"]["valid"], sum(int(r["valid"] or 0) for r in rows))
        dapil = self.archive.ask("tally", "--contest", "ppwp", "--dapil", "0")
        self.assertEqual(votes_of(dapil), votes_of(self.archive.tally("0")))

    def test_trace(self):
        """All pages of a trace sum to the number; each value stands in the entry that is named."""
        first, entries = jejak.trace_all(self.archive, "ppwp", "6501", "--choice", "100026", page_size=97)
        self.assertEqual((first["value"], first["missing"]), (59775, 40))
        self.assertEqual(sum(e["value"] for e in entries), 59775)
        self.assertEqual(len(entries), 444)
        codes = [e["tps"] for e in entries]
        self.assertEqual(codes, sorted(set(codes)))
        for traced in entries[::150]:
            entry = self.archive.ask("entry", traced["index"])["entry"]
            self.assertEqual(entry["event"], traced["event"])
            self.assertIn({"choice": "100026", "votes": traced["value"]}, entry["body"]["votes"])
            self.assertEqual(entry["author"], traced["author"])
        _, valid = jejak.trace_all(self.archive, "ppwp", "6501", "--figure", "valid", page_size=1000)
        self.assertEqual(sum(e["value"] for e in valid), 80732)

    def test_again_verify_rebuild(self):
        """A second import adds nothing; the ledger verifies against its anchor; a rebuild ends where it began."""
        before = self.archive.tally("65")
        again = self.archive.load("sirekap-65-ppwp.jsonl.gz", "--stations", DATA / "tps-per-desa.tsv.gz")
        self.assertEqual((again["submitted"], again["corrected"]), (0, 0))
        after = self.archive.tally("65")
        self.assertEqual(before["as_of"]["root"], after["as_of"]["root"])
        report = self.archive.ask("verify", "--election", before["election"])
        self.assertEqual((report["ok"], report["anchor"], report["size"]), (True, "election", before["as_of"]["size"]))
        vkey = self.archive.ask("checkpoint", "--vkey")["vkey"]
        self.assertEqual(self.archive.ask("verify", "--key", vkey)["anchor"], "key")
        rebuilt = self.archive.ask("rebuild")
        self.assertEqual(rebuilt["before"], rebuilt["after"])
        self.assertEqual(self.archive.tally("65"), after)

    def test_another_ledger_is_left_alone(self):
        """--new-election refuses a ledger that it did not make."""
        other = jejak.Election(self, folder="other")
        self.refused("LEDGER_EXISTS", 1, "import", "sirekap", *other.at(), "--new-election", "pemilu-2024",
                     "--regions", DATA / "wilayah.tsv.gz", DATA / "sirekap-65-ppwp.jsonl.gz")
        self.assertEqual(other.verify()["size"], 1)


@unittest.skipIf(DATA is None, "the shared data is absent: set JEJAK_SHARED to its folder")
class NusaTenggaraBarat(Case):
    def test_corrections(self):
        """Province 52: versions become corrections, and a history names who changed what, and when."""
        archive = Archive(self)
        summary = archive.load("sirekap-52-ppwp.jsonl.gz")
        self.assertEqual({k: summary[k] for k in ("submitted", "corrected", "empty", "skipped")},
                         {"submitted": 15125, "corrected": 279, "empty": 2002, "skipped": 0})
        tally = archive.tally("52")
        self.assertEqual(tickets(tally), [700829, 1794330, 207899])
        stations = tally["stations"]
        self.assertEqual((stations["total"], stations["reported"], stations["corrected"]), (16243, 13617, 146))

        history = archive.ask("history", "--contest", "ppwp", "--tps", "5201152002010")["versions"]
        self.assertEqual(len(history), 2)
        original, changed = history
        self.assertEqual([v["votes"] for v in original["votes"]], [62, 145, 2])
        self.assertEqual([v["votes"] for v in changed["votes"]], [54, 165, 2])
        self.assertEqual([(v["figures"]["valid"], v["figures"]["total"]) for v in history], [(206, 216), (555, 10)])
        figures = [c for c in changed["changes"] if not c["field"].startswith("evidence.")]
        photos = [c for c in changed["changes"] if c["field"].startswith("evidence.")]
        self.assertEqual((len(figures), len(photos)), (12, 3))
        self.assertEqual((changed["kind"], changed["reason"], changed["author"]["role"]),
                         ("resultCorrected", "unstated", "importer"))
        self.assertEqual(changed["supersedes"], original["event"])
        self.assertTrue(changed["received_at"].endswith("Z") and changed["source"]["system"] == "sirekap")
        first, entries = jejak.trace_all(archive, "ppwp", "5201152002010", "--choice", "100026")
        self.assertEqual((first["value"], first["missing"]), (165, 0))
        self.assertEqual([(e["before"], e["after"], e["reason"]) for e in entries[0]["edits"]],
                         [(145, 165, "unstated")])
        self.assertEqual(entries[0]["original_index"], original["index"])


@unittest.skipIf(DATA is None, "the shared data is absent: set JEJAK_SHARED to its folder")
class Jakarta(Case):
    def test_raw_files(self):
        """KPU's own per-TPS files; forms that are wrong on paper are accepted and flagged."""
        archive = Archive(self)
        archive.load("kpu-json")
        tally = archive.tally("31")
        self.assertEqual(tickets(tally), [1981, 3292, 1610])
        self.assertEqual((tally["stations"]["total"], tally["stations"]["reported"]), (52, 29))

        def rules(tps):
            return {f["rule"]: f["severity"] for f in archive.ask("findings", "--region", tps)["findings"]}

        self.assertEqual(set(rules("3101011001001")), {"C02", "C10"})
        absurd = rules("3101011003008")
        self.assertEqual({r for r, severity in absurd.items() if severity != "warning"}, {"C09", "C12", "C14"})
        self.assertEqual({r for r, severity in absurd.items() if severity == "warning"}, {"C18"})
        self.assertEqual(tickets(archive.tally("3101011003008")), [71, 641, 511])


if __name__ == "__main__":
    unittest.main()
