#!/usr/bin/env python3
"""The source must keep the house's bounds: edges between modules and homes of libraries as ledger/edges.txt
has them, line, function and file lengths, no banned calls, a README of at most 15 lines in each module, and
no mention of a documentation page that does not exist. Prints each breach as file:line: what.

Use: lint.py [FOLDER]; lint.py --self-test shows that each check can fail."""
import re
import sys
import tempfile
from pathlib import Path

COLUMNS = 100
FILE_LINES = 450
FUNCTION_LINES = 70
README_LINES = 15
# Tables that read better wide, one row a line.
WIDE = {"ledger/base/reasons.def", "ledger/verify/faults.def", "ledger/election/rules.def",
        "ledger/election/vocabulary.h", "ledger/election/field.h", "ledger/admission/docs_roles.cc",
        "ledger/admission/docs_reasons.cc"}
# Long strings that can't be broken: test data, one literal a line.
LITERAL = re.compile(r'^\s*(//.*)?[^"]*"[^"]{60,}')
BANNED = {
    r"\bstd::format\b": "absent in g++ 12; use fmt",
    r"\bstd::regex\b": "slow and unbounded",
    r"\b(strcpy|strcat|sprintf|gets|strtok|rand)\(": "unsafe call",
    r"\bassert\(": "compiled out; use JEJAK_CHECK",
    r"\bstd::this_thread::sleep_(for|until)\b": "wait for the condition",
}
LIBRARIES = ("sodium", "openssl/", "capnp/", "kj/", "rocksdb/", "xxhash.h", "nlohmann/", "zlib.h", "CLI/", "fmt/", "proto/",
             "grpc", "google/protobuf", "httplib.h", "curl/")


def read_edges(root):
    edges = {}
    for line in (root / "ledger/edges.txt").read_text().splitlines():
        if not line or line.startswith("#"):
            continue
        name, rest = line.split(":", 1)
        modules, libraries = rest.split("|")
        edges[name.strip()] = (modules.split(), libraries.split())
    return edges


def module_of(path):
    if path.startswith("ledger/"):
        return path.split("/")[1]
    return "tools/cli" if path.startswith("tools/cli/") else None


def check_includes(path, lines, edges):
    module = module_of(path)
    if module is None:
        return
    if module not in edges:
        yield 1, f"module {module} is not in ledger/edges.txt"
        return
    modules, libraries = edges[module]
    # A test may look over the fence for data, and include its library's own header to check against it.
    for number, line in enumerate(lines, 1):
        found = re.match(r'#include [<"]([^>"]+)[>"]', line)
        if not found:
            continue
        header = found[1]
        if header.startswith("ledger/"):
            other = header.split("/")[1]
            if other != module and "*" not in modules and other not in modules:
                yield number, f"{module} may not use {other}"
        elif header.startswith(LIBRARIES) and not header.startswith(tuple(libraries) or ("\0",)):
            yield number, f"{module} may not include {header}"


def check_functions(lines):
    """A function, in this style, opens at the margin and closes with a brace at the margin."""
    start = None
    for number, line in enumerate(lines, 1):
        if re.match(r"[A-Za-z~].*\{$", line) and "(" in line and not line.startswith(
                ("namespace", "struct", "class", "enum", "extern", "union")):
            start = number
        elif re.match(r"[A-Za-z].*\($|[A-Za-z].*,$", line) and "(" in line:
            start = number
        elif line.startswith("}") and start is not None:
            if number - start + 1 > FUNCTION_LINES:
                yield start, f"a function of {number - start + 1} lines"
            start = None
        elif line == "" and start is not None and not any(
                l.endswith("{") for l in lines[start - 1:number]):
            start = None


def check_source(path, text, edges):
    lines = text.splitlines()
    yield from check_includes(path, lines, edges)
    if len(lines) > FILE_LINES and not path.endswith(".def"):
        yield len(lines), f"a file of {len(lines)} lines"
    yield from check_functions(lines)
    for number, line in enumerate(lines, 1):
        if len(line) > COLUMNS and path not in WIDE and not LITERAL.match(line):
            yield number, f"{len(line)} columns"
        code = line.split("//")[0]
        for pattern, why in BANNED.items():
            if re.search(pattern, code):
                yield number, f"banned: {why}"


def check(root):
    edges = read_edges(root)
    for folder in ("ledger", "tools", "tests"):
        for file in sorted((root / folder).rglob("*")):
            path = str(file.relative_to(root))
            if file.suffix in (".h", ".cc", ".def"):
                for number, what in check_source(path, file.read_text(), edges):
                    yield f"{path}:{number}: {what}"
    pages = list((root / "ledger").rglob("*")) + list((root / "tools").rglob("*")) + [root / "README.md"]
    pages += list((root / "docs").rglob("*.md")) + list((root / "proto").rglob("*"))
    for file in pages:
        if not file.is_file() or file.suffix not in (".h", ".cc", ".def", ".md", ".txt", ".capnp"):
            continue
        for page in sorted(set(re.findall(r"\bdocs/[a-z]+/[a-z0-9-]+\.md", file.read_text()))):
            if not (root / page).is_file():
                yield f"{file.relative_to(root)}:1: no such page: {page}"
    for module in sorted((root / "ledger").iterdir()):
        if not module.is_dir():
            continue
        readme = module / "README.md"
        if not readme.is_file():
            yield f"{module.relative_to(root)}:1: no README.md"
        elif len(readme.read_text().splitlines()) > README_LINES:
            yield f"{readme.relative_to(root)}:1: more than {README_LINES} lines"


def self_test():
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name in ("ledger/base", "tools", "tests", "docs", "proto"):
            (root / name).mkdir(parents=True)
        (root / "README.md").write_text("docs/internals/absent.md\n")
        (root / "ledger/edges.txt").write_text("base: | fmt/\n")
        (root / "ledger/base/a.cc").write_text(
            '#include "ledger/store/x.h"\n#include <rocksdb/db.h>\n' + "x" * 101 + "\nassert(1);\n"
            + "void F() {\n" + "  int x;\n" * 70 + "}\n" + "//\n" * FILE_LINES)
        found = "\n".join(check(root))
        for breach in ("may not use store", "may not include rocksdb", "101 columns", "banned", "a function of",
                       "a file of", "no such page", "no README"):
            assert breach in found, breach


def main():
    self_test()
    if sys.argv[1:] == ["--self-test"]:
        return 0
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).resolve().parents[2])
    breaches = list(check(root))
    print("\n".join(breaches) or "lint: nothing found")
    return 1 if breaches else 0


if __name__ == "__main__":
    sys.exit(main())
