"""Verification from outside. What must hold: a daemon is checked as a local ledger is, and each lie that it tells is
named with its entry; a checkpoint kept from before is continued, or the rewritten history is named; cosignatures of
trusted witnesses are counted and forged ones found; a log too large for memory is checked on disk."""

import base64
import concurrent.futures
import hashlib
import json
import os
import random
import shutil
import sys
import unittest

import grpc
from nacl.signing import SigningKey

from jejak import Case, run
from test_server import Daemon, log, types

SEED = int(os.environ.get("JEJAK_SEED", random.SystemRandom().randrange(1 << 32)))
FLIPS = int(os.environ.get("JEJAK_FLIPS", "25"))  # the long run: 2000


class Liar:
    """A server of one log that says what a test puts into its mouth."""

    def __init__(self, case, checkpoint, entries):
        self.checkpoint, self.entries = checkpoint, list(enumerate(entries))
        self.honest = list(self.entries)
        self.server = grpc.server(concurrent.futures.ThreadPoolExecutor(4))
        handlers = {
            "GetCheckpoint": grpc.unary_unary_rpc_method_handler(
                self.get_checkpoint, log.m.GetCheckpointRequest.FromString,
                log.m.GetCheckpointResponse.SerializeToString),
            "ReplayEntries": grpc.unary_stream_rpc_method_handler(
                self.replay, log.m.ReplayEntriesRequest.FromString, log.m.ReplayEntriesResponse.SerializeToString)}
        self.server.add_generic_rpc_handlers((grpc.method_handlers_generic_handler("jejak.v1.LogService", handlers),))
        self.address = "127.0.0.1:%d" % self.server.add_insecure_port("127.0.0.1:0")
        self.server.start()
        case.addCleanup(lambda: self.server.stop(0).wait())

    def get_checkpoint(self, _request, _context):
        return log.m.GetCheckpointResponse(checkpoint=self.checkpoint)

    def replay(self, request, _context):
        for at in range(0, len(self.entries), 50):
            yield log.m.ReplayEntriesResponse(entries=[
                types.Entry(index=index, entry=raw) for index, raw in self.entries[at:at + 50]
                if getattr(request, "from") <= index <= request.to])


class Witness:
    def __init__(self, name, seed):
        self.name, self.key = name, SigningKey(bytes([seed]) * 32)
        public = b"\x04" + self.key.verify_key.encode()
        self.id = hashlib.sha256(name.encode() + b"\n" + public).digest()[:4]
        self.vkey = f"{name}+{self.id.hex()}+{base64.b64encode(public).decode()}"

    def cosign(self, note, time=1_700_000_000):
        text = note[:note.rindex("\n\n") + 1]
        signature = self.key.sign(f"cosignature/v1\ntime {time}\n{text}".encode()).signature
        blob = self.id + time.to_bytes(8, "big") + signature
        return note + f"\u2014 {self.name} {base64.b64encode(blob).decode()}\n"


