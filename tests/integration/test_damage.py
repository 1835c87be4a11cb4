"""Damage to the database's files, seen through the program: each is refused when the ledger is opened, or found by
`verify`, with its reason; none opens and verifies as if nothing had happened. A refusal changes no byte, and comes
again, for commands that read and for those that write. Prints the table of what was done and what was said."""

import hashlib
import random
import shutil
import struct
import subprocess
import time

import jejak
from jejak import Case, run
from test_kill import made_up

BLOCK = 32_768  # of RocksDB's WAL
HEADER = 7      # crc32 (4), length (2), type (1)
SLOT = 4096     # of HEAD, which has two
TALLY = ("tally", "--region", "5201", "--contest", "ppwp")


def wal_records(data):
    """Each logical record (one commit) as (position of its last fragment's header, its end)."""
    out, at = [], 0
    while at + HEADER <= len(data):
        if BLOCK - at % BLOCK < HEADER:
            at += BLOCK - at % BLOCK
            continue
        length, kind = struct.unpack_from("<HB", data, at + 4)
        if kind == 0 and length == 0:
            break
        if kind in (1, 4):  # the only or the last fragment
            out.append((at, at + HEADER + length))
        at += HEADER + length
    return out


def contents(folder):
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
            for p in sorted(folder.rglob("*")) if p.is_file()}


