"""An export must hold for a program with nothing of ours in it (logcheck: Go's sumdb/tlog and sumdb/note): every leaf
by a proof from the export's own tiles, every checkpoint kept before, all cosignatures, single proofs; and not after a
byte of it was changed. Of each file a sample of bytes is flipped; JEJAK_FLIP=all flips every byte of a small export."""

import os
import pathlib
import shutil
import subprocess
import sys
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests" / "integration"))
from jejak import Case, shared_data  # noqa: E402

LOGCHECK = os.environ.get("JEJAK_LOGCHECK")
COSIGN = os.environ.get("JEJAK_COSIGN", str(SOURCE / "build" / "dev" / "bin" / "cosign"))
FLIP = os.environ.get("JEJAK_FLIP", "12")
SEED = os.environ.get("JEJAK_SEED", str(int.from_bytes(os.urandom(4), "big")))
WITNESSES = (("witness.example.org/a", "11" * 32), ("witness.example.org/b", "22" * 32))


def cosign(*args, text=None):
    return subprocess.run([COSIGN, *args], input=text, capture_output=True, check=True).stdout


@unittest.skipUnless(LOGCHECK, "skipped: golang-go and golang-golang-x-mod-dev are not installed (tools/setup)")
class Logcheck(Case):
    def export(self, ledger, out):
        self.ok("export", "--ledger", ledger, "--out", out)
        self.vkey = self.ok("checkpoint", "--ledger", ledger, "--vkey")["vkey"]
        return out

    def check(self, out, *more, status=0, says=""):
        process = subprocess.run([LOGCHECK, "-dir", out, "-vkey", self.vkey, *map(str, more)], capture_output=True,
                                 text=True)
        self.assertEqual(process.returncode, status, process.stdout[-2000:] + process.stderr[-2000:])
        self.assertIn(says, process.stderr)
        return process.stdout

    def simulate(self, ledger, *more):
        self.ok("simulate", "--ledger", ledger, "--scenario", "bulungan-night", "--seed", "3", *more)

    def cosigned(self, out, *witnesses):
        text = (out / "checkpoint").read_bytes()
        for time, (name, seed) in enumerate(witnesses, 1767139200):
            text = cosign(name, seed, str(time), text=text)
        (out / "checkpoint").write_bytes(text)

    def test_simulated(self):
        """A ledger that was exported four times as it grew: each older checkpoint holds, with its cosignatures, and
        proofs of single entries made at two sizes."""
        ledger, out = self.folder / "ledger", self.folder / "export"
        keys = []
        for name, seed in WITNESSES:
            keys += ["-witness", cosign(name, seed, "--vkey").decode().strip()]
        kept = []
        for events in (100, 300, 600, 1100):
            self.simulate(ledger, "--events-max", events)
            self.export(ledger, out)
            kept += ["-kept", self.folder / f"kept-{events}"]
            shutil.copy(out / "checkpoint", kept[-1])
            if events == 300:
                kept += ["-kept", self.folder / "kept-cosigned"]
                kept[-1].write_bytes(cosign(*WITNESSES[0], "1767139200", text=(out / "checkpoint").read_bytes()))
            for index in (0, 99, events // 2):
                kept += ["-proof", self.folder / f"entry-{index}-{events}.tlog-proof"]
                self.ok("entry", index, "--ledger", ledger, "--proof", kept[-1])
        self.check(out, "-kept", self.folder / "kept-cosigned", status=1, says="whose key was not given")
        self.check(out, "-cosigned", 1, status=1, says="0 cosignatures, not 1")
        self.cosigned(out, *WITNESSES)
        print("\n" + self.check(out, *keys, *kept, "-cosigned", 2, "-flip", FLIP.replace("all", "12"), "-seed", SEED))

        other = self.folder / "other"
        shutil.copytree(self.folder / "export", other)
        # Another export of the same state leaves the cosignatures.
        self.export(ledger, out)
        cosigned = (out / "checkpoint").read_bytes()
        self.check(out, *keys, "-cosigned", 2)
        # Another witness's signature under the first one's name.
        body, signatures = cosigned.split(b"\n\n")
        text = body + b"\n\n" + signatures.split(b"\n")[0] + b"\n"
        forged = cosign(WITNESSES[0][0], WITNESSES[1][1], "1767139200", text=text)
        (other / "checkpoint").write_bytes(forged)
        self.check(other, *keys, status=1, says="whose key was not given")
        (other / "checkpoint").write_bytes(cosigned)
        (other / "note.txt").write_text("nothing of an export")
        self.check(other, *keys, status=1, says="note.txt: nothing that an export has")

    def test_histories(self):
        """A log that was rewritten is no continuation of a checkpoint kept before, though it holds by itself."""
        ledgers = [self.folder / name for name in ("one", "two")]
        for ledger, events in zip(ledgers, (200, 180)):
            self.simulate(ledger, "--events-max", events)
            self.export(ledger, self.folder / f"export-{ledger.name}")
        self.check(self.folder / "export-two", "-kept", self.folder / "export-one" / "checkpoint", status=1,
                   says="covers")
        other = self.folder / "export-other"
        self.ok("simulate", "--ledger", self.folder / "other", "--scenario", "bulungan-night", "--seed", "4",
                "--events-max", "100")
        self.export(self.folder / "other", other)
        self.check(other)
        self.check(self.folder / "export-one", status=1, says="checkpoint: ")

    def test_every_byte(self):
        """Of a small export whose older partial files are still there, with a cosignature."""
        ledger, out = self.folder / "ledger", self.folder / "export"
        for events in (30, 260) if FLIP != "all" else (20, 40):
            self.simulate(ledger, "--events-max", events)
            self.export(ledger, out)
        self.cosigned(out, WITNESSES[0])
        key = cosign(*WITNESSES[0], "--vkey").decode().strip()
        count = "-1" if FLIP == "all" else FLIP
        print("\n" + self.check(out, "-witness", key, "-cosigned", 1, "-flip", count, "-seed", SEED))

    @unittest.skipUnless(shared_data(), "skipped: the folder of real data is not there")
    def test_real_data(self):
        data, ledger, out = shared_data(), self.folder / "ledger", self.folder / "export"
        kept = []
        for name in ("sirekap-65-ppwp.jsonl.gz",) + (("sirekap-52-ppwp.jsonl.gz",) if FLIP == "all" else ()):
            self.ok("import", "sirekap", "--ledger", ledger, "--new-election", "pemilu-2024", "--regions",
                    data / "wilayah.tsv.gz", data / name)
            self.export(ledger, out)
            kept += ["-kept", self.folder / name]
            shutil.copy(out / "checkpoint", kept[-1])
        print("\n" + self.check(out, *kept, "-flip", "2", "-seed", SEED))


if __name__ == "__main__":
    unittest.main()