class Verify(Case):
    def setUp(self):
        super().setUp()
        self.ledger, self.out = self.folder / "ledger", self.folder / "export"

    def simulate(self, ledger, events, seed="3"):
        return self.ok("simulate", "--ledger", ledger, "--scenario", "bulungan-night", "--seed", seed,
                       "--events-max", events)

    def replayed(self, ledger):
        lines = [json.loads(line) for line in run("replay", "--ledger", ledger, "--json").out.splitlines()]
        return [base64.b64decode(line["entry"]["raw"]) for line in lines if "entry" in line]

    def fault(self, *args):
        outcome = run("verify", *args, "--json")
        self.assertEqual(outcome.status, 1, outcome.out + outcome.err)
        self.assertFalse(outcome.json["ok"])
        return outcome.json["fault"]

    def test_an_honest_daemon(self):
        self.simulate(self.ledger, 1200)
        local = self.ok("verify", "--ledger", self.ledger)
        daemon = Daemon(self, self.ledger)
        anchor = ("--election", local["election"])
        remote = self.ok("verify", "--server", daemon.address, *anchor)
        for key in ("size", "root", "accepted", "refused", "signatures", "commitments", "election"):
            self.assertEqual(remote[key], local[key], key)
        shown = run("verify", "--server", daemon.address, *anchor, "--lang", "id")
        self.assertEqual(shown.status, 0)
        self.assertIn("lolos verifikasi", shown.out)
        self.assertEqual(daemon.stop(), 0)
        self.refused("UNAVAILABLE", 3, "verify", "--server", daemon.address)

    def test_a_dishonest_daemon(self):
        print(f"JEJAK_SEED={SEED}", file=sys.stderr)
        self.simulate(self.ledger, 900)
        entries = self.replayed(self.ledger)
        checkpoint = self.ok("checkpoint", "--ledger", self.ledger)["checkpoint"]
        key = ("--key", self.ok("checkpoint", "--ledger", self.ledger, "--vkey")["vkey"])
        liar = Liar(self, checkpoint, entries)
        ask = ("--server", liar.address, *key)
        self.assertEqual(self.ok("verify", *ask)["size"], len(entries))
        middle = len(entries) // 2
        honest = liar.honest

        def lie(what, index, changed, mouth=checkpoint):
            liar.entries, liar.checkpoint = changed, mouth
            fault = self.fault(*ask)
            self.assertEqual((fault["what"], fault["index"]), (what, index))

        lie("ENTRY_MISSING", middle, honest[:middle] + honest[middle + 1:])  # left out
        lie("ENTRY_MISSING", len(entries) - 1, honest[:-1])  # the newest withheld
        lie("ENTRY_MISSING", 0, [])
        lie("ENTRY_MISSING", middle + 1, honest[:middle + 1] + [honest[middle]] + honest[middle + 1:])  # said twice
        dropped = [(i, raw) for i, (_, raw) in enumerate(honest[:middle] + honest[middle + 1:])]
        liar.entries = dropped  # the rest moved up: found by a chain, the time or the end
        self.assertGreaterEqual(self.fault(*ask)["index"], middle)
        liar.entries = honest[:middle] + [(middle, honest[middle - 1][1])] + honest[middle + 1:]
        self.assertIn(self.fault(*ask)["what"], ("DUPLICATE", "NOT_ADMISSIBLE", "TALLY_ROOT_DIFFERS"))
        lie("CHECKPOINT_MALFORMED", None, honest, "not a note")
        other = self.folder / "other"
        self.simulate(other, 900, seed="4")
        lie("CHECKPOINT_UNSIGNED", None, honest, self.ok("checkpoint", "--ledger", other)["checkpoint"])
        chance = random.Random(SEED)
        for _ in range(FLIPS):  # a bit anywhere
            index = chance.randrange(len(entries))
            raw = bytearray(entries[index])
            raw[chance.randrange(len(raw))] ^= 1 << chance.randrange(8)
            liar.entries, liar.checkpoint = honest[:index] + [(index, bytes(raw))] + honest[index + 1:], checkpoint
            outcome = run("verify", *ask, "--json")
            self.assertIn(outcome.status, (1, 5), f"entry {index}: {outcome.out}{outcome.err}")

    def test_a_kept_checkpoint(self):
        self.simulate(self.ledger, 600)
        other = self.folder / "other"
        shutil.copytree(self.ledger, other)
        self.simulate(self.ledger, 605)
        kept = self.write("kept", self.ok("checkpoint", "--ledger", self.ledger)["checkpoint"])
        vkey = self.ok("checkpoint", "--ledger", self.ledger, "--vkey")["vkey"]
        size = self.ok("verify", "--ledger", self.ledger)["size"]
        self.simulate(self.ledger, 700)
        report = self.ok("verify", "--ledger", self.ledger, "--since", kept, "--key", vkey)
        self.assertEqual((report["since"]["size"], report["since"]["consistent"], report["since"]["signed"]),
                         (size, True, True))
        self.assertIn("continues the checkpoint you kept",
                      run("verify", "--ledger", self.ledger, "--since", kept, "--lang", "en").out)
        # The same beginning, the same key, and another tail: signed over again.
        self.assertEqual(self.fault("--ledger", other, "--since", kept)["what"], "ROLLED_BACK")
        for n in range(4):
            for act in ("suspend", "reinstate"):
                self.ok("official", act, "--ledger", other, "--key", other / "keys" / "root.key", "--official", "kpu",
                        "--reason", "SK 1")
        rewritten = self.ok("verify", "--ledger", other, "--key", vkey)
        self.assertGreater(rewritten["size"], size)  # alone it holds
        self.assertEqual(self.fault("--ledger", other, "--since", kept, "--key", vkey)["what"], "HISTORY_REWRITTEN")
        daemon = Daemon(self, other)
        self.assertEqual(self.fault("--server", daemon.address, "--since", kept)["what"], "HISTORY_REWRITTEN")
        self.assertEqual(daemon.stop(), 0)

    def test_witnesses(self):
        self.simulate(self.ledger, 300)
        self.ok("export", "--ledger", self.ledger, "--out", self.out)
        file = self.out / "checkpoint"
        plain = file.read_text()
        ani, budi, citra = Witness("ani.example/w", 1), Witness("budi.example/w", 2), Witness("citra.example/w", 3)
        keys = [arg for witness in (ani, budi, citra) for arg in ("--witness", witness.vkey)]
        verify = ("verify", "--dir", self.out, *keys)
        self.assertEqual(self.fault(*verify[1:])["what"], "COSIGNATURES_MISSING")
        file.write_text(budi.cosign(ani.cosign(plain)))
        self.assertEqual(self.fault(*verify[1:])["what"], "COSIGNATURES_MISSING")
        report = self.ok(*verify, "--witnesses-needed", 2)
        self.assertEqual([w["name"] for w in report["witnessed"]["by"]], [ani.name, budi.name])
        self.assertEqual(report["witnessed"]["by"][0]["time"], "2023-11-14T22:13:20Z")
        # A witness may claim any time that the format has room for.
        file.write_text(ani.cosign(plain, 2**63 - 1))
        late = self.ok(*verify, "--witnesses-needed", 1)["witnessed"]["by"]
        self.assertEqual(late, [{"name": ani.name, "time": "+292277026596-12-04T15:30:07Z"}])
        file.write_text(budi.cosign(ani.cosign(plain)))
        # One that was kept counts as well.
        kept = self.write("kept", file.read_text())
        file.write_text(plain)
        self.assertTrue(self.ok(*verify, "--witnesses-needed", 2, "--since", kept)["since"]["consistent"])
        forger = Witness(ani.name, 9)
        forged = forger.cosign(plain).replace(base64.b64encode(forger.id)[:4].decode(),
                                              base64.b64encode(ani.id)[:4].decode())
        lines = forged.rstrip("\n").rsplit("\n", 1)
        blob = bytearray(base64.b64decode(lines[1].split(" ")[2]))
        blob[:4] = ani.id
        file.write_text(f"{plain}\u2014 {ani.name} {base64.b64encode(bytes(blob)).decode()}\n")
        self.assertEqual(self.fault(*verify[1:], "--witnesses-needed", 1)["what"], "COSIGNATURE_INVALID")
        vkey = self.ok("checkpoint", "--ledger", self.ledger, "--vkey")["vkey"]
        self.refused("INVALID_ARGUMENT", 2, "verify", "--dir", self.out, "--witness", vkey)
        self.refused("INVALID_ARGUMENT", 2, "verify", "--dir", self.out, "--witness", ani.vkey, "--witness", ani.vkey)
        self.refused("USAGE", 2, *verify, "--witnesses-needed", 4)

    def test_rows_on_disk(self):
        """What doesn't fit into memory is checked on disk, with the same outcome, and leaves nothing behind."""
        self.simulate(self.ledger, 900)
        scratch = self.folder / "scratch"
        scratch.mkdir()
        in_memory = self.ok("verify", "--ledger", self.ledger)
        on_disk = self.ok("verify", "--ledger", self.ledger, "--scratch", scratch)
        del in_memory["seconds"], on_disk["seconds"]
        self.assertEqual(on_disk, in_memory)
        self.assertEqual(list(scratch.iterdir()), [])
        self.ok("export", "--ledger", self.ledger, "--out", self.out)
        (self.out / "tile" / "entries" / "001").unlink()
        fault = self.fault("--dir", self.out, "--scratch", scratch)
        self.assertEqual((fault["what"], fault["index"]), ("ENTRY_MISSING", 256))
        self.assertIn("tidak ditunjukkan", run("verify", "--dir", self.out, "--lang", "id").out)
        self.assertEqual(list(scratch.iterdir()), [])
        self.refused("IO_ERROR", 6, "verify", "--ledger", self.ledger, "--scratch", self.folder / "absent")


if __name__ == "__main__":
    unittest.main()