class Damage(Case):
    table = []

    @classmethod
    def tearDownClass(cls):
        print()
        for what, command, reason, status in cls.table:
            print(f"  {what:<44} {command:<7} {reason} ({status})")

    def setUp(self):
        super().setUp()
        self.regions, self.data = made_up(self.folder)

    def command(self, ledger):
        return ["import", "sirekap", "--ledger", str(ledger), "--new-election", "pemilu-2024", "--regions",
                str(self.regions), "--batch", "64", "--receipts", str(ledger) + ".receipts", "--json", str(self.data)]

    def killed(self):
        """A ledger whose last two dozen commits are only in the WAL."""
        ledger, receipts = self.folder / "killed", self.folder / "killed.receipts"
        process = subprocess.Popen([jejak.PROGRAM, *self.command(ledger)], stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL)
        while process.poll() is None:
            if receipts.exists() and receipts.stat().st_size > 400_000:
                process.kill()
                break
            time.sleep(0.001)
        process.wait()
        self.sound(ledger)
        return ledger

    def closed(self):
        ledger = self.folder / "closed"
        self.ok(*self.command(ledger)[:-2], self.data)
        self.sound(ledger)
        return ledger

    def sound(self, ledger):
        """What the cases do, on an undamaged copy."""
        copy = self.copy(ledger, "sound")
        self.ok(*TALLY, "--ledger", copy)
        self.root = self.ok("verify", "--ledger", copy)["root"]

    def copy(self, ledger, name):
        target = self.folder / "copies" / name
        shutil.rmtree(target, ignore_errors=True)
        shutil.copytree(ledger, target)
        return target

    def caught(self, what, ledger, reasons, deep=None):
        """Opening refuses, or `verify` finds it; twice the same, and no byte is changed. A command that writes is
        refused the same way, and changes nothing either. `deep`: the damaged table file, found when it is read; then
        a command that writes may get to opening the database, but the damage stays and is found, unless it lay in
        what a compaction makes anew (index, filter, properties): then the file is gone, its rows were read against
        their checksums, and everything verifies as before."""
        before = contents(ledger)
        opened = run(*TALLY, "--ledger", ledger, "--json")
        command = "open" if opened.status else "verify"
        outcome = opened if opened.status else run("verify", "--ledger", ledger, "--json")
        self.assertNotEqual(outcome.status, 0, f"{what}: opens and verifies as if nothing had happened")
        self.assertGreater(outcome.status, 0, f"{what}: died of a signal\n{outcome.err[-2000:]}")
        said = (outcome.reason, outcome.status)
        self.assertIn(outcome.reason, reasons, f"{what}\n{outcome.out[:1000]}\n{outcome.err[:1000]}")
        self.again(what, said, "verify", "--ledger", ledger, "--json")
        writing = (*self.command(ledger)[:-4], "--json", self.data)
        if deep:
            self.assertEqual(contents(ledger), before, f"{what}: reading changed the folder")
            wrote = run(*writing)
            self.assertIn(wrote.status, (0, 4), f"{what}: writing\n{wrote.out[:1000]}\n{wrote.err[:1000]}")
            if (ledger / "db" / deep).exists():
                self.again(what, said, "verify", "--ledger", ledger, "--json")
            else:
                left = run("verify", "--ledger", ledger, "--json")
                if (left.reason, left.status) != said:
                    self.assertEqual((left.status, left.json["root"]), (0, self.root), f"{what}\n{left.out[:1000]}")
        else:
            self.again(what, said, *writing)
            self.assertEqual(contents(ledger), before, f"{what}: the refusal changed the folder")
        self.table.append((what, command, *said))

    def again(self, what, said, *arguments):
        outcome = run(*arguments)
        self.assertEqual((outcome.reason, outcome.status), said, f"{what}: {arguments[0]}\n{outcome.out[:1000]}")

    def test_wal(self):
        ledger = self.killed()
        log = max((ledger / "db").glob("*.log"))
        data = log.read_bytes()
        records = wal_records(data)
        self.assertGreater(len(records), 12)
        last_header, end = records[-1]
        self.assertGreaterEqual(end, len(data.rstrip(b"\0")))

        def damaged(what, changed, reasons=("ROLLED_BACK", "LEDGER_DAMAGED")):
            copy = self.copy(ledger, "damaged")
            (copy / "db" / log.name).write_bytes(changed)
            self.caught(what, copy, reasons)

        def flip(at, mask=0x40):
            return data[:at] + bytes([data[at] ^ mask]) + data[at + 1:]

        for byte, name in ((4, "low"), (5, "high")):
            damaged(f"WAL: {name} length byte of the last record", flip(last_header + byte))
        damaged("WAL: checksum of the last record", flip(last_header))
        damaged("WAL: type of the last record", flip(last_header + 6))
        first_in_block = next(h for h, _ in records if h >= (len(data) - 1) // BLOCK * BLOCK) \
            if any(h >= (len(data) - 1) // BLOCK * BLOCK for h, _ in records) else last_header
        damaged("WAL: a length byte in the last block", flip(first_in_block + 4))
        damaged("WAL: cut by one batch", data[:records[-2][1]])
        damaged("WAL: cut by five batches", data[:records[-6][1]])
        damaged("WAL: cut inside the last batch", data[:records[-2][1] + 20])
        damaged("WAL: emptied", b"")
        damaged("WAL: a batch in the middle", flip((records[5][1] + records[6][0]) // 2 + HEADER))
        copy = self.copy(ledger, "damaged")
        (copy / "db" / log.name).unlink()
        self.caught("WAL: removed", copy, ("ROLLED_BACK", "LEDGER_DAMAGED"))

    def test_files(self):
        ledger = self.closed()
        randomly = random.Random(52)
        tables = sorted((ledger / "db").glob("*.sst"))
        self.assertGreater(len(tables), 8)

        for path in tables:
            newest = " (the newest)" if path == tables[-1] else ""
            copy = self.copy(ledger, "damaged")
            (copy / "db" / path.name).unlink()
            self.caught(f"SST: {path.name} deleted{newest}", copy, ("LEDGER_DAMAGED",))
            for _ in range(3):
                copy = self.copy(ledger, "damaged")
                data = bytearray(path.read_bytes())
                at = randomly.randrange(len(data))
                data[at] ^= 1 << randomly.randrange(8)
                (copy / "db" / path.name).write_bytes(data)
                self.caught(f"SST: {path.name} byte {at} of {len(data)}", copy, ("LEDGER_DAMAGED",),
                            deep=path.name)

    def test_pointers(self):
        ledger = self.closed()
        manifest = next((ledger / "db").glob("MANIFEST-*")).name
        for name in (f"db/{manifest}", "db/CURRENT", "HEAD"):
            copy = self.copy(ledger, "damaged")
            (copy / name).unlink()
            self.caught(f"{name}: removed", copy, ("LEDGER_DAMAGED", "ROLLED_BACK", "HEAD_MISSING"))
            copy = self.copy(ledger, "damaged")
            data = bytearray((copy / name).read_bytes())
            for at in range(len(data)):
                data[at] ^= 0x10
            (copy / name).write_bytes(data)
            self.caught(f"{name}: every byte flipped", copy,
                        ("LEDGER_DAMAGED", "HEAD_DAMAGED"))
        for at in (len((ledger / "db" / manifest).read_bytes()) // 2, 5):
            copy = self.copy(ledger, "damaged")
            data = bytearray((copy / "db" / manifest).read_bytes())
            data[at] ^= 0x10
            (copy / "db" / manifest).write_bytes(data)
            self.caught(f"MANIFEST: byte {at}", copy,
                        ("LEDGER_DAMAGED", "HEAD_DAMAGED"))

    def test_cut_manifest(self):
        """Between two records RocksDB sees no damage; without what the last ones say, rows are missing, and the
        next command that writes deletes the files that hold them."""
        ledger = self.closed()
        name = next((ledger / "db").glob("MANIFEST-*")).name
        data = (ledger / "db" / name).read_bytes()
        ends = [end for _, end in wal_records(data)]
        self.assertEqual(ends[-1], len(data))
        self.assertGreater(len(ends), 20)
        for lost in (1, 2, 3, 5, 8, 11, 13, 20, len(ends) - 1):
            copy = self.copy(ledger, "damaged")
            (copy / "db" / name).write_bytes(data[:ends[-1 - lost]])
            self.caught(f"MANIFEST: cut by {lost} records", copy, ("LEDGER_DAMAGED", "ROLLED_BACK"))

    def test_head(self):
        """After a close a byte of HEAD, wherever, and a HEAD of another length are refused."""
        ledger = self.closed()
        head = (ledger / "HEAD").read_bytes()
        self.assertEqual(len(head), 2 * SLOT)
        for slot in (0, 1):
            for at, field in ((0, "magic"), (11, "version"), (15, "state"), (23, "commit"), (31, "size"), (40, "root"),
                              (2000, "zeros"), (SLOT - 1, "checksum")):
                copy = self.copy(ledger, "damaged")
                data = bytearray(head)
                data[slot * SLOT + at] ^= 1
                (copy / "HEAD").write_bytes(data)
                self.caught(f"HEAD: {field} of slot {slot}", copy, ("HEAD_DAMAGED",))
        for length in (0, SLOT, 2 * SLOT - 1):
            copy = self.copy(ledger, "damaged")
            (copy / "HEAD").write_bytes(head[:length])
            self.caught(f"HEAD: cut to {length} bytes", copy, ("HEAD_DAMAGED",))
        copy = self.copy(ledger, "damaged")
        (copy / "HEAD").write_bytes(head + b"\0")
        self.caught("HEAD: a byte longer", copy, ("HEAD_DAMAGED",))

    def test_head_in_use(self):
        """After a kill one bad slot is what a torn write leaves: the other holds, and no entry is missing. Two bad
        slots are refused."""
        ledger = self.killed()
        size = self.ok("verify", "--ledger", ledger)["size"]
        head = (ledger / "HEAD").read_bytes()
        for slot in (0, 1):
            copy = self.copy(ledger, "damaged")
            data = bytearray(head)
            data[slot * SLOT + 40] ^= 1
            (copy / "HEAD").write_bytes(data)
            self.assertEqual(self.ok("verify", "--ledger", copy)["size"], size)
        copy = self.copy(ledger, "damaged")
        data = bytearray(head)
        data[40] ^= 1
        data[SLOT + 40] ^= 1
        (copy / "HEAD").write_bytes(data)
        self.caught("HEAD in use: both slots", copy, ("HEAD_DAMAGED",))


if __name__ == "__main__":
    import unittest
    unittest.main()
