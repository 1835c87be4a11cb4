"""The daemon publishes as it goes. What must hold: a reader of the folder sees at every moment a whole state that
verifies, whatever is killed; after a start the ledger signs nothing shorter or other than what was published; and a
ledger that is lost comes back from the folder and serves on."""

import http.server
import shutil
import signal
import subprocess
import threading
import unittest

from jejak import Case, EXAMPLES, Election, run
from test_server import DAEMON, Daemon
from test_witness import Witness

VILLAGE, STATIONS = "6501051001", 12


class Liar:
    """Whoever answers at a witness's address, without its key: holds nothing when asked for it, unless it trickles."""

    def __init__(self, case, answer):
        """`answer`: an HTTP status; "trickle": a byte now and then, without an end; "trickle always": to a GET too."""
        liar, self.asked, self.over = self, threading.Semaphore(0), threading.Event()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                if answer == "trickle always":
                    return liar.trickle(self)
                self.reply(404, b"")

            def do_POST(self):
                self.rfile.read(int(self.headers["Content-Length"]))
                if isinstance(answer, str):
                    return liar.trickle(self)
                self.reply(answer, b"99999999\n" if answer == 409 else b"")
                liar.asked.release()

            def reply(self, status, body):
                self.send_response(status)
                self.send_header("Content-Type", "text/x.tlog.size")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        server.daemon_threads = True
        self.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever).start()
        case.addCleanup(server.server_close)
        case.addCleanup(server.shutdown)
        case.addCleanup(self.over.set)

    def trickle(self, handler):
        try:
            handler.wfile.write(b"HTTP/1.1 200 OK\r\nX: ")
            self.asked.release()
            while not self.over.wait(0.5):
                handler.wfile.write(b"a")
        except OSError:
            pass  # it was given up

    def wait(self, case):
        """Until it is asked once more."""
        case.assertTrue(self.asked.acquire(timeout=60), "nobody asked within a minute")


