"""A ledger of each released rules version, exported, that every later build must find to hold, with the same
verdicts and the same roots. tests/vectors/ledger-rules-1.tar.xz is a simulated night with its refused attempts:
what `jejak simulate --scenario bulungan-night --seed 1` played when these rules were released, exported."""

import tarfile
import unittest

import jejak
from jejak import Case

VECTORS = jejak.SOURCE / "tests" / "vectors"
RELEASED = {
    "ledger-rules-1.tar.xz": {
        "election": "4a49e069731f8eb30117c0487f37a664a62a05ea5c6c0d96f8ca40301f2e71a2",
        "size": 5183,
        "root": "36c476b2a1fe15ba450141ba90f28784674f6da450f710f67fd95b268ef43dac",
        "accepted": 5160, "refused": 23, "commitments": 110},
}


class Golden(Case):
    def test_released_rules(self):
        for name, known in RELEASED.items():
            folder = self.folder / name
            with tarfile.open(VECTORS / name) as archive:
                archive.extractall(folder, filter="data")
            report = self.ok("verify", "--dir", folder, "--election", known["election"])
            self.assertTrue(report["ok"], report)
            self.assertEqual({key: report[key] for key in known}, known)

    def test_another_verdict_or_root_is_seen(self):
        """The check can fail: one byte of an entry's bundle is another."""
        folder = self.folder / "flipped"
        with tarfile.open(VECTORS / "ledger-rules-1.tar.xz") as archive:
            archive.extractall(folder, filter="data")
        bundle = sorted((folder / "tile" / "entries").rglob("*"))[0]
        data = bytearray(bundle.read_bytes())
        data[-5] ^= 1
        bundle.write_bytes(data)
        outcome = jejak.run("verify", "--dir", folder, "--json")
        self.assertNotEqual(outcome.status, 0)


if __name__ == "__main__":
    unittest.main()
