"""What the tests of the command line share: running the program, and elections that they make with it."""

import hashlib
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import unittest

SOURCE = pathlib.Path(__file__).resolve().parents[2]
PROGRAM = os.environ.get("JEJAK_PROGRAM", str(SOURCE / "build" / "dev" / "bin" / "jejak"))
DAEMON = os.environ.get("JEJAK_DAEMON", str(SOURCE / "build" / "dev" / "bin" / "jejakd"))
# The same scripts against a daemon: an Election is then served, and everything goes over --server.
OVER_SERVER = os.environ.get("JEJAK_OVER_SERVER") == "1"
EXAMPLES = SOURCE / "docs" / "reference" / "examples"


def shared_data():
    """The folder of real input, or None where it is absent."""
    root = pathlib.Path(os.environ.get("JEJAK_SHARED", SOURCE.parent / "shared"))
    data = root / "data"
    return data if data.is_dir() else None


def digest(text):
    return hashlib.sha256(text.encode()).hexdigest()


class Outcome:
    def __init__(self, process):
        self.status = process.returncode
        self.out = process.stdout
        self.err = process.stderr

    @property
    def json(self):
        return json.loads(self.out)

    @property
    def reason(self):
        """The reason of the error, from --json or from the line on stderr."""
        try:
            return json.loads(self.out)["error"]["reason"]
        except (ValueError, KeyError, TypeError):
            last = self.err.strip().splitlines()
            return last[-1].split(":")[0] if last else None


def run(*args, env=None):
    variables = {"PATH": os.environ.get("PATH", ""), "LANG": "C.UTF-8", **(env or {})}
    process = subprocess.run([PROGRAM, *map(str, args)], capture_output=True, text=True, env=variables, timeout=600)
    return Outcome(process)


class Case(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="jejak-test-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def ok(self, *args, env=None):
        outcome = run(*args, "--json", env=env)
        self.assertEqual(outcome.status, 0, f"{args}\n{outcome.out[:2000]}\n{outcome.err[:2000]}")
        return outcome.json

    def refused(self, reason, status, *args, env=None):
        """The program refuses with this reason and exit status, in JSON and in words."""
        outcome = run(*args, "--json", env=env)
        self.assertEqual((outcome.reason, outcome.status), (reason, status),
                         f"{args}\n{outcome.out[:2000]}\n{outcome.err[:2000]}")
        return outcome

    def write(self, name, value):
        path = self.folder / name
        if isinstance(value, bytes):
            path.write_bytes(value)
        else:
            path.write_text(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
        return path


class Election:
    """A simulated election that a test makes step by step with the program."""

    def __init__(self, case, folder="ledger", **changes):
        self.case = case
        self.folder = case.folder / folder
        self.keys = case.folder / (folder + "-keys")
        self.keys.mkdir()
        for key in ("root", "ledger", "bawaslu"):
            self.make_key(key)
        facts = {"name": "Uji", "kind": "pemilu", "mode": "simulation", "voting_day": "2024-02-14",
                 "origin": "example.org/uji", "root": {"name": "Ratna", "body": "Uji", "decree": "SK 1"}, **changes}
        self.id = case.ok("election", "init", "--ledger", self.folder, "--file", case.write("election.json", facts),
                          "--root-key", self.key("root"), "--ledger-key", self.key("ledger"),
                          "--supervisors-key", self.key("bawaslu"))["election"]
        self.daemon, self.address = None, "127.0.0.1:0"
        if OVER_SERVER:
            self.serve()
            case.addCleanup(self.stop)

    def serve(self):
        self.daemon = subprocess.Popen([DAEMON, "--ledger", self.folder, "--ledger-key", self.key("ledger"), "--listen",
                                        self.address], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.address = json.loads(self.daemon.stdout.readline())["listening"]

    def stop(self):
        if self.daemon is None:
            return
        self.daemon.send_signal(signal.SIGTERM)
        self.case.assertEqual(self.daemon.wait(timeout=60), 0)
        self.daemon.stdout.close()
        self.daemon = None

    def key(self, name):
        return self.keys / (name + ".key")

    def make_key(self, name):
        return self.case.ok("key", "new", "--out", self.key(name), "--no-passphrase")["public_key"]

    def place(self):
        return ("--server", self.address) if self.daemon else ("--ledger", self.folder)

    def at(self):
        return self.place() if self.daemon else ("--ledger", self.folder, "--ledger-key", self.key("ledger"))

    def register(self, what, value, key="root"):
        path = value if isinstance(value, pathlib.Path) else self.case.write(f"{what}.json", value)
        return self.case.ok("election", "register", what, *self.at(), "--key", self.key(key), "--file", path)

    def proof(self, name, official):
        shown = self.case.ok("key", "prove", "--key", self.key(name), "--election", self.id, "--official", official)
        return {"key": shown["key"], "proof": shown["proof"]}

    def enrol(self, *officials, by="root"):
        """Each is (id, role, jurisdiction, name) or a dict; each gets a key file by its id."""
        facts = []
        for official in officials:
            if not isinstance(official, dict):
                official = dict(zip(("id", "role", "jurisdiction", "name"), official))
            self.make_key(official["id"])
            facts.append({"body": "Badan " + official["id"], "decree": "SK", **official,
                          "keys": [self.proof(official["id"], official["id"])]})
        return self.case.ok("official", "enroll", *self.at(), "--key", self.key(by), "--file",
                            self.case.write("officials.json", {"officials": facts}))

    def _file(self, *args, body, key):
        path = body if isinstance(body, pathlib.Path) else self.case.write("body.json", body)
        return (*args, *self.at(), "--key", self.key(key), "--file", path)

    def submit(self, body, key):
        return self.case.ok(*self._file("submit", body=body, key=key))

    def correct(self, body, key):
        return self.case.ok(*self._file("correct", body=body, key=key))

    def file(self, kind, body, key):
        return self.case.ok(*self._file("file", "--kind", kind, body=body, key=key))

    def refused(self, reason, status, command, body, key, *more):
        return self.case.refused(reason, status, *self._file(*command.split(), *more, body=body, key=key))

    def ask(self, command, *args):
        return self.case.ok(*command.split(), *self.place(), *args)

    def tally(self, contest, region, *more):
        return self.ask("tally", "--contest", contest, "--region", region, *more)

    def verify(self):
        """The whole ledger holds, anchored in the hash of its election."""
        served = self.daemon is not None
        self.stop()
        report = self.case.ok("verify", "--ledger", self.folder, "--election", self.id)
        self.case.assertTrue(report["ok"], report)
        if served:
            self.serve()
        return report


def votes_of(tally):
    return {line["choice"]: line["votes"] for line in tally["votes"]}


def trace_all(election, contest, region, *number, page_size=100):
    """All pages of a trace: (first page, entries)."""
    entries, token, first = [], "", None
    while True:
        more = ("--page-token", token) if token else ()
        page = election.ask("trace", "--contest", contest, "--region", region, *number,
                            "--page-size", page_size, *more)
        first = first or page
        entries += page["entries"]
        token = page["next_page_token"]
        if not token:
            return first, entries
