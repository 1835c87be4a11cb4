#!/usr/bin/env python3
"""A ledger under load is killed, its system calls fail, its disk fills up, its power is cut. After each: it opens or
refuses clearly, nothing acknowledged is missing, verification passes; and it goes on to its end. Seeds are printed,
and can be given back; threads still take turns as they please, so --keep FOLDER keeps what broke a promise.

  fault.py kill  --rounds N       kill -9 at a random moment
  fault.py calls [--sample N]     an error in each system call on the ledger's files, one call at a time (strace)
  fault.py space --rounds N       the disk is full after a random number of bytes
  fault.py short --rounds N       every write does a part only
  fault.py power --rounds N       what was not synced is lost, in three ways

Not covered: a disk that lies about its syncs, or returns other bytes than were written (those are found, see
tests/tamper/flip_bytes.cc); errors of mmap and of memory; faults of two calls at once; other file systems than
the one at hand; faults while programs other than the ledger's write (export, outbox, key files)."""

import argparse
import collections
import os
import pathlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

import power

BUILD = pathlib.Path(__file__).resolve().parents[2] / "build" / "dev" / "tests" / "fault"


class Tests:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(options.seed)
        self.counts = collections.Counter()
        self.violations = []

    def load(self, folder, seed, stations, wrapper=(), env=None, background=False):
        command = [*wrapper, self.options.load, "run", folder, str(seed), str(stations)]
        environment = {**os.environ, **(env or {})}
        if background:
            return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment)
        return subprocess.run(command, capture_output=True, text=True, env=environment, timeout=300)

    def check(self, folder, what):
        """What the ledger says after `what`; a violation is kept for the end."""
        process = subprocess.run([self.options.load, "check", folder], capture_output=True, text=True, timeout=300)
        said = process.stdout.strip() or f"died, status {process.returncode} {process.stderr[-300:]}"
        if process.returncode not in (0, 3):
            self.violation(what, said, folder)
        return said

    def violation(self, what, said, folder):
        print(f"VIOLATION after {what}: {said}", flush=True)
        self.violations.append(what)
        if self.options.keep:
            shutil.copytree(folder, pathlib.Path(self.options.keep) / f"violation-{len(self.violations)}")

    def finish(self, folder, seed, stations, what):
        """Without any fault the load goes on to its end, and everything is there."""
        process = self.load(folder, seed, stations)
        if process.returncode != 0:
            return self.violation(what + ", and the next run", process.stdout.strip() or str(process.returncode), folder)
        said = self.check(folder, what + ", and the next run")
        if not said.startswith("ok"):
            self.violation(what + ", and the next run", said, folder)
        return None

    def folder(self, name):
        folder = self.work / name
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    # Modes

    def kill(self):
        """Round after round on one ledger, until it is complete; then on a new one."""
        rounds, stations, killed, at = self.options.rounds, 800, 0, 0
        folder = self.folder("kill-0")
        whole = self.measure(stations)
        while killed < rounds:
            seed = self.random.randrange(1 << 32)
            process = self.load(folder, seed, stations, background=True)
            time.sleep(self.random.uniform(0, whole))
            process.send_signal(signal.SIGKILL)
            if process.wait() != -signal.SIGKILL:
                at += 1
                shutil.rmtree(folder)
                folder = self.folder(f"kill-{at}")
                continue
            killed += 1
            said = self.check(folder, f"kill {killed}, seed {self.options.seed}")
            self.counts[said.split()[0] + (" " + said.split()[1].rstrip(":") if said.startswith("refuses") else "")] += 1
            if said.startswith("refuses") and not said.startswith("refuses LEDGER_MISSING"):
                self.violation(f"kill {killed}", said, folder)
        self.finish(folder, 1, stations, f"{killed} kills")
        print(f"{killed} kills on {at + 1} ledgers: {dict(self.counts)}")

    def measure(self, stations):
        """Seconds that the load takes when nothing stops it."""
        start = time.monotonic()
        self.load(self.folder("measure"), 1, stations)
        return time.monotonic() - start

    CALLS = ("openat", "mkdir", "write", "pwrite64", "writev", "pwritev", "read", "pread64", "fsync", "fdatasync",
             "sync_file_range", "fallocate", "ftruncate", "rename", "renameat", "unlink", "unlinkat", "flock",
             "newfstatat", "fstat", "getdents64", "lseek", "fcntl", "close")
    WRITING = ("openat", "mkdir", "write", "pwrite64", "writev", "pwritev", "fsync", "fdatasync", "fallocate",
               "ftruncate", "rename", "renameat")

    def places(self, stations):
        """For each call the numbers, counted by thread, at which it is about the ledger's files."""
        folder, log = self.folder("traced"), self.work / "trace"
        process = self.load(folder, 1, stations, ("strace", "-f", "-y", "-qq", "-e", "signal=none", "-o", log,
                                                  "-e", "trace=" + ",".join(self.CALLS)))
        assert process.returncode == 0, process.stdout + process.stderr
        counts, places = collections.Counter(), collections.defaultdict(set)
        for line in log.read_text(errors="replace").splitlines():
            found = re.match(r"(\d+) +(\w+)\((.*)", line)
            if not found:
                continue
            thread, call, rest = found.groups()
            counts[thread, call] += 1
            if f"{folder}/ledger" in rest:
                places[call].add(counts[thread, call])
        return places

    @staticmethod
    def about(line, folder):
        """The file that a traced call is about, without the numbers in its name."""
        found = re.search(re.escape(f"{folder}/ledger") + r"/?([\w./-]*)", line)
        return re.sub(r"\d+", "N", found[1] or "its folder") if found else "a file elsewhere"

    def calls(self):
        if not shutil.which("strace"):
            print("skipped: strace is not installed (tools/setup)")
            return 77
        stations = 24
        places = self.places(stations)
        wanted = [(call, number, error) for call in self.CALLS for number in sorted(places[call])
                  for error in ("EIO", "ENOSPC") if error == "EIO" or call in self.WRITING]
        if self.options.call:
            wanted = [w for w in wanted if w[0] in self.options.call]
        if self.options.sample:
            # Some of each call, so that none is left out.
            self.random.shuffle(wanted)
            each = collections.Counter()
            wanted.sort(key=lambda w: (each.update([w[0]]), each[w[0]])[1])
            wanted = wanted[:self.options.sample]
        injected, outcomes = collections.Counter(), collections.defaultdict(collections.Counter)
        ignored, reached = collections.defaultdict(set), 0
        for call, number, error in wanted:
            folder, log = self.folder("called"), self.work / "trace"
            what = f"{call} number {number}: {error}"
            process = self.load(folder, 1, stations, (
                "strace", "-f", "-y", "-qq", "-o", log, "-e", "signal=none", "-e", f"trace={call}",
                "-e", f"inject={call}:error={error}:when={number}"))
            # Each thread counts for itself: several may have got there, or none.
            hit = [line for line in log.read_text(errors="replace").splitlines() if "(INJECTED)" in line]
            reached += bool(hit)
            injected[call] += len(hit)
            reason = process.stdout.split()[1].rstrip(":") if process.returncode == 6 else "went on"
            if process.returncode == 2:
                reason = "no receipt was written"
            elif process.returncode == -signal.SIGABRT and re.search(r": \./[a-z/_]+\.cc:\d+: .*rocksdb", process.stderr):
                reason = "RocksDB's own assertion"
            elif process.returncode not in (0, 6):
                self.violation(what, f"the ledger died, status {process.returncode}: {process.stderr[-300:]}", folder)
            if hit:
                outcomes[call][reason] += 1
            if hit and reason == "went on":
                ignored[call].update(self.about(line, folder) for line in hit)
            said = self.check(folder, what)
            if said.startswith("refuses") and not said.startswith("refuses LEDGER_MISSING"):
                self.violation(what, said, folder)
            self.finish(folder, 1, stations, what)
        for call in self.CALLS:
            if injected[call]:
                print(f"{call:<16} {injected[call]:>6} faults: " +
                      ", ".join(f"{reason} {times}" for reason, times in outcomes[call].most_common()))
                if ignored[call]:
                    print(f"{'':<16} went on after a fault about {', '.join(sorted(ignored[call]))}")
        print(f"{len(wanted)} runs, in {reached} a fault was reached: {sum(injected.values())} faults; "
              f"{sum(map(len, places.values()))} numbered calls are about the ledger's files")
        return None

    def preload(self, folder, **settings):
        if not self.options.shim or not pathlib.Path(self.options.shim).exists():
            sys.exit("fault.py: --shim is the library fault_shim")
        return {"LD_PRELOAD": self.options.shim, "SHIM_FOLDER": str(folder), **settings}

    def space(self):
        stations = 100
        folder = self.folder("recorded")
        record = self.work / "record"
        self.load(folder, 1, stations, env=self.preload(folder, SHIM_RECORD=str(record)))
        whole = sum(len(op.data) for op in power.read(record) if op.kind == "write")
        for turn in range(self.options.rounds):
            folder, space = self.folder("full"), self.random.randrange(whole)
            what = f"a disk of {space} bytes, seed {self.options.seed}"
            process = self.load(folder, 1, stations, env=self.preload(folder, SHIM_SPACE=str(space)))
            if process.returncode not in (0, 6):
                self.violation(what, f"the ledger died, status {process.returncode}", folder)
            reason = process.stdout.split()[1].rstrip(":") if process.returncode == 6 else "went on"
            self.counts[reason] += 1
            if reason not in ("DISK_FULL", "STOPPED", "went on"):
                self.violation(what, process.stdout.strip(), folder)
            said = self.check(folder, what)
            if said.startswith("refuses") and not said.startswith("refuses LEDGER_MISSING"):
                self.violation(what, said, folder)
            self.finish(folder, 1, stations, what)
        print(f"{self.options.rounds} full disks: {dict(self.counts)}")

    def short(self):
        for turn in range(self.options.rounds):
            folder, seed = self.folder("short"), self.random.randrange(1 << 32)
            process = self.load(folder, seed, 200, env=self.preload(folder, SHIM_SHORT=str(seed)))
            if process.returncode != 0:
                self.violation(f"short writes, seed {seed}", process.stdout, folder)
            said = self.check(folder, f"short writes, seed {seed}")
            if not said.startswith("ok"):
                self.violation(f"short writes, seed {seed}", said, folder)
        print(f"{self.options.rounds} runs in which every write did a part only")

    def power(self):
        """One run is written down; then the power is cut at random places of it, and at those right after a receipt."""
        stations, rounds = 150, self.options.rounds
        done = 0
        while done < rounds:
            seed = self.random.randrange(1 << 32)
            folder, record = self.folder("recorded"), self.work / "record"
            process = self.load(folder, seed, stations, env=self.preload(folder, SHIM_RECORD=str(record)))
            assert process.returncode == 0, process.stdout
            log = power.read(record)
            told = [at + 1 for at, op in enumerate(log) if op.kind == "write" and power.is_receipt(log, at)]
            for _ in range(min(rounds - done, 60)):
                at = self.random.choice(told) if self.random.random() < 0.3 else self.random.randrange(len(log) + 1)
                way = power.WAYS[done % len(power.WAYS)]
                cut = self.folder("cut")
                power.disk_after(log, at, way, folder, cut, self.random)
                what = f"the power cut at {at} of {len(log)} ({way}), seed {self.options.seed}, load {seed}"
                said = self.check(cut, what)
                self.counts[way, " ".join(said.split()[:2]).rstrip(":") if said.startswith("refuses") else
                            said.split()[0]] += 1
                done += 1
                # A hole before bytes that did reach the disk looks like damage, and may be: nobody opens over it.
                if way == power.TORN and said.startswith("refuses LEDGER_DAMAGED"):
                    continue
                if said.startswith("refuses") and not said.startswith("refuses LEDGER_MISSING"):
                    self.violation(what, said, cut)
                self.finish(cut, seed, stations, what)
        print(f"{done} power cuts:")
        for (way, said), times in sorted(self.counts.items()):
            print(f"  {way:<40} {said:<24} {times}")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("mode", choices=("kill", "calls", "space", "short", "power"))
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--sample", type=int, default=0, help="so many of the faults, instead of all")
    parser.add_argument("--call", action="append", help="faults of this call alone; may be repeated")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(1 << 32))
    parser.add_argument("--load", default=str(BUILD / "fault_load"))
    parser.add_argument("--shim", default=str(BUILD / "libfault_shim.so"))
    parser.add_argument("--work", help="a folder on the file system to test; else a temporary one")
    parser.add_argument("--keep", help="a folder for ledgers that broke a promise")
    options = parser.parse_args()
    tests = Tests(options)
    print(f"seed {options.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="jejak-fault-", dir=options.work) as work:
        tests.work = pathlib.Path(work).resolve()
        skipped = getattr(tests, options.mode)()
    print(f"{len(tests.violations)} violations. Not covered: fault.py --help")
    return skipped or (1 if tests.violations else 0)


if __name__ == "__main__":
    sys.exit(main())
