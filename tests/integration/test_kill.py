"""An import that is killed at any moment leaves a ledger that opens, verifies, and holds every entry of the
receipts file at its index; the repeated import completes to the same tallies.

Moments are drawn from a seed, which is printed; JEJAK_KILL_SEED plays it again. The data is province 52 where
the shared folder is there, and a small made-up one otherwise. JEJAK_KILL_ROUNDS sets the number of moments."""

import base64
import hashlib
import json
import os
import random
import shutil
import signal
import subprocess
import time
import unittest

import jejak
from jejak import Case, run, shared_data, votes_of

DATA = shared_data()
ROUNDS = int(os.environ.get("JEJAK_KILL_ROUNDS", "20"))
DISTINCT = ROUNDS * 3 // 4


def made_up(folder):
    """A province of 3,000 TPS with a correction in every tenth, and the table of its regions."""
    lines, regions = [], ["kode\tnama\ttingkat", "52\tPROVINSI\t1", "5201\tKABUPATEN\t2", "520101\tKECAMATAN\t3"]
    for desa in range(30):
        code = f"520101{2001 + desa}"
        regions.append(f"{code}\tDESA {desa}\t4")
        for tps in range(1, 101):
            votes = {"100025": tps, "100026": 2 * tps % 97, "100027": desa}
            version = {"kode": f"{code}{tps:03}", "ts": "2024-02-15 10:00:00", "chart": votes,
                       "administrasi": None, "images": [None, None, None]}
            lines.append(json.dumps(version))
            if tps % 10 == 0:
                votes = votes | {"100027": desa + 1}
                lines.append(json.dumps(version | {"ts": "2024-02-16 10:00:00", "chart": votes}))
    (folder / "regions.tsv").write_text("\n".join(regions) + "\n")
    (folder / "data.jsonl").write_text("\n".join(lines) + "\n")
    return folder / "regions.tsv", folder / "data.jsonl"


class Killed(Case):
    def command(self, ledger, receipts):
        return [jejak.PROGRAM, "import", "sirekap", "--ledger", str(ledger), "--new-election", "pemilu-2024",
                "--regions", str(self.regions), "--batch", "64", "--receipts", str(receipts), "--json", str(self.data)]

    def kill_after(self, ledger, receipts, bytes_of_receipts):
        """Kills the import when the receipts file has grown that far. True when it was still running."""
        process = subprocess.Popen(self.command(ledger, receipts), stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        while process.poll() is None:
            if receipts.exists() and receipts.stat().st_size >= bytes_of_receipts:
                process.send_signal(signal.SIGKILL)
                break
            time.sleep(0.001)
        return process.wait() == -signal.SIGKILL

    def check(self, ledger, receipts):
        """Every receipt's entry is in the ledger at its index, and the whole verifies. Returns the size."""
        # A kill may cut the last line inside a character; only whole lines count.
        text = receipts.read_bytes().decode(errors="ignore")
        lines = [json.loads(line) for line in text[:text.rfind("\n") + 1].splitlines()]
        entries = {}
        for line in run("replay", "--ledger", ledger, "--json").out.splitlines():
            record = json.loads(line)
            if "entry" in record:
                entries[record["entry"]["index"]] = record["entry"]
        self.assertEqual(sorted(entries), list(range(len(entries))))
        for receipt in lines:
            entry = entries[receipt["index"]]
            self.assertEqual((entry["event"], entry["leaf"], entry["received_at"]),
                             (receipt["event"], receipt["leaf"], receipt["received_at"]))
            leaf = hashlib.sha256(b"\0" + base64.b64decode(entry["raw"])).hexdigest()
            self.assertEqual(leaf, receipt["leaf"])
        shown = self.ok("election", "show", "--ledger", ledger)
        report = self.ok("verify", "--ledger", ledger, "--election", shown["election"])
        self.assertTrue(report["ok"], report)
        self.assertEqual(report["size"], len(entries))
        return len(entries)

    def test_kill(self):
        if DATA is None:
            self.regions, self.data = made_up(self.folder)
        else:
            self.regions, self.data = DATA / "wilayah.tsv.gz", DATA / "sirekap-52-ppwp.jsonl.gz"
        seed = int(os.environ.get("JEJAK_KILL_SEED", random.SystemRandom().randrange(1 << 32)))
        print(f"JEJAK_KILL_SEED={seed}", flush=True)
        moments = random.Random(seed)

        whole, all_receipts = self.folder / "whole", self.folder / "whole.jsonl"
        process = subprocess.run(self.command(whole, all_receipts), capture_output=True, text=True)
        self.assertEqual(process.returncode, 0, process.stderr[-2000:])
        expected = self.ok("tally", "--ledger", whole, "--contest", "ppwp", "--region", "0")
        written = all_receipts.stat().st_size

        sizes = set()
        for turn in range(ROUNDS):
            ledger, receipts = self.folder / f"killed-{turn}", self.folder / f"killed-{turn}.jsonl"
            if not self.kill_after(ledger, receipts, moments.randrange(1, written * 95 // 100)):
                continue
            with self.subTest(turn=turn, seed=seed):
                sizes.add(self.check(ledger, receipts))
                process = subprocess.run(self.command(ledger, receipts), capture_output=True, text=True)
                self.assertEqual(process.returncode, 0, process.stderr[-2000:])
                tally = self.ok("tally", "--ledger", ledger, "--contest", "ppwp", "--region", "0")
                self.assertEqual(votes_of(tally), votes_of(expected))
                for key in ("stations", "figures", "present"):
                    self.assertEqual(tally[key], expected[key])
                if turn % 5 == 0:
                    self.check(ledger, receipts)
            shutil.rmtree(ledger)
        self.assertGreaterEqual(len(sizes), DISTINCT, f"sizes {sorted(sizes)}, seed {seed}")

    def test_kill_while_the_election_is_made(self):
        """Killed before the first result, too, the next run goes on to the same ledger of results."""
        self.regions, self.data = made_up(self.folder)
        seed = int(os.environ.get("JEJAK_KILL_SEED", random.SystemRandom().randrange(1 << 32)))
        print(f"JEJAK_KILL_SEED={seed}", flush=True)
        moments = random.Random(seed)
        killed = 0
        for turn in range(12):
            ledger, receipts = self.folder / f"early-{turn}", self.folder / f"early-{turn}.jsonl"
            process = subprocess.Popen(self.command(ledger, receipts), stdout=subprocess.DEVNULL,
                                       stderr=subprocess.DEVNULL)
            time.sleep(moments.uniform(0, 0.25))
            process.send_signal(signal.SIGKILL)
            killed += process.wait() == -signal.SIGKILL
            with self.subTest(turn=turn, seed=seed):
                again = subprocess.run(self.command(ledger, receipts), capture_output=True, text=True)
                self.assertEqual(again.returncode, 0, again.stdout + again.stderr[-2000:])
                tally = self.ok("tally", "--ledger", ledger, "--contest", "ppwp", "--region", "0")
                stations = tally["stations"]
                self.assertEqual((stations["total"], stations["reported"], stations["corrected"]), (3000, 3000, 300))
                self.check(ledger, receipts)
            shutil.rmtree(ledger)
        self.assertGreater(killed, 0)


if __name__ == "__main__":
    unittest.main()
