"""Witnesses from outside: an export is cosigned over HTTP under a policy and verifies; a ledger that rewrites its tail and
signs again with its own key is refused, and the evidence that the witness keeps convinces whoever has nothing but
that file and the log's key; what a witness signed stands after it was killed."""

import base64
import hashlib
import json
import os
import shutil
import signal
import subprocess
import threading
import unittest
import urllib.error
import urllib.request

from jejak import Case, PROGRAM, SOURCE, run
from test_export import leaves, root

DAEMON = os.environ.get("JEJAK_DAEMON", str(SOURCE / "build" / "dev" / "bin" / "jejakd"))


class Witness:
    """A witness of its own, run as its operator does."""

    def __init__(self, case, name, vkey):
        self.case, self.log = case, vkey
        self.state, self.key = case.folder / name, case.folder / (name + ".key")
        case.ok("key", "new", "--out", self.key, "--no-passphrase")
        self.vkey = case.ok("witness", "init", "--state", self.state, "--name", name + ".example", "--key",
                            self.key)["vkey"]

    def args(self, *more):
        return ("witness", "run", "--state", self.state, "--key", self.key, "--log", self.log, *more)

    def listen(self, *more):
        self.process = subprocess.Popen([PROGRAM, *map(str, self.args("--listen", "127.0.0.1:0", "--json", *more))],
                                        stdout=subprocess.PIPE, text=True)
        self.case.addCleanup(self.kill)
        self.port = self.line("listening")["port"]
        self.url = f"http://127.0.0.1:{self.port}"
        return self

    def line(self, what):
        while True:
            text = self.process.stdout.readline()
            if not text:
                raise AssertionError("the witness ended")
            line = json.loads(text)
            if what in line:
                return line[what]

    def kill(self):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        status = self.process.wait(timeout=60)
        self.process.stdout.close()
        return status

    def newest(self, origin):
        path = hashlib.sha256(origin.encode()).hexdigest() + "/checkpoint"
        with urllib.request.urlopen(f"{self.url}/{path}", timeout=30) as answer:
            return answer.read().decode()

    def post(self, body):
        """(status, content type, body)"""
        request = urllib.request.Request(self.url + "/add-checkpoint", data=body.encode(), method="POST")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.headers["Content-Type"], answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers["Content-Type"], error.read().decode()


def proof(hashes, old):
    """RFC 6962 consistency proof from `old`, written down as it stands there."""
    def sub(m, part, whole):
        if m == len(part):
            return [] if whole else [root(part)]
        split = 1
        while split * 2 < len(part):
            split *= 2
        if m <= split:
            return sub(m, part[:split], whole) + [root(part[split:])]
        return sub(m - split, part[split:], False) + [root(part[:split])]
    return sub(old, hashes, True)


def request(folder, old):
    """An add-checkpoint for what an export publishes."""
    checkpoint = (folder / "checkpoint").read_text()
    hashes = leaves(folder, int(checkpoint.splitlines()[1])) if old else []
    lines = [base64.b64encode(h).decode() for h in proof(hashes, old)] if old else []
    return "\n".join([f"old {old}", *lines, "", checkpoint])


