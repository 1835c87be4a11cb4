"""An exported log as an outsider reads it: a naive Merkle tree in Python over the bundles gives the checkpoint's
root; the export grows with the ledger; every file in it is checked without the ledger."""

import base64
import hashlib
import shutil
import subprocess
import sys
import unittest

from jejak import Case, SOURCE, run


def leaves(folder, size):
    """RFC 6962 leaf hashes of the entries, from the bundles alone."""
    out = []
    while len(out) < size:
        width = min(256, size - len(out))
        number = f"{len(out) // 256:03}"
        bundle = (folder / "tile" / "entries" / (number if width == 256 else f"{number}.p/{width}")).read_bytes()
        at = 0
        for _ in range(width):
            length = int.from_bytes(bundle[at:at + 2], "big")
            out.append(hashlib.sha256(b"\0" + bundle[at + 2:at + 2 + length]).digest())
            at += 2 + length
        assert at == len(bundle)
    return out


def root(hashes):
    if len(hashes) == 1:
        return hashes[0]
    split = 1
    while split * 2 < len(hashes):
        split *= 2
    return hashlib.sha256(b"\1" + root(hashes[:split]) + root(hashes[split:])).digest()


def led_to(proof, leaf):
    """(index, root) that a tlog-proof leads to from this leaf, as RFC 9162 2.1.3.2 says, and (size, root) of its checkpoint."""
    head, _, note = proof.partition("\n\n")
    lines = head.splitlines()
    assert lines.pop(0) == "c2sp.org/tlog-proof@v1"
    if lines[0].startswith("extra "):
        assert hashlib.sha256(b"\0" + base64.b64decode(lines.pop(0)[6:])).digest() == leaf
    assert lines[0].startswith("index ")
    index, size = int(lines[0][6:]), int(note.splitlines()[1])
    node, last, at = index, size - 1, leaf
    for sibling in map(base64.b64decode, lines[1:]):
        assert last > 0
        if node & 1 or node == last:
            at = hashlib.sha256(b"\1" + sibling + at).digest()
            while not node & 1 and node != 0:
                node, last = node >> 1, last >> 1
        else:
            at = hashlib.sha256(b"\1" + at + sibling).digest()
        node, last = node >> 1, last >> 1
    assert last == 0
    return (index, at), (size, base64.b64decode(note.splitlines()[2]))


