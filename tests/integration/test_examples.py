"""The program accepts each example of docs/reference/examples, which in turn fit their schemas where the schema
checker is installed; and it refuses each with a key that it doesn't know."""

import json
import unittest

import jejak
from jejak import Case, EXAMPLES, run

SCHEMAS = EXAMPLES.parent / "schemas"


def example(name):
    return json.loads((EXAMPLES / (name + ".json")).read_text())


class Examples(Case):
    def setUp(self):
        super().setUp()
        self.used = set()

    def take(self, name):
        self.used.add(name)
        return example(name)

    def test_each_is_accepted(self):
        opening = self.take("election")
        del opening["supervisors_key"]  # the key of the example is nobody's
        election = jejak.Election(self, **opening)
        election.register("contest", self.take("contest"))
        election.register("regions", self.take("regions"))
        election.register("stations", self.take("stations"))
        election.register("ballot", self.take("ballot"))
        election.register("amend", self.take("amendment"))
        # A deadline is amended as it is shown.
        deadline = election.ask("election", "show")["contests"][-1]["deadlines"][0]
        for before, after in ((deadline["local_time"], "2024-03-01T12:00:00"), ("2024-03-01T12:00:00", "")):
            election.register("amend", {"amendments": [{"field": "deadline", "subject": f"ppwp/{deadline['stage']}",
                                                        "before": before, "after": after}], "legal_basis": "SK 1"})
        officials = self.take("officials")["officials"]
        election.enrol(*officials)
        submitted = election.submit(self.take("form"), "kpps.6501051001001")
        election.file("incidentRecorded", self.take("incidentRecorded"), "kpps.6501051001001")
        election.file("resultFinalised", self.take("resultFinalised"), "kpps.6501051001001")
        correction = self.take("correction") | {"supersedes": submitted["event"]}
        election.correct(correction, "ppk.650105")
        election.file("recapCertified", self.take("recapCertified"), "ppk.650105")
        election.enrol(("kpu.6501", "kpu_kabkota", "6501", "Hendra"))
        election.file("roundOpened", self.take("roundOpened"), "kpu.6501")
        self.assertEqual(self.used, {path.stem for path in EXAMPLES.glob("*.json")})

        tally = election.tally("ppwp", "0", "--children")
        self.assertEqual(jejak.votes_of(tally), {"1": 87, "2": 141, "3": 13})
        self.assertEqual(tally["stations"]["expected"], 2)
        self.assertEqual([child["code"] for child in tally["children"]], ["65"])
        self.assertEqual(tally["mode"], "simulation")
        history = election.ask("history", "--contest", "ppwp", "--tps", "6501051001001")["versions"]
        self.assertEqual(history[0]["machine_read"]["votes.3"], {"value": 48, "state": "disputed"})
        self.assertEqual([c["field"] for c in history[1]["changes"]], ["votes.3", "evidence.2"])
        self.assertIn("SIMULATION", run("tally", *election.place(), "--contest", "ppwp", "--region", "0",
                                        "--lang", "en").out)
        self.check_replay(election)
        election.verify()

    def check_replay(self, election):
        """A replay is every entry once, in order; a body reads back as it was printed."""
        out = run("replay", *election.place(), "--json").out
        lines = [json.loads(line) for line in out.splitlines()]
        entries = [line["entry"] for line in lines[:-1]]
        self.assertEqual([e["index"] for e in entries], list(range(len(entries))))
        self.assertEqual((lines[-1]["progress"]["state"], lines[-1]["progress"]["next"]), ("caught_up", len(entries)))
        kinds = run("replay", *election.place(), "--kind", "resultCorrected").out.splitlines()
        self.assertEqual(len(kinds), 2)
        # Each body as printed is a file that the program reads: refused for what it does, not for its shape.
        for entry in entries[1:]:
            body = self.write("again.json", entry["body"])
            again = run("file", *election.at(), "--key", election.key("kpps.6501051001001"), "--kind", entry["kind"],
                        "--file", body, "--json")
            self.assertNotIn(again.reason, ("INPUT_MALFORMED", "FIELD_INVALID"), entry["kind"] + again.out + again.err)

    def test_unknown_keys(self):
        """A key too many is refused, with the place where it stands."""
        election = jejak.Election(self)
        table = {"contest": ("election", "register", "contest"), "regions": ("election", "register", "regions"),
                 "stations": ("election", "register", "stations"), "ballot": ("election", "register", "ballot"),
                 "amendment": ("election", "register", "amend"), "officials": ("official", "enroll"),
                 "form": ("submit",), "correction": ("correct",)}
        for name, command in table.items():
            with self.subTest(name):
                path = self.write("extra.json", example(name) | {"extra": 1})
                outcome = self.refused("INPUT_MALFORMED", 4, *command, *election.at(), "--key", election.key("root"),
                                       "--file", path)
                self.assertEqual(outcome.json["error"]["metadata"]["pointer"], "/extra")

    def test_schemas(self):
        """Each example fits the schema that bears its name."""
        schemas = {path.name.removesuffix(".schema.json") for path in SCHEMAS.glob("*.schema.json")}
        self.assertTrue(schemas <= {path.stem for path in EXAMPLES.glob("*.json")}, schemas)
        self.assertTrue({"election", "contest", "regions", "stations", "ballot", "amendment", "officials", "form",
                         "correction"} <= schemas)
        try:
            import jsonschema
        except ImportError:
            self.skipTest("python3-jsonschema is not installed")
        for name in schemas:
            schema = json.loads((SCHEMAS / f"{name}.schema.json").read_text())
            jsonschema.Draft7Validator.check_schema(schema)
            jsonschema.validate(example(name), schema)
            with self.assertRaises(jsonschema.ValidationError):
                jsonschema.validate(example(name) | {"extra": 1}, schema)


if __name__ == "__main__":
    unittest.main()