class Witnessing(Case):
    def setUp(self):
        super().setUp()
        self.ledger, self.out = self.folder / "ledger", self.folder / "export"
        self.play(300)
        self.vkey = self.ok("checkpoint", "--ledger", self.ledger, "--vkey")["vkey"]
        self.origin = self.vkey.split("+")[0]

    def play(self, events):
        self.ok("simulate", "--ledger", self.ledger, "--scenario", "bulungan-night", "--seed", "3",
                "--events-max", events)
        return self.export(self.ledger, self.out)

    def export(self, ledger, out):
        return self.ok("export", "--ledger", ledger, "--out", out)["size"]

    def fork(self, entries=12):
        """The dishonest ledger: the same key, the same beginning, then other entries."""
        ledger, out = self.folder / "forked", self.folder / "forked-export"
        if not ledger.exists():
            shutil.copytree(self.ledger, ledger)
        for _ in range(entries):
            # The first is accepted and the others refused; each is an entry.
            run("official", "suspend", "--ledger", ledger, "--key", ledger / "keys" / "root.key", "--official", "kpu",
                "--reason", "uji")
        return ledger, out, self.export(ledger, out)

    def policy(self, *witnesses, quorum="all"):
        lines = [f"log {self.vkey}"]
        for i, witness in enumerate(witnesses):
            lines.append(f"witness w{i} {witness.vkey} {witness.url}")
        names = " ".join(f"w{i}" for i in range(len(witnesses)))
        return self.write("policy", "\n".join([*lines, f"group g {quorum} {names}", "quorum g", ""]))

    def cosign(self, policy, folder=None, *more):
        return self.ok("cosign", "--dir", folder or self.out, "--policy", policy, *more)

    def test_whole_path(self):
        one, two = (Witness(self, name, self.vkey).listen() for name in ("satu", "dua"))
        policy = self.policy(one, two)
        size = int((self.out / "checkpoint").read_text().splitlines()[1])
        for events in (310, 640):
            report = self.cosign(policy)
            self.assertEqual((report["quorum"], report["published"], report["size"]), (True, True, size), report)
            self.assertEqual([w["holds"] for w in report["witnesses"]], [size, size])
            checkpoint = (self.out / "checkpoint").read_text()
            self.assertEqual(len(checkpoint.split("\n\n")[1].splitlines()), 3)
            # Another export of the same state leaves the cosignatures where they are.
            self.export(self.ledger, self.out)
            self.assertEqual((self.out / "checkpoint").read_text(), checkpoint)
            self.assertEqual((self.out / "cosigned" / f"{size:03}").read_text(), checkpoint)
            for witness in (one, two):
                signature = [line for line in checkpoint.splitlines() if witness.vkey.split("+")[0] in line]
                self.assertIn(signature[0], witness.newest(self.origin))
            self.assertTrue(self.ok("verify", "--dir", self.out, "--key", self.vkey)["ok"])
            size = self.play(events)
        # One is gone: a smaller quorum is met, the whole one is not, and what there is gets published.
        self.assertEqual(two.stop(), 0)
        outcome = run("cosign", "--dir", self.out, "--policy", policy, "--json")
        self.assertEqual((outcome.status, outcome.json["quorum"]), (3, False), outcome.out)
        self.assertEqual([w["ok"] for w in outcome.json["witnesses"]], [True, False])
        self.assertTrue(self.cosign(self.policy(one, two, quorum="any"))["quorum"])

    def test_rewritten_ledger(self):
        witness = Witness(self, "saksi", self.vkey)
        ledger, out, forked = self.fork(0)
        honest = self.play(306)
        witness.listen()
        policy = self.policy(witness)
        self.cosign(policy)
        # Shorter, of the same size, and longer than what the witness saw.
        short = self.fork(2)[2]
        self.assertLess(short, honest)
        outcome = run("cosign", "--dir", out, "--policy", policy, "--json")
        self.assertEqual((outcome.status, outcome.json["witnesses"][0]["reason"]), (4, "ROLLED_BACK"), outcome.out)
        outcome = run("cosign", "--dir", out, "--policy", policy, "--check", "--json")
        self.assertEqual((outcome.status, outcome.json["may_sign"]), (4, False), outcome.out)
        while short < honest:
            short = self.fork(1)[2]
        self.assertEqual(short, honest)
        same_size = request(out, honest)
        longer = self.fork(6)[2]
        self.assertGreater(longer, honest)
        for more in ((), ("--check",)):
            outcome = run("cosign", "--dir", out, "--policy", policy, *more, "--json")
            self.assertEqual((outcome.status, outcome.json["witnesses"][0]["reason"]), (1, "PROOF_INVALID"),
                             outcome.out)
        for status, body in ((400, "old 0\n\nx\n"), (409, request(out, 0)), (422, request(out, honest)),
                             (422, same_size)):
            self.assertEqual(witness.post(body)[0], status)
        witness.stop()

        # The witness reads the rewritten log itself, and keeps evidence.
        outcome = run(*witness.args("--dir", out, "--json"))
        self.assertEqual(outcome.status, 1, outcome.out)
        found = outcome.json["refused"]["evidence"]
        self.assertTrue(found, outcome.out)
        self.assertEqual(self.ok(*witness.args("--dir", self.out))["cosigned"]["size"], honest)

        # A third party has the file and the key, and nothing else.
        away = self.folder / "third-party"
        away.mkdir()
        shutil.copy(found, away / "evidence.split-view")
        shutil.rmtree(ledger)
        shutil.rmtree(self.ledger)
        process = subprocess.run([PROGRAM, "verify-evidence", "evidence.split-view", "--key", self.vkey, "--json"],
                                 cwd=away, capture_output=True, text=True)
        self.assertEqual(process.returncode, 0, process.stdout)
        claim = json.loads(process.stdout)
        self.assertEqual((claim["kind"], claim["first"]["size"], claim["second"]["size"]),
                         ("two_sizes", honest, longer))
        self.assertEqual(claim["second_prefix_root"], root(leaves(out, longer)[:honest]).hex())
        self.assertNotEqual(claim["second_prefix_root"], claim["first"]["root"])
        for kept in (witness.state / "logs").rglob("*.split-view"):
            self.ok("verify-evidence", kept, "--key", self.vkey)
        # Any changed byte, and another's key, convince nobody.
        good = (away / "evidence.split-view").read_bytes()
        for at in range(0, len(good), 37):
            bad = self.write("bad", good[:at] + bytes([good[at] ^ 1]) + good[at + 1:])
            self.assertIn(run("verify-evidence", bad, "--key", self.vkey).status, (1, 4), at)
        self.refused("NOTE_UNVERIFIED", 1, "verify-evidence", away / "evidence.split-view", "--key",
                     self.other_key())

    def other_key(self):
        other = self.folder / "other"
        self.ok("simulate", "--ledger", other, "--scenario", "bulungan-night", "--seed", "4", "--events-max", "1")
        return self.ok("checkpoint", "--ledger", other, "--vkey")["vkey"]

    def test_two_at_once(self):
        """Two histories in the same moment: one is cosigned, the other gets a conflict."""
        _, out, _ = self.fork(0)
        witness = Witness(self, "saksi", self.vkey).listen()
        start = int((self.out / "checkpoint").read_text().splitlines()[1])
        self.assertEqual(witness.post(request(self.out, 0))[0], 200)
        self.play(306)
        self.fork(6)
        bodies = [request(self.out, start), request(out, start)] * 4
        answers, gate = [], threading.Barrier(len(bodies))

        def send(body):
            gate.wait()
            answers.append(witness.post(body))

        threads = [threading.Thread(target=send, args=(body,)) for body in bodies]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(status for status, _, _ in answers), [200] + [409] * 7)
        # Longer than the library bears in what urllib calls a form, and longer than any request.
        self.assertEqual(witness.post("x" * 200_000)[0], 400)
        self.assertEqual(witness.post("x" * 300_000)[0], 413)
        held = witness.newest(self.origin).splitlines()[1]
        for status, kind, body in answers:
            if status == 409:
                self.assertEqual((kind, body), ("text/x.tlog.size", held + "\n"))

    def test_follows_and_survives(self):
        """It follows a folder and a daemon by itself; killed, it holds what it signed; another process gets no share."""
        witness = Witness(self, "saksi", self.vkey).listen("--dir", self.out, "--every", "1")
        size = witness.line("cosigned")["size"]
        self.refused("LEDGER_IN_USE", 3, *witness.args("--dir", self.out))
        grown = self.play(306)
        while size != grown:
            size = witness.line("cosigned")["size"]
        held = witness.newest(self.origin)
        witness.process.kill()
        witness.process.wait()
        self.assertEqual(int(held.splitlines()[1]), grown)
        self.assertEqual(self.ok(*witness.args("--dir", self.out))["cosigned"]["held"], grown)

        outcome = self.ask_daemon(witness, self.ledger)
        self.assertEqual((outcome.status, outcome.json["cosigned"]["size"]), (0, grown), outcome.out)
        # A dishonest daemon of the same key.
        ledger, _, _ = self.fork(3)
        self.play(312)
        self.ok(*witness.args("--dir", self.out))
        self.fork(20)
        outcome = self.ask_daemon(witness, ledger)
        self.assertEqual(outcome.status, 1, outcome.out)
        self.ok("verify-evidence", outcome.json["refused"]["evidence"], "--key", self.vkey)

    def ask_daemon(self, witness, ledger):
        """What the witness makes of a daemon over this ledger."""
        config = self.write("jejakd.toml", f'[ledger]\ndir = "{ledger}"\n[server]\nlisten = "127.0.0.1:0"\n')
        daemon = subprocess.Popen([DAEMON, "--config", str(config)], stdout=subprocess.PIPE, text=True)
        try:
            address = json.loads(daemon.stdout.readline())["listening"]
            return run(*witness.args("--server", address, "--json"))
        finally:
            daemon.terminate()
            daemon.wait()
            daemon.stdout.close()

    def test_refusals(self):
        witness = Witness(self, "saksi", self.vkey)
        self.refused("FILE_EXISTS", 1, "witness", "init", "--state", witness.state, "--name", "x", "--key", witness.key)
        self.refused("USAGE", 2, "witness", "init", "--state", self.folder / "x", "--name", "a b", "--key", witness.key)
        self.ok("key", "new", "--out", self.folder / "wrong.key", "--no-passphrase")
        self.refused("LEDGER_KEY_WRONG", 1, "witness", "run", "--state", witness.state, "--key",
                     self.folder / "wrong.key", "--log", self.vkey, "--dir", self.out)
        self.refused("FILE_MISSING", 4, "witness", "run", "--state", self.folder / "none", "--key", witness.key, "--log",
                     self.vkey)
        self.refused("INVALID_ARGUMENT", 2, "witness", "run", "--state", witness.state, "--key", witness.key, "--log",
                     witness.vkey)
        other = self.other_key()
        outcome = run("witness", "run", "--state", witness.state, "--key", witness.key, "--log", other,
                      "--dir", self.out, "--json")
        self.assertEqual((outcome.status, outcome.json["refused"]["status"]), (1, 404), outcome.out)
        bad = self.write("policy", f"witness a {witness.vkey}\n")
        self.refused("INPUT_MALFORMED", 4, "cosign", "--dir", self.out, "--policy", bad)
        self.refused("NOTE_UNVERIFIED", 1, "cosign", "--dir", self.out, "--policy",
                     self.write("policy", f"log {other}\nquorum none\n"))
        self.refused("PROOF_MALFORMED", 4, "verify-evidence", self.out / "checkpoint", "--key", self.vkey)
        self.refused("FILE_MISSING", 4, "verify-evidence", self.folder / "none", "--key", self.vkey)


if __name__ == "__main__":
    unittest.main()
