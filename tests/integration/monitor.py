"""An election monitor that trusts nobody, from the public interface alone: proto/event.capnp for the bytes, RFC 6962
and C2SP notes for the log, libsodium (PyNaCl) for signatures. It shares no code with the ledger."""

import base64
import hashlib
import struct

import nacl.exceptions
import nacl.signing

FIGURES = ["voters_registered.l", "voters_registered.p", "voters_registered.j", "voters_from_list.l", "voters_from_list.p",
           "voters_from_list.j", "voters_transferred.l", "voters_transferred.p", "voters_transferred.j", "voters_walk_in.l",
           "voters_walk_in.p", "voters_walk_in.j", "voters_total.l", "voters_total.p", "voters_total.j",
           "voters_disabled.l", "voters_disabled.p", "voters_disabled.j", "ballots_received", "ballots_used",
           "ballots_spoiled", "ballots_unused", "ballots_unused_returned", "ballots_unused_kept",
           "ballots_unused_not_returned", "valid", "invalid", "total"]
STATIONS_REGISTERED, SUBMITTED, CORRECTED, ROUND_OPENED, COMMITTED = 3, 13, 14, 17, 27


class Struct:
    """One Cap'n Proto struct of a single-segment message without framing."""

    def __init__(self, words, at, data, pointers):
        self.words, self.at, self.data, self.pointers = words, at, data, pointers

    @classmethod
    def root(cls, words):
        return cls._of(words, 0)

    @classmethod
    def _of(cls, words, at):
        low, = struct.unpack_from("<i", words, at)
        data, pointers = struct.unpack_from("<HH", words, at + 4)
        assert low & 3 == 0
        return cls(words, at + 8 + (low >> 2) * 8, data * 8, pointers)

    def number(self, kind, bit):
        at = bit // 8
        size = struct.calcsize(kind)
        return struct.unpack_from("<" + kind, self.words, self.at + at)[0] if at + size <= self.data else 0

    def _pointer(self, n):
        at = self.at + self.data + 8 * n
        return at if n < self.pointers and self.words[at:at + 8] != bytes(8) else None

    def struct(self, n):
        at = self._pointer(n)
        return Struct._of(self.words, at) if at is not None else Struct(self.words, 0, 0, 0)

    def bytes(self, n):
        at = self._pointer(n)
        if at is None:
            return b""
        low, high = struct.unpack_from("<iI", self.words, at)
        assert low & 3 == 1 and high & 7 == 2
        start = at + 8 + (low >> 2) * 8
        return self.words[start:start + (high >> 3)]

    def text(self, n):
        return self.bytes(n)[:-1].decode()

    def list(self, n):
        at = self._pointer(n)
        if at is None:
            return []
        low, high = struct.unpack_from("<iI", self.words, at)
        assert low & 3 == 1 and high & 7 == 7
        tag = at + 8 + (low >> 2) * 8
        count, = struct.unpack_from("<i", self.words, tag)
        data, pointers = struct.unpack_from("<HH", self.words, tag + 4)
        size = (data + pointers) * 8
        return [Struct(self.words, tag + 8 + i * size, data * 8, pointers) for i in range(count >> 2)]


class Entry:
    def __init__(self, index, raw):
        self.index, self.raw = index, raw
        entry = Struct.root(raw)
        self.received_at = entry.number("q", 0)
        self.event_bytes, self.signature = entry.bytes(0), entry.bytes(1)
        self.accepted = entry.number("H", 64) == 0
        event = Struct.root(self.event_bytes)
        self.election, self.author, self.previous = event.bytes(0), event.bytes(1), event.bytes(2)
        self.sequence = event.number("Q", 0)
        self.kind, self.body = event.number("H", 128), event.struct(3)
        self.event = hashlib.sha256(self.event_bytes).digest()
        self.leaf = hashlib.sha256(b"\0" + raw).digest()

    def signed(self):
        try:
            nacl.signing.VerifyKey(self.author).verify(b"jejak/event/v1\0" + self.event_bytes, self.signature)
            return True
        except nacl.exceptions.BadSignatureError:
            return False


class Tree:
    """An RFC 6962 tree that grows by leaves."""

    def __init__(self):
        self.size, self.edge = 0, []

    def add(self, leaf):
        size = self.size
        while size & 1:
            leaf = hashlib.sha256(b"\1" + self.edge.pop() + leaf).digest()
            size >>= 1
        self.edge.append(leaf)
        self.size += 1

    def root(self):
        right = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            right = hashlib.sha256(b"\1" + left + right).digest()
        return right


