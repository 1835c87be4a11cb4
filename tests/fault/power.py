"""Disks that a power cut could leave: made from what shim.cc wrote down of a run, every change and every sync in their
order. What was synced stays. Of the rest:

  nothing         names are on disk once their folder was synced, bytes once their file was: the strictest reading of
                  what the system promises
  names           every name that was made, changed or removed, but no byte that was not synced
  names and some  every name; of the bytes not synced, whole sectors or not, at random: torn writes. A ledger may then
                  refuse to open: in the write-ahead log a hole before bytes that are there can't be told from
                  damage to what was acknowledged"""

import collections
import pathlib

TORN = "names and some"
WAYS = ("nothing", "names", TORN)
SECTOR = 512

Op = collections.namedtuple("Op", "kind inode path to offset data")


def read(file):
    raw, at, out = file.read_bytes(), 0, []
    while at < len(raw):
        end = raw.index(b"\n", at)
        kind, *rest = raw[at:end].decode().split(" ")
        at = end + 1
        if kind == "write":
            inode, offset, size = map(int, rest)
            out.append(Op(kind, inode, None, None, offset, raw[at:at + size]))
            at += size
        elif kind == "create":
            out.append(Op(kind, int(rest[0]), rest[1], None, 0, b""))
        elif kind == "truncate":
            out.append(Op(kind, int(rest[0]), None, None, int(rest[1]), b""))
        elif kind == "sync":
            out.append(Op(kind, int(rest[0]), None, None, 0, b""))
        else:
            out.append(Op(kind, None, rest[0], rest[1] if len(rest) > 1 else None, 0, b""))
    return out


def is_receipt(log, at):
    made = {op.inode for op in log if op.kind == "create" and op.path.endswith("/receipts")}
    return log[at].inode in made


class File:
    def __init__(self):
        self.now, self.synced, self.unsynced = bytearray(), b"", []

    def write(self, offset, data):
        if len(self.now) < offset:
            self.now.extend(b"\0" * (offset - len(self.now)))
        self.now[offset:offset + len(data)] = data
        self.unsynced.append((offset, data))

    def truncate(self, size):
        del self.now[size:]
        self.now.extend(b"\0" * (size - len(self.now)))
        self.unsynced.append((size, None))

    def sync(self):
        self.synced, self.unsynced = bytes(self.now), []

    def torn(self, random):
        """The synced bytes, and of what came after a random part; a file may be longer than what reached it."""
        out = bytearray(self.synced)
        length = random.choice((len(self.synced), len(self.now), random.randint(0, len(self.now))))
        for offset, data in self.unsynced:
            if data is None:
                if random.random() < 0.5:
                    del out[offset:]
                continue
            at = offset
            while at < offset + len(data):
                end = min((at // SECTOR + 1) * SECTOR, offset + len(data))
                if random.random() < 0.6:
                    out.extend(b"\0" * (end - len(out)))
                    out[at:end] = data[at - offset:end - offset]
                at = end
        if len(out) < length:
            out.extend(b"\0" * (length - len(out)))
        # Nothing that was synced is cut off, unless it was truncated since.
        keep = min([len(self.synced)] + [size for size, data in self.unsynced if data is None])
        return bytes(out[:max(length, keep)])


def disk_after(log, cut, way, folder, target, random):
    """Writes to `target` what of `folder` is on the disk when the power goes before operation `cut`."""
    files, names, durable = collections.defaultdict(File), {}, {}
    for op in log[:cut]:
        if op.kind == "create":
            files[op.inode] = File()  # numbers of files that are gone are given again
            names[op.path] = op.inode, files[op.inode]
        elif op.kind == "write":
            files[op.inode].write(op.offset, op.data)
        elif op.kind == "truncate":
            files[op.inode].truncate(op.offset)
        elif op.kind == "sync":
            files[op.inode].sync()
        elif op.kind == "rename":
            if op.path in names:
                names[op.to] = names.pop(op.path)
        elif op.kind == "link":
            if op.path in names:
                names[op.to] = names[op.path]
        elif op.kind == "unlink":
            names.pop(op.path, None)
        elif op.kind == "mkdir":
            names[op.path] = None, None
        elif op.kind == "names":
            inside = lambda path: str(pathlib.PurePath(path).parent) == op.path  # noqa: E731
            durable = {path: what for path, what in durable.items() if not inside(path)}
            durable.update({path: what for path, what in names.items() if inside(path)})
    receipts = names.get(f"{folder}/receipts")
    for path, (_, file) in sorted((durable if way == "nothing" else names).items()):
        to = pathlib.Path(target) / pathlib.PurePath(path).relative_to(folder)
        if file is None:
            to.mkdir(parents=True, exist_ok=True)
        elif to.name != "receipts" and (way != "nothing" or parents_durable(durable, path, folder)):
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_bytes(file.torn(random) if way == TORN else file.synced)
    # Who read a receipt remembers it.
    if receipts:
        (pathlib.Path(target) / "receipts").write_bytes(bytes(receipts[1].now))


def parents_durable(durable, path, folder):
    parent = pathlib.PurePath(path).parent
    while str(parent) != str(folder):
        if str(parent) not in durable:
            return False
        parent = parent.parent
    return True
