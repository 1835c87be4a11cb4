"""The generated stubs by short names: `log.m` has the messages, `log.stub(channel)` the service.

The generated package is called `jejak`, as a module of these tests is: it is loaded here under its own folder."""

import importlib
import pathlib
import sys
import types as python

FOLDER = pathlib.Path(__file__).resolve().parent


def _load():
    tests = sys.modules.pop("jejak", None)
    package = python.ModuleType("jejak")
    package.__path__ = [str(FOLDER / "jejak")]
    sys.modules["jejak"] = package
    try:
        names = ("types", "submission", "results", "audit", "log", "registry")
        messages = {name: importlib.import_module(f"jejak.v1.{name}_pb2") for name in names}
        services = {name: importlib.import_module(f"jejak.v1.{name}_pb2_grpc") for name in names}
    finally:
        if tests is not None:
            sys.modules["jejak"] = tests
    return messages, services


class _Service:
    def __init__(self, name, messages, services):
        self.m = messages[name]
        self.stub = getattr(services[name], name.capitalize() + "ServiceStub")


_messages, _services = _load()
types = _messages["types"]
submission, results, audit, log, registry = (
    _Service(name, _messages, _services) for name in ("submission", "results", "audit", "log", "registry"))