def open_checkpoint(note, vkey):
    """(size, root) of a signed note, after checking its Ed25519 signature by `vkey`."""
    text, signatures = note.rsplit("\n\n", 1)
    text += "\n"
    name, number, key = vkey.split("+", 2)
    key = base64.b64decode(key)
    assert key[0] == 1
    assert hashlib.sha256(name.encode() + b"\n" + key).digest()[:4].hex() == number
    for line in signatures.splitlines():
        dash, signer, signature = line.split(" ")
        signature = base64.b64decode(signature)
        if dash == "—" and signer == name and signature[:4].hex() == number:
            nacl.signing.VerifyKey(key[1:]).verify(text.encode(), signature[4:])
            origin, size, root = text.splitlines()[:3]
            assert origin == name
            return int(size), base64.b64decode(root)
    raise AssertionError("not signed by " + name)


def inclusion_holds(index, size, leaf, path, root):
    """RFC 9162, 2.1.3.2."""
    node, last, have = index, size - 1, leaf
    if index >= size:
        return False
    for hash_ in path:
        if last == 0:
            return False
        if node & 1 or node == last:
            have = hashlib.sha256(b"\1" + hash_ + have).digest()
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            have = hashlib.sha256(b"\1" + have + hash_).digest()
        node, last = node >> 1, last >> 1
    return last == 0 and have == root


def receipt_holds(receipt, vkey):
    """A receipt's tlog-proof, checked against the log's key."""
    head, checkpoint = receipt.proof.split("\n\n", 1)
    lines = head.splitlines()
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    lines = [line for line in lines[1:] if not line.startswith("extra ")]
    index = int(lines[0].split(" ")[1])
    size, root = open_checkpoint(checkpoint, vkey)
    path = [base64.b64decode(line) for line in lines[1:]]
    return index == receipt.index and inclusion_holds(index, size, receipt.leaf, path, root)


class Monitor:
    """Takes entries in any filter's order, and knows what they add up to. Rounds that were opened again are
    beyond it: it says so."""

    def __init__(self):
        self.stations = set()
        self.values = {}  # (contest, tps) -> {field: value}
        self.heads = {}   # author -> (sequence, event)
        self.reopened = False

    def take(self, entry):
        if not entry.accepted:
            return
        if entry.kind == STATIONS_REGISTERED:
            self.stations.update(station.text(0) for station in entry.body.list(0))
        elif entry.kind == ROUND_OPENED:
            self.reopened = True
        elif entry.kind == SUBMITTED:
            values = {FIGURES[v.number("H", 0)]: v.number("I", 32) for v in entry.body.list(2)}
            values.update({f"votes.{v.number('I', 0)}": v.number("I", 32) for v in entry.body.list(3)})
            values.update({f"party_total.{v.number('I', 0)}": v.number("I", 32) for v in entry.body.list(4)})
            self.values[entry.body.text(0), entry.body.text(1)] = values
        elif entry.kind == CORRECTED:
            values = self.values.setdefault((entry.body.text(0), entry.body.text(1)), {})
            for change in entry.body.list(3):
                field, tag = change.struct(0), change.struct(0).number("H", 16)
                name = (FIGURES[field.number("H", 0)] if tag == 0
                        else f"{'votes' if tag == 1 else 'party_total'}.{field.number('I', 32)}")
                if change.number("H", 0) == 0:
                    values.pop(name, None)
                else:
                    values[name] = change.number("I", 32)

    def chain_holds(self, entry):
        """The author's chain goes on from what was seen; a fork that was refused doesn't move it."""
        before = self.heads.get(entry.author, (-1, bytes(32)))
        holds = (entry.sequence, entry.previous) == (before[0] + 1, before[1] if before[0] >= 0 else entry.previous)
        if holds:
            self.heads[entry.author] = (entry.sequence, entry.event)
        return holds

    def sums(self, contest, region):
        """{field: (sum, TPSs that have it)} over the TPSs of a region."""
        prefix = "" if region == "0" else region
        out = {}
        for (of, tps), values in self.values.items():
            if of != contest or not tps.startswith(prefix):
                continue
            for field, value in values.items():
                total, present = out.get(field, (0, 0))
                out[field] = (total + value, present + 1)
        return out
