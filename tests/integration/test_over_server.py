"""What is written over a network. What must hold: an import, a registry and a whole simulated night end in the same
figures (the night in the same log, byte for byte) as on a local ledger; names arrive beside the log, and only those
that fit; nobody gives the clock of an election that is no simulation."""

import json
import shutil
import subprocess
import unittest

from jejak import Case, EXAMPLES, Election, run
from test_server import DAEMON, Daemon, details, grpc, registry, submission

VILLAGE = "6501011001"


def line(number, votes, seen):
    """A version of one TPS as it was published."""
    return json.dumps({
        "kode": f"{VILLAGE}{number:03}", "seen": f"2024-03-{seen:02}T10:00:00+07:00", "ts": f"2024-02-{seen:02} 22:31:28",
        "chart": {"100025": votes, "100026": 181, "100027": 16},
        "administrasi": {"suara_sah": votes + 197, "suara_tidak_sah": 9, "suara_total": votes + 206},
        "images": [f"https://example.org/{number}-1.jpg"], "psu": None, "status_suara": None, "status_adm": None})


class Writing(Case):
    def test_import(self):
        """A second import into the same election gives the same counts, receipts and figures on both."""
        regions = self.write("regions.tsv", "kode\tnama\ttingkat\n65\tKALTARA\t1\n6501\tBULUNGAN\t2\n650101\tPALAS\t3\n"
                             + VILLAGE + "\tKARANG AGUNG\t4\n")
        first = self.write("first.jsonl", "\n".join(line(n, 40 + n, 14) for n in range(1, 60)))
        # Corrections, a withdrawal, one that is unchanged, one that is older, one that nobody knows, one that can't be read.
        later = [line(n, 41 + n, 20) for n in range(1, 20)] + [line(30, 70, 20), line(31, 0, 10), line(900, 1, 20), "{"]
        second = self.write("second.jsonl", "\n".join(later))
        local, served = self.folder / "local", self.folder / "served"
        self.ok("import", "sirekap", "--ledger", local, "--new-election", "pemilu-2024", "--regions", regions, first)
        shutil.copytree(local, served)
        daemon = Daemon(self, served)
        key = ("--key", served / "keys" / "importer.key", "--batch", "7")
        both = []
        for name, place in (("here", ("--ledger", local)), ("there", ("--server", daemon.address))):
            receipts = self.folder / name
            outcome = run("import", "sirekap", "--json", *place, *key, "--receipts", receipts, second)
            summary = outcome.json
            summary.pop("seconds")
            tally = self.ok("tally", *place, "--contest", "ppwp", "--region", "6501")
            history = self.ok("history", *place, "--contest", "ppwp", "--tps", VILLAGE + "001")
            both.append((outcome.status, outcome.err, summary, tally["votes"], tally["figures"],
                         [[v["changes"], v["source"]] for v in history["versions"]],
                         sum(1 for one in receipts.read_text().splitlines() if json.loads(one)["accepted"])))
        self.assertEqual(both[0], both[1])
        self.assertEqual(both[0][2], {"submitted": 0, "corrected": 19, "unchanged": 1, "empty": 0, "stale": 1, "skipped": 2})
        again = run("import", "sirekap", "--json", "--server", daemon.address, *key, second).json
        self.assertEqual((again["corrected"], again["unchanged"], again["stale"]), (0, 1, 20))
        self.refused("USAGE", 2, "import", "sirekap", "--server", daemon.address, second)
        self.refused("USAGE", 2, "import", "sirekap", "--server", daemon.address, "--new-election", "pemilu-2024",
                     "--regions", regions, first)
        self.assertEqual(daemon.stop(), 0)
        self.assertTrue(self.ok("verify", "--ledger", served)["ok"])

    def test_what_makes_a_ledger(self):
        """It is done where the ledger will lie: with a daemon named it is refused, says so, and leaves nothing behind,
        whatever else is given."""
        regions = self.write("regions.tsv", "kode\tnama\ttingkat\n65\tKALTARA\t1\n6501\tBULUNGAN\t2\n650101\tPALAS\t3\n"
                             + VILLAGE + "\tKARANG AGUNG\t4\n")
        data = self.write("data.jsonl", line(1, 41, 14))
        place, key = self.folder / "new", self.folder / "root.key"
        self.ok("key", "new", "--out", key, "--no-passphrase")
        for command in (("election", "init", "--file", EXAMPLES / "election.json", "--root-key", key,
                         "--supervisors-key", key, "--ledger-key", key),
                        ("import", "sirekap", "--new-election", "pemilu-2024", "--regions", regions, data),
                        ("restore", "--from", self.folder, "--ledger-key", key)):
            for ledger in ((), ("--ledger", place)):
                outcome = run(*command, *ledger, "--server", "127.0.0.1:1")
                self.assertEqual(outcome.status, 2, outcome)
                self.assertIn("two places: name one" if ledger else
                              "makes a ledger, and a daemon serves one that is there", outcome.err)
                self.assertFalse(place.exists())
        for command in (("export", "--out", place), ("rebuild",)):
            self.refused("USAGE", 2, *command, "--server", "127.0.0.1:1")
            self.assertFalse(place.exists())

    def test_officials_and_names(self):
        """Enrolled over a network, with names; suspended, revoked, shown; the same words as from a local ledger."""
        election = Election(self)
        election.register("regions", EXAMPLES / "regions.json")
        daemon = Daemon(self, election.folder, key=election.key("ledger"))
        over = ("--server", daemon.address)
        election.make_key("kpu")
        facts = self.write("officials.json", {"officials": [
            {"id": "kpu", "name": "Siti Aminah", "body": "KPU", "role": "kpu", "jurisdiction": "0", "decree": "SK 2",
             "keys": [election.proof("kpu", "kpu")]}]})
        receipts = self.ok("official", "enroll", *over, "--key", election.key("root"), "--file", facts)["receipts"]
        self.assertTrue(receipts[0]["accepted"])
        self.refused("ALREADY_REGISTERED", 1, "official", "enroll", *over, "--key", election.key("root"), "--file", facts)
        shown = self.ok("official", "show", "kpu", *over)
        self.assertEqual((shown["name"], shown["suspended"]), ("Siti Aminah", False))
        self.ok("official", "suspend", *over, "--key", election.key("root"), "--official", "kpu", "--reason", "uji")
        self.assertTrue(self.ok("official", "show", "kpu", *over)["suspended"])
        self.ok("official", "revoke-key", *over, "--key", election.key("root"), "--public-key", shown["keys"][0], "--reason", "hilang")
        self.refused("UNKNOWN_OFFICIAL", 1, "official", "show", "nobody", *over)
        asked = [("official", "show", "kpu"), ("election", "show"), ("activity", "--official", "root")]
        there = [run(*one, *more, *over).out for one in asked for more in ((), ("--json",))]
        with daemon.channel() as channel:
            # Another name with the same salt does not fit, and a name without an official is nobody's.
            salt = registry.stub(channel).GetOfficial(registry.m.GetOfficialRequest(official="kpu")).salt
            answer = submission.stub(channel).SubmitEvents(submission.m.SubmitEventsRequest(
                names=[submission.m.PersonName(official="kpu", salt=salt, name="Orang Lain"),
                       submission.m.PersonName(official="nobody", salt=salt, name="Siti Aminah"),
                       submission.m.PersonName(official="kpu", salt=salt, name="Siti Aminah")]))
            self.assertEqual(answer.names_kept, 1)
            with self.assertRaises(grpc.RpcError) as raised:
                submission.stub(channel).SubmitEvents(submission.m.SubmitEventsRequest(
                    names=[submission.m.PersonName(official="kpu", salt=b"short", name="x")]))
            self.assertEqual(details(raised.exception)["BadRequest"][0].field_violations[0].field, "names.salt")
        self.assertEqual(daemon.stop(), 0)
        here = [run(*one, *more, "--ledger", election.folder).out for one in asked for more in ((), ("--json",))]
        self.assertEqual(there, here)
        self.assertTrue(here[0] and here[1])

    def test_the_night_over_the_network(self):
        """A night that is played through gRPC leaves the same log as one played locally, though it was interrupted; names
        too. The daemon takes no time that is still to come, and without its setting none at all."""
        night = ("simulate", "--scenario", "bulungan-night", "--seed", "11")
        until = ("--until", "2024-02-19T00:00:00+08:00")
        local, served = self.folder / "local", self.folder / "served"
        self.ok(*night, *until, "--ledger", local)
        self.ok(*night, "--events-max", "1", "--ledger", served)
        daemon = Daemon(self, served, ledger="simulated_clock = true\n")
        over = ("--server", daemon.address)
        self.ok(*night, "--stop-after", "night", *over)
        daemon.kill()
        daemon.start()
        self.ok(*night, *until, *over)
        self.refused("WRONG_ELECTION", 1, "simulate", "--scenario", "bulungan-night", "--seed", "12", *over)
        self.assertEqual(run("checkpoint", *over).out.splitlines()[:3],
                         run("checkpoint", "--ledger", local).out.splitlines()[:3])
        self.assertEqual(run("official", "show", "ppk.650110", *over).out,
                         run("official", "show", "ppk.650110", "--ledger", local).out)
        with daemon.channel() as channel:
            request = submission.m.SubmitEventsRequest()
            request.received_at.FromJsonString("2100-01-01T00:00:00Z")
            with self.assertRaises(grpc.RpcError) as raised:
                submission.stub(channel).SubmitEvents(request)
            self.assertEqual(details(raised.exception)["BadRequest"][0].field_violations[0].field, "received_at")
        self.assertEqual(daemon.stop(), 0)
        plain = Daemon(self, served)
        self.refused("MODE_FORBIDS", 1, *night, "--server", plain.address)
        self.assertEqual(plain.stop(), 0)
        self.assertTrue(self.ok("verify", "--ledger", served)["ok"])

    def test_no_given_clock_but_for_simulations(self):
        """A daemon that would let callers give the time of a live election does not start."""
        election = Election(self, mode="live")
        started = subprocess.run([DAEMON, "--ledger", election.folder, "--ledger-key", election.key("ledger"), "--listen",
                                  "127.0.0.1:0", "--simulated-clock"], capture_output=True, text=True, timeout=60)
        self.assertEqual((started.returncode, started.stdout), (1, ""))
        self.assertIn("MODE_FORBIDS", started.stderr)


if __name__ == "__main__":
    unittest.main()
