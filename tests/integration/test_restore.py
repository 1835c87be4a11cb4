"""A lost ledger comes back from its export. What must hold: the entries byte for byte, the root, verdicts, names and
every projection are those of the ledger that was lost, and both go on alike; whatever is wrong with the folder, nothing
is put in place; a kill at any moment leaves nothing that opens, and the next attempt succeeds."""

import base64
import os
import random
import shutil
import subprocess
import sys
import unittest

from jejak import Case, PROGRAM, run, shared_data

SEED = int(os.environ.get("JEJAK_SEED", random.SystemRandom().randrange(1 << 32)))
KILLS = int(os.environ.get("JEJAK_KILLS", "6"))  # the long run: 100
DATA = shared_data()


class Restore(Case):
    def setUp(self):
        super().setUp()
        self.ledger, self.out, self.back = (self.folder / name for name in ("ledger", "export", "back"))
        self.people = self.folder / "people.jsonl"

    def simulate(self, ledger, events):
        return self.ok("simulate", "--ledger", ledger, "--scenario", "bulungan-night", "--seed", "3",
                       "--events-max", events)

    def export(self):
        self.lost = self.ok("export", "--ledger", self.ledger, "--out", self.out, "--people", self.people)

    def restore(self, *more):
        return ("restore", "--from", self.out, "--ledger", self.back, "--ledger-key",
                self.ledger / "keys" / "ledger.key", *more)

    def replay(self, ledger):
        outcome = run("replay", "--ledger", ledger, "--json")
        self.assertEqual(outcome.status, 0, outcome.err)
        return outcome.out

    def nothing_is_left(self):
        self.assertEqual([p.name for p in self.folder.iterdir() if p.name.startswith("back")], [])

    def test_round_trip(self):
        self.simulate(self.ledger, 1300)
        self.export()
        election = self.ok("verify", "--ledger", self.ledger)["election"]
        done = self.ok(*self.restore("--people", self.people))
        self.assertEqual((done["size"], done["people"]), (self.lost["size"], self.lost["people"]))
        self.assertGreater(done["people"], 0)
        self.assertGreater(done["refused"], 0, "the simulation has refused attempts")
        self.assertEqual(self.replay(self.back), self.replay(self.ledger), "entries, verdicts, times and names")
        self.assertEqual((self.back / "HEAD").stat().st_size, 8192)
        report = self.ok("verify", "--ledger", self.back, "--election", election)
        self.assertEqual((report["ok"], report["root"]), (True, done["root"]))

        shutil.copytree(self.ledger / "keys", self.back / "keys")
        for ledger in (self.ledger, self.back):
            self.simulate(ledger, 1500)
        reports = [self.ok("verify", "--ledger", ledger) for ledger in (self.ledger, self.back)]
        self.assertGreater(reports[0]["size"], done["size"])
        self.assertEqual(reports[0]["root"], reports[1]["root"], "both go on alike")
        rebuilt = self.ok("rebuild", "--ledger", self.back)
        self.assertTrue(rebuilt["identical"])
        self.assertEqual(rebuilt["before"], self.ok("rebuild", "--ledger", self.ledger)["after"])
        grown = self.ok("export", "--ledger", self.back, "--out", self.out)
        self.assertEqual(grown["before"], done["size"], "the export goes on with the restored ledger")

    def test_what_is_refused(self):
        self.simulate(self.ledger, 700)
        self.export()
        self.back.mkdir()
        (self.back / "letter.txt").write_text("dear")
        self.refused("LEDGER_EXISTS", 1, *self.restore())
        shutil.rmtree(self.back)
        self.refused("LEDGER_EXISTS", 1, "restore", "--from", self.out, "--ledger", self.ledger, "--ledger-key",
                     self.ledger / "keys" / "ledger.key")
        self.refused("LEDGER_KEY_WRONG", 1, "restore", "--from", self.out, "--ledger", self.back, "--ledger-key",
                     self.ledger / "keys" / "root.key")
        self.refused("FILE_MISSING", 4, "restore", "--from", self.folder, "--ledger", self.back, "--ledger-key",
                     self.ledger / "keys" / "ledger.key")
        self.refused("USAGE", 2, "restore", "--from", self.out, "--ledger", self.back)
        strange = self.folder / "back.restoring"
        strange.mkdir()
        (strange / "letter.txt").write_text("dear")
        self.refused("LEDGER_EXISTS", 1, *self.restore())
        self.assertEqual((strange / "letter.txt").read_text(), "dear")
        shutil.rmtree(strange)

        # Torn in every way: a file gone, short, or with one bit turned, of each kind.
        whole = self.folder / "whole"
        shutil.copytree(self.out, whole)
        for path in sorted(p.relative_to(whole) for p in whole.rglob("*") if p.is_file()):
            data = (whole / path).read_bytes()
            turned = bytearray(data)
            turned[len(data) // 2] ^= 1
            for how, torn in (("gone", None), ("short", data[:-1]), ("turned", bytes(turned))):
                if torn is None:
                    (self.out / path).unlink()
                else:
                    (self.out / path).write_bytes(torn)
                outcome = run(*self.restore(), "--json")
                self.assertGreater(outcome.status, 0, f"{path} {how}: {outcome.out}{outcome.err}")
                self.assertIsNotNone(outcome.reason, f"{path} {how}")
                self.nothing_is_left()
                (self.out / path).write_bytes(data)
        # A partial file of an earlier size that is no beginning of what came after it, as verify says, too.
        for path in ("tile/0/000.p/7", "tile/entries/000.p/7"):
            stray = self.out / path
            stray.parent.mkdir(exist_ok=True)
            stray.write_bytes(b"wrong" * 40)
            self.assertEqual(run("verify", "--dir", self.out, "--json").json["fault"]["what"], "TILE_DIFFERS")
            outcome = self.refused("VERIFICATION_FAILED", 1, *self.restore())
            self.assertEqual(outcome.json["error"]["metadata"]["what"], "TILE_DIFFERS")
            self.nothing_is_left()
            stray.unlink()
        # A root that is not the entries', signed or not.
        note = (self.out / "checkpoint").read_text().split("\n")
        note[2] = base64.b64encode(bytes(32)).decode()
        (self.out / "checkpoint").write_text("\n".join(note))
        outcome = self.refused("VERIFICATION_FAILED", 1, *self.restore())
        self.assertIn(outcome.json["error"]["metadata"]["what"], ("ROOT_DIFFERS", "CHECKPOINT_UNSIGNED"))
        self.nothing_is_left()
        shutil.copy(whole / "checkpoint", self.out / "checkpoint")
        self.ok(*self.restore())

    def test_names(self):
        self.simulate(self.ledger, 400)
        self.export()
        lines = self.people.read_text().splitlines(keepends=True)
        self.people.write_text("".join(lines[1:]))  # a name that the law wants forgotten
        self.ok("verify", "--dir", self.out, "--people", self.people)
        self.assertEqual(self.ok(*self.restore("--people", self.people))["people"], len(lines) - 1)
        self.assertTrue(self.ok("verify", "--ledger", self.back)["ok"])
        shutil.rmtree(self.back)
        self.people.write_text(lines[0].replace('"name":"', '"name":"X') + "".join(lines[1:]))
        fault = run("verify", "--dir", self.out, "--people", self.people, "--json").json["fault"]
        self.assertEqual(fault["what"], "PERSON_DIFFERS")
        self.refused("INVALID_ARGUMENT", 2, *self.restore("--people", self.people))
        self.nothing_is_left()
        self.people.write_text("".join(lines)[:-9])
        self.refused("INPUT_MALFORMED", 4, *self.restore("--people", self.people))
        self.nothing_is_left()

    def test_killed_at_any_moment(self):
        print(f"JEJAK_SEED={SEED}", file=sys.stderr)
        chance = random.Random(SEED)
        self.simulate(self.ledger, 1300)
        self.export()
        seen = 0
        for _ in range(KILLS):
            with subprocess.Popen([PROGRAM, *map(str, self.restore())], stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as process:
                try:
                    process.wait(timeout=chance.uniform(0.02, 0.8))
                except subprocess.TimeoutExpired:
                    process.kill()
            if self.back.exists():  # it was quick enough: then it is whole
                self.assertTrue(self.ok("verify", "--ledger", self.back)["ok"])
                shutil.rmtree(self.back)
                continue
            half = self.folder / "back.restoring"
            if half.exists():
                seen += 1
                outcome = run("tally", "--ledger", half, "--contest", "ppwp", "--region", "0", "--json")
                size = outcome.json.get("as_of", {}).get("size")
                # Only what was finished, and not put in place yet, opens.
                self.assertTrue(outcome.status == 4 or size == self.lost["size"], outcome.out)
        self.ok(*self.restore())
        self.assertTrue(self.ok("verify", "--ledger", self.back)["ok"])
        self.assertFalse((self.folder / "back.restoring").exists())
        print(f"{KILLS} kills, {seen} in the middle", file=sys.stderr)

    def test_bound(self):
        """A ledger that is bound to an export signs nothing that is shorter or other than what is published there."""
        self.simulate(self.ledger, 500)
        older = self.folder / "older"
        shutil.copytree(self.ledger, older)
        self.ok("export", "--ledger", older, "--out", self.out, "--bind")
        other = self.folder / "other"
        shutil.copytree(older, other, ignore=shutil.ignore_patterns("EXPORT"))
        self.simulate(self.ledger, 505)
        self.ok("export", "--ledger", self.ledger, "--out", self.out, "--bind")
        simulate = ("simulate", "--scenario", "bulungan-night", "--seed", "3", "--events-max", "600", "--ledger")
        self.refused("ROLLED_BACK", 4, *simulate, older)
        self.assertTrue(self.ok("verify", "--ledger", older)["ok"], "it may be read")
        self.ok(*simulate, self.ledger)
        away = self.folder / "away"
        self.out.rename(away)
        self.refused("EXPORT_DIFFERS", 1, *simulate, self.ledger)
        away.rename(self.out)
        # Another history, longer than what is published, by the same keys.
        act = ("--ledger", other, "--key", other / "keys" / "root.key", "--official", "kpu", "--reason", "SK 1")
        for _ in range(4):
            self.ok("official", "suspend", *act)
            self.ok("official", "reinstate", *act)
        shutil.copy(self.ledger / "EXPORT", other / "EXPORT")
        self.refused("ROLLED_BACK", 4, "official", "suspend", *act)
        binding = (self.ledger / "EXPORT").read_bytes()
        for at in range(len(binding)):
            (self.ledger / "EXPORT").write_bytes(binding[:at] + bytes([binding[at] ^ 1]) + binding[at + 1:])
            outcome = run(*simulate, self.ledger, "--json")
            self.assertEqual((outcome.reason, outcome.status), ("LEDGER_DAMAGED", 4), f"byte {at}")
        (self.ledger / "EXPORT").write_bytes(binding)
        self.ok("export", "--ledger", other, "--unbind")
        self.ok("restore", "--from", self.out, "--ledger", self.back, "--ledger-key",
                self.ledger / "keys" / "ledger.key", "--bind")
        self.assertEqual((self.back / "EXPORT").read_bytes(), binding)

    @unittest.skipIf(DATA is None, "the shared data is absent: set JEJAK_SHARED to its folder")
    def test_real_data(self):
        self.ok("import", "sirekap", "--ledger", self.ledger, "--new-election", "pemilu-2024", "--regions",
                DATA / "wilayah.tsv.gz", "--contest", "ppwp", DATA / "sirekap-65-ppwp.jsonl.gz")
        self.export()
        self.ok(*self.restore("--people", self.people))
        self.assertEqual(self.replay(self.back), self.replay(self.ledger))
        self.assertTrue(self.ok("verify", "--ledger", self.back)["ok"])
        self.assertTrue(self.ok("rebuild", "--ledger", self.back, "--ledger-key",
                                self.ledger / "keys" / "ledger.key")["identical"])


if __name__ == "__main__":
    unittest.main()