class Export(Case):
    def test_outsider(self):
        ledger, out = self.folder / "ledger", self.folder / "export"
        simulate = ("simulate", "--ledger", ledger, "--scenario", "bulungan-night", "--seed", "3")
        self.ok(*simulate, "--stop-after", "night")
        first = self.ok("export", "--ledger", ledger, "--out", out)
        self.assertEqual(first["before"], 0)
        kept = (out / "checkpoint").read_text()
        self.ok(*simulate, "--events-max", "1500")
        grown = self.ok("export", "--ledger", ledger, "--out", out)
        self.assertEqual(grown["before"], first["size"])
        self.assertGreater(grown["size"], first["size"])
        self.assertEqual(self.ok("export", "--ledger", ledger, "--out", out)["files"], 0)

        _, size, hashed = (out / "checkpoint").read_text().splitlines()[:3]
        hashes = leaves(out, int(size))
        self.assertEqual(root(hashes), base64.b64decode(hashed))
        self.assertEqual(root(hashes[:first["size"]]), base64.b64decode(kept.splitlines()[2]))
        self.assertEqual((out / "tile" / "0" / "000").read_bytes(), b"".join(hashes[:256]))

        for index in (0, 255, 256, int(size) // 2, int(size) - 1):
            file = self.folder / f"{index}.tlog-proof"
            self.ok("entry", index, "--ledger", ledger, "--proof", file)
            self.assertEqual(led_to(file.read_text(), hashes[index]), ((index, root(hashes)), (int(size), root(hashes))))
            with self.assertRaises((AssertionError, ValueError)):
                self.assertEqual(led_to(file.read_text(), hashes[index - 1])[0], (index, root(hashes)))

        vkey = self.ok("checkpoint", "--ledger", ledger, "--vkey")["vkey"]
        self.entry_proof(file, vkey, int(size) - 1)
        self.guide(out)
        since = self.write("kept", kept)
        shutil.rmtree(ledger)
        report = self.ok("verify", "--dir", out, "--key", vkey, "--since", since)
        self.assertEqual((report["ok"], report["anchor"], report["size"]), (True, "key", int(size)))

        for path in sorted(p for p in out.rglob("*") if p.is_file()):
            # Partial files of the first export belong to its checkpoint, not to this one.
            if ".p" in path.parent.name and path.parent.name.split(".")[0] != f"{int(size) // 256:03}" \
                    and path.parent.parent.name in ("0", "entries"):
                continue
            if path.parent.parent.name == "1" and path.name != str(int(size) // 256):
                continue
            data = path.read_bytes()
            path.write_bytes(data[:len(data) // 2] + bytes([data[len(data) // 2] ^ 1]) + data[len(data) // 2 + 1:])
            outcome = run("verify", "--dir", out, "--key", vkey, "--json")
            self.assertNotEqual(outcome.status, 0, f"{path.relative_to(out)}: a flipped byte was not found")
            self.assertGreater(outcome.status, 0, outcome.err)
            path.write_bytes(data)
        self.ok("verify", "--dir", out, "--key", vkey)

    def entry_proof(self, file, vkey, index):
        """The file shows alone what it proves; with one character turned it shows nothing."""
        check = ("verify-proof", file, "--key", vkey)
        claim = self.ok(*check, "--expect", f"index={index}", "--expect", "accepted=true")["claim"]
        self.assertEqual((claim["kind"], claim["index"]), ("entry", index))
        self.refused("CLAIM_DIFFERS", 1, *check, "--expect", "index=7")
        self.refused("USAGE", 2, *check, "--expect", "nothing=7")
        text = file.read_text()
        for at in range(30, text.index("\n\n") + 200, 97):
            file.write_text(text[:at] + ("A" if text[at] != "A" else "B") + text[at + 1:])
            self.assertIn(run(*check, "--json").status, (1, 4), f"character {at}")
        file.write_text("\n".join(line for line in text.split("\n") if not line.startswith("extra ")))
        self.refused("PROOF_MALFORMED", 4, *check)

    def guide(self, out):
        """The program that docs/guides/verification.md prints finds what is whole, and what is not."""
        text = (SOURCE / "docs" / "guides" / "verification.md").read_text()
        program = self.write("guide.py", text.split("```python\n")[1].split("```")[0].replace("FOLDER", str(out)))
        said = lambda: subprocess.run([sys.executable, program], capture_output=True, text=True).stdout.strip()  # noqa
        self.assertEqual(said(), "holds")
        bundle = out / "tile" / "entries" / "002"
        data = bundle.read_bytes()
        bundle.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
        self.assertEqual(said(), "DOES NOT HOLD")
        bundle.write_bytes(data)

    def test_other_folders(self):
        ledgers = []
        for seed in ("3", "4"):
            ledgers.append(self.folder / f"ledger-{seed}")
            self.ok("simulate", "--ledger", ledgers[-1], "--scenario", "bulungan-night", "--seed", seed,
                    "--events-max", "300")
        out = self.folder / "export"
        self.ok("export", "--ledger", ledgers[0], "--out", out)
        self.refused("EXPORT_DIFFERS", 1, "export", "--ledger", ledgers[1], "--out", out)
        self.refused("EXPORT_DIFFERS", 1, "export", "--ledger", ledgers[1], "--out", self.folder)
        self.ok("verify", "--dir", out)
        self.refused("FILE_MISSING", 4, "verify", "--dir", self.folder)


if __name__ == "__main__":
    unittest.main()
