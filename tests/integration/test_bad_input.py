"""Bad input gets its own reason and exit status, nothing is half-written, and what was there still verifies."""

import json
import os
import shutil
import unittest

import jejak
from jejak import Case, Election, digest, run
from test_forms import PHOTO, REGIONS, STATIONS, TPS, contest, figures


def form(**changes):
    return {"contest": "ppwp", "tps": TPS, "round": 1, "figures": figures(275, 245, 241, 4), "votes": [
        {"choice": "1", "votes": 87}, {"choice": "2", "votes": 141}, {"choice": "3", "votes": 13}],
        "evidence": PHOTO, **changes}


class BadInput(Case):
    def setUp(self):
        super().setUp()
        self.election = Election(self)
        self.election.register("regions", REGIONS)
        self.election.register("stations", STATIONS)
        self.election.register("contest", contest("ppwp", "ticket", ["0"]))
        self.election.register("ballot", json.loads((jejak.EXAMPLES / "ballot.json").read_text()))
        self.election.enrol(("kpps.1", "kpps", TPS, "Slamet"), ("kpps.2", "kpps", "6501051001002", "Tuti"),
                            ("ppk.a", "ppk", "650105", "Dewi"))

    def size(self):
        return self.election.ask("election", "show")["as_of"]["size"]

    def test_files_that_are_no_form(self):
        """JSON that can't be read as a form never reaches the log, and the message names the place."""
        size = self.size()
        table = [
            ("not JSON", "{\"contest\":", "INPUT_MALFORMED", 4, None),
            ("trailing text", json.dumps(form()) + "}", "INPUT_MALFORMED", 4, None),
            ("text after a null byte", json.dumps(form()) + "\0 and more", "INPUT_MALFORMED", 4, None),
            ("a null byte at the end", json.dumps(form()) + "\0", "INPUT_MALFORMED", 4, None),
            ("bad UTF-8", b"{\"contest\":\"\xff\"}", "INPUT_MALFORMED", 4, None),
            ("a list", [], "INPUT_MALFORMED", 4, ""),
            ("key twice", "{\"contest\":\"ppwp\",\"contest\":\"ppwp\"}", "INPUT_MALFORMED", 4, None),
            ("unknown key", form(vote=[]), "INPUT_MALFORMED", 4, "/vote"),
            ("no TPS", {k: v for k, v in form().items() if k != "tps"}, "INPUT_MALFORMED", 4, ""),
            ("TPS as a number", form(tps=6501051001001), "INPUT_MALFORMED", 4, "/tps"),
            ("TPS of 12 digits", form(tps="650105100100"), "INPUT_MALFORMED", 4, "/tps"),
            ("votes as text", form(votes=[{"choice": "1", "votes": "87"}]), "INPUT_MALFORMED", 4, "/votes/0/votes"),
            ("half a vote", form(votes=[{"choice": "1", "votes": 8.5}]), "INPUT_MALFORMED", 4, "/votes/0/votes"),
            ("fewer than none", form(votes=[{"choice": "1", "votes": -1}]), "INPUT_MALFORMED", 4, "/votes/0/votes"),
            ("choice as a number", form(votes=[{"choice": 1, "votes": 8}]), "INPUT_MALFORMED", 4, "/votes/0/choice"),
            ("unknown figure", form(figures={"voters": 1}), "INPUT_MALFORMED", 4, "/figures/voters"),
            ("unknown column", form(figures={"voters_total": {"x": 1}}), "INPUT_MALFORMED", 4, "/figures/voters_total/x"),
            ("short hash", form(evidence=[{"page": 1, "sha256": "ab"}]), "INPUT_MALFORMED", 4, "/evidence/0/sha256"),
            ("unknown state", form(machine_read={"valid": {"state": "sure"}}), "INPUT_MALFORMED", 4,
             "/machine_read/valid/state"),
            ("absurd figure", form(figures={"valid": 10_000_000}), "FIGURE_OUT_OF_RANGE", 1, None),
            ("absurd beyond 32 bits", form(figures={"valid": 10 ** 12}), "FIGURE_OUT_OF_RANGE", 1, "/figures/valid"),
            ("absurd beyond 64 bits", form(votes=[{"choice": "1", "votes": 10 ** 30}]), "FIGURE_OUT_OF_RANGE", 1,
             "/votes/0/votes"),
            ("round 0", form(round=0), "FIELD_INVALID", 1, None),
            ("choice twice", form(votes=[{"choice": "1", "votes": 1}] * 2), "FIELD_INVALID", 1, None),
            ("control characters", form(contest="pp\u0007wp"), "FIELD_INVALID", 1, None),
            ("an event too large", form(evidence=[
                {"page": p, "media_type": "image/jpeg", "url": "https://example.org/" + "x" * 1000}
                for p in range(1, 101)]), "EVENT_TOO_LARGE", 1, None),
        ]
        for name, body, reason, status, pointer in table:
            with self.subTest(name):
                path = self.write("body.json", body)
                outcome = self.election.refused(reason, status, "submit", path, "kpps.1")
                if pointer is not None:
                    self.assertEqual(outcome.json["error"]["metadata"].get("pointer"), pointer)
        self.assertEqual(self.size(), size)
        self.election.verify()

    def test_refused_by_the_ledger(self):
        """What is well-formed but not entitled or not fitting is refused, and the refusal is in the log."""
        submitted = self.election.submit(form(), "kpps.1")
        correction = {"contest": "ppwp", "tps": TPS, "round": 1, "supersedes": submitted["event"],
                      "changes": [{"field": "votes.3", "after": 12}], "reason": "misread", "explanation": "x",
                      "evidence": [], "minutes": {"number": "1", "date": "2024-02-18", "sha256": digest("m")}}
        second = "6501051001002"
        table = [
            ("unknown TPS", "submit", form(tps="6501051001099"), "ppk.a", "UNKNOWN_STATION"),
            ("unknown contest", "submit", form(contest="pdpr", tps=second), "kpps.2", "UNKNOWN_CONTEST"),
            ("unknown choice", "submit", form(tps=second, votes=[{"choice": "9", "votes": 1}]), "kpps.2", "UNKNOWN_CHOICE"),
            ("unknown round", "submit", form(tps=second, round=2), "kpps.2", "UNKNOWN_ROUND"),
            ("another's TPS", "submit", form(), "kpps.2", "OUTSIDE_JURISDICTION"),
            ("a second result", "submit", form(), "kpps.1", "RESULT_EXISTS"),
            ("stale supersedes", "correct", correction | {"supersedes": digest("stale")}, "ppk.a", "SUPERSEDES_STALE"),
            ("no minutes", "correct", {k: v for k, v in correction.items() if k != "minutes"}, "ppk.a", "BASIS_MISSING"),
            ("no explanation", "correct", correction | {"explanation": ""}, "ppk.a", "BASIS_MISSING"),
            ("no change", "correct", correction | {"changes": [{"field": "votes.3", "after": 13}]}, "ppk.a",
             "NOTHING_CHANGED"),
        ]
        before = jejak.votes_of(self.election.tally("ppwp", "0"))
        for name, command, body, key, reason in table:
            with self.subTest(name):
                outcome = self.election.refused(reason, 1, command, body, key)
                receipt = outcome.json
                self.assertEqual((receipt["accepted"], receipt["refusal"]["reason"]), (False, reason))
                entry = self.election.ask("entry", receipt["index"])["entry"]
                self.assertEqual((entry["accepted"], entry["event"]), (False, receipt["event"]))
        refusals = self.election.ask("refusals")["refusals"]
        self.assertEqual([r["reason"] for r in refusals], [row[-1] for row in table])
        self.assertEqual(jejak.votes_of(self.election.tally("ppwp", "0")), before)
        only = self.election.ask("refusals", "--official", "ppk.a", "--reason", "BASIS_MISSING")["refusals"]
        self.assertEqual(len(only), 2)
        self.election.verify()

    def test_keys(self):
        """A key that is damaged, open to others, locked, unknown or not the ledger's says which."""
        good = self.election.key("kpps.1").read_bytes()
        path = self.write("form.json", form())

        def submit(key, ledger_key="ledger", *more):
            return ("submit", "--ledger", self.election.folder, "--ledger-key", self.election.key(ledger_key),
                    "--key", key, "--file", path, *more)

        damaged = self.write("damaged.key", good[:-10])
        os.chmod(damaged, 0o600)
        self.refused("KEY_FILE_DAMAGED", 4, *submit(damaged))
        shown = self.write("shown.key", good)
        os.chmod(shown, 0o644)
        self.refused("KEY_FILE_PERMISSIONS", 6, *submit(shown))
        self.refused("FILE_MISSING", 4, *submit(self.folder / "none.key"))
        secret = self.write("passphrase", "benar\n")
        wrong = self.write("wrong", "salah\n")
        locked = self.folder / "locked.key"
        self.ok("key", "new", "--out", locked, "--passphrase-file", secret)
        self.refused("PASSPHRASE_WRONG", 1, *submit(locked, "ledger", "--passphrase-file", wrong))
        self.refused("PASSPHRASE_WRONG", 1, *submit(locked))
        self.refused("KEY_UNKNOWN", 1, *submit(locked, "ledger", "--passphrase-file", secret))
        self.refused("LEDGER_KEY_WRONG", 1, *submit(self.election.key("kpps.1"), "root"))
        self.refused("FILE_EXISTS", 1, "key", "new", "--out", locked, "--no-passphrase")
        self.refused("USAGE", 2, "key", "new", "--out", self.folder / "k.key")
        self.assertEqual(locked.stat().st_mode & 0o777, 0o600)
        self.election.verify()

    def test_usage_and_ledgers(self):
        """Wrong command lines exit 2; ledgers that aren't there, or aren't ledgers, exit 4."""
        ledger = ("--ledger", self.election.folder)
        self.refused("USAGE", 2, "tally", *ledger)
        self.refused("USAGE", 2, "nonsense")
        self.refused("USAGE", 2, "tally", *ledger, "--contest", "ppwp", "--region", "65", "--nonsense")
        self.refused("USAGE", 2, "tally", *ledger, "--contest", "ppwp")
        self.refused("USAGE", 2, "tally", "--contest", "ppwp", "--region", "65")
        self.refused("INVALID_ARGUMENT", 2, "tally", *ledger, "--contest", "ppwp", "--region", "6")
        self.refused("INVALID_ARGUMENT", 2, "tally", *ledger, "--contest", "ppwp", "--region", "65", "--as-of", "x")
        self.refused("UNKNOWN_CONTEST", 1, "tally", *ledger, "--contest", "pdpr", "--region", "65")
        self.refused("UNKNOWN_REGION", 1, "tally", *ledger, "--contest", "ppwp", "--region", "11")
        self.refused("NOT_FOUND", 1, "entry", *ledger, "123456")
        self.refused("NOT_FOUND", 1, "entry", *ledger, digest("nothing"))
        self.refused("UNKNOWN_OFFICIAL", 1, "activity", *ledger, "--official", "nobody")
        self.refused("LEDGER_MISSING", 4, "tally", "--ledger", self.folder / "none", "--contest", "ppwp", "--region", "65")
        self.refused("LEDGER_EXISTS", 1, "election", "init", *self.election.at(), "--root-key",
                     self.election.key("root"), "--supervisors-key", self.election.key("bawaslu"), "--file",
                     self.folder / "election.json")
        human = run("tally", *ledger, "--contest", "pdpr", "--region", "65", "--lang", "id")
        self.assertEqual((human.status, human.out), (1, ""))
        self.assertRegex(human.err, r"^UNKNOWN_CONTEST: .*tidak terdaftar.*; periksa.*\n$")

    def test_import_skips_what_it_cannot_read(self):
        """Lines that can't be understood are named and left out; the rest goes in, and the exit status says so."""
        self.election.enrol({"id": "importer", "role": "importer", "jurisdiction": "0", "name": "Pengimpor"})
        good = {"kode": TPS, "ts": "2024-02-15 10:00:00", "chart": {"1": 5, "2": 6, "3": 7},
                "administrasi": {"suara_sah": 18, "suara_tidak_sah": 1, "suara_total": 19}, "images": [None] * 3}
        lines = [json.dumps(good), "{not json", json.dumps(good | {"kode": "123"}),
                 json.dumps(good | {"kode": "6501051001088"}),
                 json.dumps(good | {"kode": "6501051001002", "chart": {"1": -5}})]
        path = self.write("data.jsonl", "\n".join(lines) + "\n")
        receipts = self.folder / "receipts.jsonl"
        outcome = run("import", "sirekap", *self.election.at(), "--key", self.election.key("importer"), "--json",
                      "--receipts", receipts, path)
        self.assertEqual(outcome.status, 1)
        self.assertEqual((outcome.json["submitted"], outcome.json["skipped"]), (1, 4))
        for line in (2, 3, 4, 5):
            self.assertIn(f"data.jsonl:{line}: ", outcome.err)
        receipt = json.loads(receipts.read_text())
        entry = self.election.ask("entry", receipt["index"])["entry"]
        self.assertEqual((entry["event"], entry["leaf"]), (receipt["event"], receipt["leaf"]))
        # A receipt that a killed run left torn goes; a file of anything else is not written to.
        command = ("import", "sirekap", *self.election.at(), "--key", self.election.key("importer"), "--json")
        receipts.write_text(json.dumps(receipt) + "\n" + json.dumps(receipt)[:50].replace(" ", ""))
        run(*command, "--receipts", receipts, path)
        self.assertEqual([json.loads(line) for line in receipts.read_text().splitlines()], [receipt])
        other = self.write("notes", "my notes")
        self.refused("INPUT_MALFORMED", 4, *command, "--receipts", other, path)
        self.assertEqual(other.read_text(), "my notes")
        self.election.verify()

    def test_what_is_written_over(self):
        """A file that was asked for is written over its like, and over nothing else."""
        self.election.submit(form(), "kpps.1")
        self.election.stop()
        ledger = ("--ledger", self.election.folder)
        proof, names, notes = self.folder / "proof", self.folder / "names", self.write("notes", "my notes")
        commands = [(("tally", *ledger, "--contest", "ppwp", "--region", "0", "--proof"), proof),
                    (("entry", *ledger, "0", "--proof"), proof), (("export", *ledger, "--people"), names)]
        for _ in range(2):
            for command, own in commands:
                self.ok(*command, own)
        for precious in (notes, self.election.key("root"), self.election.folder / "HEAD"):
            was = precious.read_bytes()
            for command, _ in commands:
                self.refused("FILE_EXISTS", 1, *command, precious)
                self.assertEqual(precious.read_bytes(), was)
        self.election.verify()

    def test_import_signs_nothing_that_would_be_refused(self):
        """A TPS outside the importer's place, or in which another round was opened, is named and left out, however often
        it is tried: the log stays as it is, and the key is not suspended. Only an importer imports."""
        self.election.enrol({"id": "importer", "role": "importer", "jurisdiction": TPS, "name": "Pengimpor"})
        line = {"kode": TPS, "ts": "2024-02-15 10:00:00", "chart": {"1": 5}, "administrasi": None, "images": None}
        other = "6501051001002"
        path = self.write("data.jsonl", "".join(json.dumps(one) + "\n" for one in (
            line, *(line | {"kode": other, "chart": {"1": n}, "ts": f"2024-02-15 11:{n // 60:02}:{n % 60:02}"}
                    for n in range(300)))))
        at = ("import", "sirekap", *self.election.at(), "--json", "--key")
        command = (*at, self.election.key("importer"), path)
        outcome = run(*command)
        self.assertEqual((outcome.json["submitted"], outcome.json["skipped"], outcome.status), (1, 300, 1))
        self.assertIn("OUTSIDE_JURISDICTION", outcome.err)
        size = self.size()
        self.assertEqual((run(*command).json["stale"], self.size()), (1, size))
        self.refused("ROLE_NOT_ENTITLED", 1, *at, self.election.key("kpps.1"), path)
        self.assertEqual(self.size(), size)

        self.election.enrol(("kpu.6501", "kpu_kabkota", "6501", "Hendra"))
        self.election.file("roundOpened", json.loads((jejak.EXAMPLES / "roundOpened.json").read_text())
                           | {"places": [TPS]}, "kpu.6501")
        newer = self.write("newer.jsonl", json.dumps(line | {"ts": "2024-02-16 10:00:00", "chart": {"1": 6}}) + "\n")
        size = self.size()
        for _ in range(2):
            outcome = run(*at, self.election.key("importer"), newer)
            self.assertEqual((outcome.json["skipped"], outcome.json["corrected"]), (1, 0))
            self.assertIn("UNKNOWN_ROUND", outcome.err)
        self.assertEqual(self.size(), size)
        self.election.verify()

    def test_nothing_is_imported_into_a_live_election(self):
        """Whoever signs."""
        live = Election(self, folder="live", mode="live")
        path = self.write("data.jsonl", json.dumps({"kode": TPS, "ts": "2024-02-15 10:00:00", "chart": {"1": 5}}) + "\n")
        live.register("contest", contest("ppwp", "ticket", ["0"]))
        self.refused("MODE_FORBIDS", 1, "import", "sirekap", *live.at(), "--key", live.key("root"), path)

    def test_import_goes_on_past_what_cannot_go_in(self):
        """A version with a choice that is on no ballot, or of a TPS in a region that nobody knows, is named and left out
        before anything is signed: the versions after it go in, and the importer's key is not suspended for it."""
        regions = self.write("regions.tsv", "kode\tnama\ttingkat\n65\tKALTARA\t1\n6501\tBULUNGAN\t2\n650105\tSELOR\t3\n"
                                            "6501051001\tHULU\t4\n6501061001\tYATIM\t4\n")
        line = {"kode": TPS, "ts": "2024-02-15 10:00:00", "chart": {"100025": 5}, "administrasi": None, "images": None}
        strange = {"chart": {"100025": 5, "100099": 7}}
        lines = [line | strange, line | {"ts": "2024-02-16 10:00:00"},
                 line | {"kode": "9801011001001"}, line | {"kode": "0000000000000"}, line | {"kode": "6501061001001"}]
        lines += [line | strange | {"kode": f"6501051001{number:03}"} for number in range(100, 400)]
        lines += [line | {"kode": "6501051001998", "ts": "2024-02-17 10:00:00"}]
        path = self.write("data.jsonl", "".join(json.dumps(one) + "\n" for one in lines))
        ledger = ("--ledger", self.folder / "archive")
        command = ("import", "sirekap", *ledger, "--new-election", "pemilu-2024", "--regions", regions, "--json")
        for submitted, stale in ((2, 0), (0, 2)):
            outcome = run(*command, path)
            self.assertEqual(outcome.status, 1, outcome.err[-500:])
            self.assertEqual([outcome.json[name] for name in ("submitted", "stale", "corrected", "skipped")],
                             [submitted, stale, 0, 304])
            for number in (1, 3, 4, 5, 6, 305):
                self.assertIn(f"data.jsonl:{number}: ", outcome.err)
        self.assertEqual(self.ok("refusals", *ledger)["refusals"], [])
        self.assertEqual(self.ok("tally", *ledger, "--contest", "ppwp", "--region", "0")["votes"][0]["votes"], 10)
        self.refused("UNKNOWN_REGION", 1, "tally", *ledger, "--contest", "ppwp", "--region", "98")
        self.assertTrue(self.ok("verify", *ledger)["ok"])

    def test_two_processes(self):
        """A ledger that another process has open is left alone."""
        import fcntl  # noqa: the lock that the program takes is a lock of the system
        lock = self.election.folder / "LOCK"
        if not lock.exists():
            self.skipTest("the ledger's lock has another name")
        with open(lock, "r+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self.refused("LEDGER_IN_USE", 3, "tally", "--ledger", self.election.folder, "--contest", "ppwp",
                         "--region", "0")
        self.election.verify()

    def test_full_disk(self):
        """When the disk is full the program stops with its reason, and the ledger still verifies."""
        if os.geteuid() != 0 or shutil.which("mount") is None:
            self.skipTest("needs to mount a small file system")
        mount = self.folder / "small"
        mount.mkdir()
        if os.system(f"mount -t tmpfs -o size=64m tmpfs {mount} 2>/dev/null") != 0:
            self.skipTest("may not mount")
        self.addCleanup(os.system, f"umount {mount}")
        shutil.copytree(self.election.folder, mount / "ledger")
        election = self.election
        election.folder = mount / "ledger"
        size = self.size()
        filler = mount / "filler"
        with open(filler, "wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                pass
        outcome = run("submit", *election.at(), "--key", election.key("kpps.1"), "--file",
                      self.write("form.json", form()), "--json")
        self.assertEqual((outcome.reason, outcome.status), ("DISK_FULL", 6), outcome.out + outcome.err)
        filler.unlink()
        self.assertIn(self.size(), (size, size + 1))
        election.verify()


if __name__ == "__main__":
    unittest.main()