class Publish(Case):
    def setUp(self):
        super().setUp()
        self.election = Election(self)
        self.out = self.folder / "export"
        self.register()
        self.config = f'[export]\ndir = "{self.out}"\n'

    def register(self):
        election = self.election
        election.register("regions", EXAMPLES / "regions.json")
        codes = [f"{VILLAGE}{n:03}" for n in range(1, STATIONS + 1)]
        election.register("stations", {"stations": [{"code": code, "name": "TPS " + code[-3:]} for code in codes]})
        election.register("contest", {"id": "ppwp", "kind": "ticket", "name": "PPWP", "covered": ["0"],
                                      "last_stage": "nasional"})
        election.register("ballot", {"contest": "ppwp", "dapil": "0", "members": ["0"], "choices": [
            {"id": str(100024 + n), "kind": "ticket", "number": n, "name": f"T{n}"} for n in (1, 2, 3)]})
        election.enrol(("kpu", "kpu", "0", "Ani"))
        election.enrol(("kabkota", "kpu_kabkota", "6501", "Budi"), by="kpu")
        election.enrol(*((f"kpps.{n}", "kpps", f"{VILLAGE}{n:03}", f"Citra {n}") for n in range(1, STATIONS + 1)),
                       by="kabkota")

    def start(self):
        return Daemon(self, self.election.folder, self.config, key=str(self.election.key("ledger")))

    def submit(self, daemon, n):
        form = {"contest": "ppwp", "tps": f"{VILLAGE}{n:03}", "round": 1, "figures": {"valid": 60, "invalid": 1, "total": 61},
                "votes": [{"choice": str(100024 + t), "votes": 10 * t} for t in (1, 2, 3)], "evidence": []}
        return self.ok("submit", "--server", daemon.address, "--key", self.election.key(f"kpps.{n}"), "--file",
                       self.write("form.json", form))

    def published(self):
        return int((self.out / "checkpoint").read_text().split("\n")[1])

    def wait_for(self, size):
        """Until the published checkpoint covers `size` entries."""
        changed = threading.Event()
        for _ in range(600):
            if self.published() >= size:
                return
            changed.wait(0.1)
        self.fail(f"{self.published()} of {size} entries were published within a minute")

    def holds(self):
        report = self.ok("verify", "--dir", self.out, "--election", self.election.id)
        self.assertTrue(report["ok"])
        return report

    def fails(self, reason, status):
        file = self.write("jejakd.toml", f'[ledger]\ndir = "{self.election.folder}"\nkey = "'
                          f'{self.election.key("ledger")}"\n[server]\nlisten = "127.0.0.1:0"\n' + self.config)
        outcome = subprocess.run([DAEMON, "--config", str(file)], capture_output=True, text=True, timeout=60)
        self.assertEqual((outcome.stderr.strip().splitlines()[-1].split(":")[0], outcome.returncode), (reason, status))

    def test_night(self):
        daemon = self.start()
        first = self.published()
        self.assertGreater(first, 0, "it publishes before it serves")
        older = self.folder / "older"
        for n in range(1, 5):
            receipt = self.submit(daemon, n)
        self.wait_for(receipt["index"] + 1)
        self.holds()
        self.assertEqual(daemon.stop(), 0)
        shutil.copytree(self.election.folder, older)

        daemon = self.start()
        for n in range(5, 9):
            receipt = self.submit(daemon, n)
            if n == 6:
                daemon.kill()
                self.holds()
                daemon.start()
        self.wait_for(receipt["index"] + 1)
        report = self.holds()
        checked = self.ok("verify", "--server", daemon.address, "--election", self.election.id,
                          "--since", self.out / "checkpoint")
        self.assertTrue(checked["since"]["consistent"])
        self.assertEqual(daemon.stop(), 0)
        size = self.published()
        self.assertGreaterEqual(size, report["size"])

        # An older copy in the ledger's place, HEAD and all: it must not sign a second history.
        newest = self.folder / "newest"
        self.election.folder.rename(newest)
        older.rename(self.election.folder)
        self.fails("ROLLED_BACK", 4)
        form = self.write("form.json", {"contest": "ppwp", "tps": f"{VILLAGE}009", "round": 1, "figures": {"valid": 1},
                                        "votes": [], "evidence": []})
        self.refused("ROLLED_BACK", 4, "submit", *self.election.at(), "--key", self.election.key("kpps.9"),
                     "--file", form)
        self.assertEqual(self.published(), size)

        # The ledger is lost; the folder is not.
        shutil.rmtree(self.election.folder)
        self.ok("restore", "--from", self.out, *self.election.at(), "--bind")
        daemon = self.start()
        receipt = self.submit(daemon, 9)
        self.wait_for(receipt["index"] + 1)
        self.assertEqual(daemon.stop(), 0)
        self.holds()
        self.election.verify()
        proof = self.folder / "nine.tlog-proof"
        self.ok("entry", "--ledger", self.election.folder, receipt["index"], "--proof", proof)
        self.assertTrue(proof.read_text().startswith("c2sp.org/tlog-proof@v1\n"))

    def cosigned(self, size, lines=2):
        """Until a published checkpoint of at least `size` entries bears that many signatures."""
        changed = threading.Event()
        for _ in range(600):
            text, signatures = (self.out / "checkpoint").read_text().split("\n\n")
            if int(text.split("\n")[1]) >= size and len(signatures.splitlines()) >= lines:
                return
            changed.wait(0.1)
        self.fail("no witness cosigned within a minute")

    def test_witnesses(self):
        """What is published is brought to a witness. An older copy of the ledger, with everything that it could know it
        by taken away but the witness, must not start; a witness that is gone keeps nobody from serving."""
        vkey = self.ok("checkpoint", *self.election.at(), "--vkey")["vkey"]
        witness = Witness(self, "saksi", vkey).listen()
        policy = self.write("policy", f"log {vkey}\nwitness w {witness.vkey} {witness.url}\nquorum w\n")
        alone = self.config
        self.config = f'[witness]\npolicy = "{policy}"\n'
        self.fails("INVALID_ARGUMENT", 2)  # nothing is published
        self.config += alone
        daemon = self.start()
        self.cosigned(self.submit(daemon, 1)["index"] + 1)
        self.assertEqual(daemon.stop(), 0)
        older = self.folder / "older"
        shutil.copytree(self.election.folder, older)
        daemon = self.start()
        size = self.submit(daemon, 2)["index"] + 1
        self.cosigned(size)
        report = self.ok("verify", "--server", daemon.address, "--key", vkey, "--witness", witness.vkey)
        self.assertGreaterEqual(report["witnessed"]["size"], size)
        self.cosigned_proof(daemon, size - 1, vkey, witness)
        self.assertEqual(daemon.stop(), 0)
        self.assertTrue(self.ok("verify", "--dir", self.out, "--key", vkey, "--witness", witness.vkey)["ok"])

        self.election.folder.rename(self.folder / "newest")
        older.rename(self.election.folder)
        (self.election.folder / "EXPORT").unlink()
        published = self.out.rename(self.folder / "published")
        self.fails("ROLLED_BACK", 4)
        self.assertFalse(self.out.exists())

        witness.kill()
        published.rename(self.out)
        self.election.folder.rename(self.folder / "older again")
        (self.folder / "newest").rename(self.election.folder)
        daemon = self.start()
        index = self.submit(daemon, 3)["index"]
        self.wait_for(index + 1)
        self.refused("NOT_FOUND", 1, "entry", index, "--server", daemon.address, "--proof", self.folder / "proof",
                     "--cosigned")
        # What was cosigned before is served all the same, and only what holds.
        kept = self.out / "cosigned" / "checkpoint"
        newest = kept.read_text()
        report = self.ok("verify", "--server", daemon.address, "--key", vkey, "--witness", witness.vkey)
        self.assertEqual(report["witnessed"]["size"], int(newest.split("\n")[1]))
        # The ledger has gone on meanwhile: what was kept a moment ago is newer than what a witness saw.
        since = self.write("since", run("checkpoint", "--server", daemon.address).out)
        report = self.ok("verify", "--server", daemon.address, "--key", vkey, "--witness", witness.vkey, "--since", since)
        self.assertGreater(report["size"], report["witnessed"]["size"])
        self.assertTrue(report["since"]["consistent"])
        self.cosigned_proof(daemon, size - 1, vkey, witness)
        self.assertEqual(daemon.stop(), 0)
        alone = newest[:newest.index("— saksi.example")]
        self.assertIn("— ", alone)
        for wrong in (alone, newest.replace("\n" + newest.split("\n")[1] + "\n", "\n7\n"), "nonsense", ""):
            kept.write_text(wrong)
            daemon = self.start()
            self.refused("NOT_FOUND", 1, "entry", size - 1, "--server", daemon.address, "--proof", self.folder / "proof",
                         "--cosigned")
            self.assertEqual(daemon.stop(), 0)
        # Signed by the ledger and the quorum, and longer than this ledger: it must not go on.
        kept.write_text(newest)
        self.election.folder.rename(self.folder / "newest again")
        shutil.copytree(self.folder / "older again", self.election.folder)
        self.out.rename(self.folder / "published again")
        (self.out / "cosigned").mkdir(parents=True)
        kept.write_text(newest)
        self.fails("ROLLED_BACK", 4)

    def cosigned_proof(self, daemon, index, vkey, witness):
        """A proof of an entry whose checkpoint bears the witness's cosignature, checked with two keys and nothing else."""
        proof, other = self.folder / "cosigned", Witness(self, f"lain-{daemon.process.pid}", vkey)
        entry = ("entry", index, "--server", daemon.address)
        self.ok(*entry, "--proof", proof, "--cosigned")
        check = ("verify-proof", proof, "--key", vkey, "--witness", witness.vkey)
        claim = self.ok(*check, "--expect", f"index={index}")["claim"]
        self.assertEqual(claim["cosigned_by"], ["saksi.example"])
        self.refused("NOTE_UNVERIFIED", 1, *check, "--witness", other.vkey)
        self.ok(*check, "--witness", other.vkey, "--witnesses-needed", "1")
        self.ok(*entry, "--proof", proof)  # under the newest checkpoint, which nobody cosigned
        self.assertEqual(self.ok("verify-proof", proof, "--key", vkey)["claim"]["cosigned_by"], [])
        self.refused("NOTE_UNVERIFIED", 1, *check)
        self.refused("USAGE", 2, *entry, "--cosigned")

    def lied_to(self, answer, quorum):
        """A liar at the address of one witness of the policy, beside an honest one."""
        vkey = self.ok("checkpoint", *self.election.at(), "--vkey")["vkey"]
        liar = Liar(self, answer)
        honest, other = (Witness(self, f"{name}{liar.url.split(':')[2]}", vkey) for name in ("jujur", "palsu"))
        honest.listen()
        policy = self.write("policy", f"witness h {honest.vkey} {honest.url}\nwitness l {other.vkey} {liar.url}\n"
                            f"quorum {quorum}\n")
        self.config += f'[witness]\npolicy = "{policy}"\n'
        return liar

    def test_a_bare_word_of_a_witness(self):
        """Whoever answers at a witness's address that it holds another history, or more, is reported once and stops
        nothing; when he is the quorum, the ledger stops."""
        alone, n = self.config, 0
        for answer, quorum, reason, status in ((422, "none", "PROOF_INVALID", 1), (409, "h", "ROLLED_BACK", 4)):
            self.config = alone
            liar = self.lied_to(answer, quorum)
            daemon = self.start()
            for _ in range(3):
                n += 1
                self.cosigned(self.submit(daemon, n)["index"] + 1)
                liar.wait(self)
            daemon.process.send_signal(signal.SIGTERM)
            _, log = daemon.process.communicate(timeout=60)
            self.assertEqual(daemon.process.returncode, 0, log)
            self.assertEqual(log.count(f"witness l: {reason}, said: "), 1, log)
            self.config = alone
            self.lied_to(answer, "l")
            self.fails(reason, status)

    def test_ends_while_a_witness_trickles(self):
        """It is told to end while a witness is being asked: at the start, and about a checkpoint."""
        alone = self.config
        liar = self.lied_to("trickle", "h")
        daemon = self.start()
        liar.wait(self)
        self.submit(daemon, 1)
        self.assertEqual(daemon.stop(), 0)
        self.config = alone
        liar = self.lied_to("trickle always", "h")
        file = self.write("jejakd.toml", f'[ledger]\ndir = "{self.election.folder}"\nkey = "'
                          f'{self.election.key("ledger")}"\n[server]\nlisten = "127.0.0.1:0"\n' + self.config)
        with subprocess.Popen([DAEMON, "--config", str(file)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                              text=True) as process:
            self.addCleanup(process.kill)
            liar.wait(self)
            process.send_signal(signal.SIGTERM)
            try:
                self.assertEqual(process.wait(timeout=60), 0)
            finally:
                process.kill()
            self.assertEqual(process.stdout.read(), "", "it may not sign without having heard the witnesses")

    def test_folders_that_are_not_its_own(self):
        self.out.mkdir()
        (self.out / "letter.txt").write_text("dear")
        self.fails("EXPORT_DIFFERS", 1)
        self.assertFalse((self.election.folder / "EXPORT").exists())
        (self.out / "letter.txt").unlink()
        other = Election(self, "other", origin="example.org/lain")
        self.ok("export", "--ledger", other.folder, "--out", self.out)
        self.fails("EXPORT_DIFFERS", 1)
        shutil.rmtree(self.out)
        daemon = self.start()
        self.assertEqual(daemon.stop(), 0)
        self.config = f'[export]\ndir = "{self.folder / "elsewhere"}"\n'
        self.fails("INVALID_ARGUMENT", 2)
        self.config = ""  # it is bound, and publishes where it is bound to
        daemon = self.start()
        receipt = self.submit(daemon, 1)
        self.wait_for(receipt["index"] + 1)
        self.assertEqual(daemon.stop(), 0)


if __name__ == "__main__":
    unittest.main()
