#!/usr/bin/python3
"""Reads a backup repository that lies in a directory. Written from docs/repository-format.md alone, so that the text is tested.

  abf_reader.py REPOSITORY [--passphrase-file FILE] [--set ID] [--extract DIR] [--strict]

Prints one line of JSON: the sets, and for the chosen one (the newest by default) every root's entries with the SHA-256 of
each file, the dump's, and the catalogue's nodes. What is lost takes only itself: it is named in "lost" and on stderr, with why, and the exit
code is 3; with --strict the first loss ends it. Anything else that breaks a rule of the text ends with exit code 7 and
one line on stderr.
Needs cryptography, zstandard and, for passphrases, argon2-cffi.
"""
import argparse
import base64
import hashlib
import hmac
import json
import os
import re
import struct
import sys

import zstandard
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

LOG, INDEX, PAGE, RECEIPT, CONTENT_PACK, DUMP_PACK, INDEX_PACK, METADATA_PACK, CHECK_TABLE = range(1, 10)
KEY_CLASS = {LOG: 3, INDEX: 2, PAGE: 2, RECEIPT: 2, CONTENT_PACK: 1, DUMP_PACK: 1, INDEX_PACK: 1, METADATA_PACK: 2, CHECK_TABLE: 2}
CLASS_NAME = {1: "content", 2: "metadata", 3: "log"}
PACK_OF_CLASS = {"content": CONTENT_PACK, "dump": DUMP_PACK, "index": INDEX_PACK, "metadata": METADATA_PACK}
MIB = 1 << 20
LAST_NAME = 10 ** 12 - 1
MAX_CHECK_TABLE = 16 * MIB


class Damage(Exception):
    pass


def need(condition, what):
    if not condition:
        raise Damage(what)


def hkdf(ikm, salt, info):
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=salt, info=info).derive(ikm)


def raw_public(private):
    return private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def varint_bytes(value):
    out = bytearray()
    while value >= 0x80:
        out.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes(out + bytes([value]))


def text(value):
    encoded = value.encode("utf-8")
    return varint_bytes(len(encoded)) + encoded


class Cursor:
    """Reads integers and byte strings, never past the end."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, count):
        need(count <= len(self.data) - self.at, "some bytes end too early")
        self.at += count
        return self.data[self.at - count:self.at]

    def u8(self):
        return self.take(1)[0]

    def u32(self):
        return struct.unpack("<I", self.take(4))[0]

    def varint(self):
        value = shift = 0
        while True:
            byte = self.u8()
            value |= (byte & 0x7F) << shift
            shift += 7
            need(value < 1 << 64 and shift <= 70, "a number has more than 64 bits")
            if byte < 0x80:
                return value

    def svarint(self):
        value = self.varint()
        return (value >> 1) ^ -(value & 1)

    def block(self):
        return self.take(self.varint())

    def path(self, previous):
        shared = self.varint()
        need(shared <= len(previous), "a path shares more than there is")
        path = previous[:shared] + self.block()
        need(len(path) <= 65535 and b"\0" not in path, "a path is too long or holds U+0000")
        need(path == b"" or not any(part in (b"", b".", b"..") for part in path.split(b"/")), "a path has an impossible component")
        return path

    def content(self):
        length, depth = self.varint(), self.u8()
        count = self.varint()
        need(count <= 64 and depth <= 3, "a content reference is out of bounds")
        return {"length": length, "depth": depth, "chunks": [self.take(16).hex() for _ in range(count)]}

    def end(self):
        need(self.at == len(self.data), "bytes are left over")


def keep(kept, key, value, most):
    """The chunks of a dump lie in the packs of several nights, in turn: the newest few are kept."""
    while len(kept) >= most:
        del kept[next(iter(kept))]
    kept[key] = value


def order(path):
    """Component by component, as if '/' were the lowest byte."""
    return path.split(b"/") if path else []


class Repository:
    def __init__(self, root, passphrase):
        self.root = root
        self.packs = {}
        self.frames = {}
        self.warnings = []
        self.left = 16 << 20  # KiB times passes, for all key slots together
        self.open_config(passphrase)
        self.read_log()
        self.load_index()

    def blob(self, name, limit=128 * MIB):
        path = os.path.join(self.root, *name.split("/"))
        need(os.path.isfile(path), f"{name} is missing")
        need(os.path.getsize(path) <= limit, f"{name} is too long")
        with open(path, "rb") as file:
            return file.read()

    # -- config and keys

    def open_config(self, passphrase):
        numbers = sorted((int(n) for n in os.listdir(os.path.join(self.root, "config")) if re.fullmatch("[1-9][0-9]*", n)), reverse=True)
        need(numbers, "there is no config")
        self.configs = {}
        for number in numbers:
            raw = self.blob(f"config/{number}", MIB)
            self.configs[number] = hashlib.sha256(raw).hexdigest()
        for number in numbers:
            try:
                self.keys = self.unwrap(json.loads(self.blob(f"config/{number}", MIB)), passphrase)
                self.read_log()
            except (ValueError, KeyError, TypeError, InvalidTag, Damage) as error:
                failure = error
                continue
            if self.state["config"] == {"number": number, "sha256": self.configs[number]} or self.alarms:
                return
            failure = Damage("the log names another config as current")
        raise Damage(f"no config can be used: {failure or type(failure).__name__}")

    def unwrap(self, config, passphrase):
        need(config["format"] == "AlfrescoBackupFlows repository" and config["version"] == 1, "the format is another one")
        self.id = bytes.fromhex(config["repository"])
        if config["encryption"] == "none":
            need(passphrase is None, "the repository is not encrypted, but a passphrase was given")
            return {(k["class"], k["generation"]): base64.b64decode(k["clear"]) for k in config["keys"]}
        need(config["encryption"] == "passphrase" and passphrase is not None, "a passphrase is needed")
        for slot in sorted(config["slots"], key=self.cost):
            kdf = slot["kdf"]
            bounded = (kdf["name"] == "argon2id" and 8192 <= kdf["memoryKiB"] <= 1048576 and 1 <= kdf["iterations"] <= 16
                       and kdf["parallelism"] == 1 and len(base64.b64decode(kdf["salt"])) == 16)
            if not bounded or self.cost(slot) > self.left:
                continue
            self.left -= self.cost(slot)
            try:
                return self.check_public_keys(config, self.unwrap_slot(slot, passphrase))
            except InvalidTag:
                continue
        raise Damage("the passphrase is wrong")

    @staticmethod
    def cost(slot):
        return slot["kdf"]["memoryKiB"] * slot["kdf"]["iterations"]

    @staticmethod
    def check_public_keys(config, keys):
        for key in config.get("publicKeys", []):
            private = keys.get(("content", key["generation"]))
            need(key["class"] == "content" and private is not None, "a public key has no private one")
            need(raw_public(X25519PrivateKey.from_private_bytes(private)) == base64.b64decode(key["public"]),
                 "a public key does not fit the private one")
        return keys

    def unwrap_slot(self, slot, passphrase):
        from argon2.low_level import Type, hash_secret_raw
        kdf = slot["kdf"]
        salt = base64.b64decode(kdf["salt"])
        key_encryption_key = hash_secret_raw(passphrase, salt, kdf["iterations"], kdf["memoryKiB"], 1, 32, Type.ID, 0x13)
        keys = {}
        for key in slot["keys"]:
            wrap = hkdf(key_encryption_key, salt, f"abf/v1/wrap/{key['class']}/{key['generation']}".encode())
            associated = b"abf/v1/wrap" + self.id + text(key["class"]) + struct.pack("<I", key["generation"]) + text(slot["id"])
            keys[key["class"], key["generation"]] = AESGCM(wrap).decrypt(bytes(12), base64.b64decode(key["wrapped"]), associated)
        return keys

    # -- sealed objects

    def header(self, blob, kind):
        need(len(blob) >= 64 and blob[:4] == b"ABF1", "a blob has no header")
        need(blob[4] == 1, "a blob has another format version")
        need(blob[5] == kind and blob[6] == KEY_CLASS[kind], "a blob is of another type")
        need(blob[7] == 1 or blob[7] == 2 and blob[6] == 1, "a blob has another key mode")
        generation, length = struct.unpack("<II", blob[8:16])
        need(length == 32 and blob[16:32] == self.id, "a blob belongs to another repository")
        key = self.keys.get((CLASS_NAME[blob[6]], generation))
        need(key is not None, "a key is not known")
        info = b"abf/v1/object" + blob[:32]
        if blob[7] == 2:
            private = X25519PrivateKey.from_private_bytes(key)
            try:
                key = private.exchange(X25519PublicKey.from_public_bytes(blob[32:64]))
            except ValueError:
                raise Damage("a blob's key material is no public key") from None
            key += hkdf(self.keys["chunk", 1], b"", b"abf/v1/sender")
            info += raw_public(private)
        return blob[:64], AESGCM(hkdf(key, blob[32:64], info))

    def frame(self, header, cipher, number, last, name, sealed):
        associated = header + struct.pack("<IB", number, last) + name.encode()
        try:
            payload = cipher.decrypt(struct.pack("<I", number) + bytes(8), sealed, associated)
        except InvalidTag:
            raise Damage(f"{name} does not authenticate") from None
        cursor = Cursor(payload)
        codec, length = cursor.u8(), cursor.u32()
        need(codec in (0, 1) and length <= 67108864, f"{name} has an impossible payload")
        data = payload[5:]
        try:
            plain = zstandard.ZstdDecompressor().decompress(data, max_output_size=max(length, 1)) if codec else data
        except zstandard.ZstdError:
            raise Damage(f"{name} does not decompress") from None
        need(len(plain) == length, f"{name} decodes to another length")
        return plain

    def sealed(self, name, kind):
        blob = self.blob(name)
        header, cipher = self.header(blob, kind)
        return self.frame(header, cipher, 0, 1, name, blob[64:]), hashlib.sha256(blob).hexdigest()

    # -- checks

    def read_checks(self):
        """The newest table that authenticates, of at most 32 that are looked at."""
        folder = os.path.join(self.root, "checks")
        names = sorted(n for n in os.listdir(folder) if re.fullmatch("[0-9]{12}", n)) if os.path.isdir(folder) else []
        for name in names[:32]:
            try:
                checks = check_table(self.sealed(f"checks/{name}", CHECK_TABLE)[0])
                return [check for check in checks if check["kind"] in ("verify", "drill")]
            except (Damage, ValueError, KeyError, TypeError, AttributeError):
                continue
        return []

    # -- log

    def read_log(self):
        folder = os.path.join(self.root, "log")
        entries, self.alarms, previous, broken = {}, [], "", None
        for sequence in sorted(LAST_NAME - int(n) for n in os.listdir(folder) if re.fullmatch("[0-9]{12}", n)):
            name = "log/%012d" % (LAST_NAME - sequence)
            try:
                plain, digest = self.sealed(name, LOG)
            except Damage as damage:
                self.alarms.append(str(damage))
                continue
            entry = json.loads(plain)
            need(entry["sequence"] == sequence, f"{name} has the sequence of another entry")
            if entry["previous"] != previous and broken is None:
                broken = sequence
                self.alarms.append(f"the chain breaks before {name}: sets may be hidden")
            entries[sequence], previous = entry, digest
        self.state = self.replay(entries, LAST_NAME if broken is None else broken)
        self.entries = entries

    @staticmethod
    def replay(entries, broken):
        """The state after all entries; from the broken one on only what can follow."""
        # Without entry 0, the first entry that carries the state is the beginning.
        state = {"config": entries.get(0, {}).get("config"), "openRuns": {}, "sets": [], "indexes": [], "replaces": {}, "tombstones": [], "compacted": set()}
        for sequence, entry in sorted(entries.items()):
            kind = entry["type"]
            if kind == "run-open":
                need(entry["run"] not in state["openRuns"], "a run is opened twice")
                state["openRuns"][entry["run"]] = sequence
            elif kind in ("set", "abort", "evicted"):
                need(state["openRuns"].pop(entry["run"], None) is not None or sequence >= broken, "a run ends that is not open")
                if kind == "set":
                    state["sets"].append((sequence, entry["manifest"]))
                    state["indexes"] += [(sequence, index["id"]) for index in entry["manifest"]["indexes"]]
                    state["replaces"] |= {index["id"]: index["replaces"] for index in entry["manifest"]["indexes"] if "replaces" in index}
            elif kind == "keys":
                state["config"] = entry["config"]
            elif kind == "expire":
                ended = set(entry["sets"])
                need(1 <= len(ended) == len(entry["sets"]) <= 65536, "an expire names a set twice, or none")
                left = [s for s in state["sets"] if s[1]["id"] not in ended]
                need(len(state["sets"]) - len(left) == len(ended) or sequence >= broken, "a set ends that is not there")
                state["sets"] = left
            elif kind == "tombstones":
                state = Repository.bury(state, sequence, entry, sequence >= broken)
            else:
                need(kind == "init" and sequence == 0, f"log entry {sequence} is of the unknown type {kind}")
            if sequence % 64 == 0:
                carried = entry["state"]
                if sequence >= broken:
                    state = {"config": carried["config"], "openRuns": {run["run"]: run["sequence"] for run in carried["openRuns"]},
                             "sets": [(s["sequence"], entries[s["sequence"]]["manifest"]) for s in carried["sets"] if s["sequence"] in entries],
                             "indexes": [(i["sequence"], i["id"]) for i in carried["indexes"]],
                             "replaces": {i["id"]: i["replaces"] for i in carried["indexes"] if "replaces" in i},
                             "tombstones": carried["tombstones"], "compacted": {i["id"] for i in carried["indexes"] if i.get("compacted")}}
                    continue
                need([s["sequence"] for s in carried["sets"]] == [s[0] for s in state["sets"]]
                     and [r["run"] for r in carried["openRuns"]] == list(state["openRuns"])
                     and [(i["sequence"], i["id"]) for i in carried["indexes"]] == state["indexes"]
                     and carried["tombstones"] == state["tombstones"]
                     and carried["config"] == state["config"], f"the state in log entry {sequence} is not that of the entries before it")
        need(state["config"], "the log does not begin")
        return state

    @staticmethod
    def live(state):
        replaced = {index for indexes in state["replaces"].values() for index in indexes}
        return {index for _, index in state["indexes"] if index not in replaced}

    @staticmethod
    def bury(state, sequence, entry, lenient):
        """The state after tombstones: what they name is no place of anything, and new index blobs stand for older ones."""
        names, gone, indexes = entry.get("names", []), entry.get("gone", []), entry.get("indexes", [])
        known = {index for _, index in state["indexes"]}
        replaced = {index for ids in state["replaces"].values() for index in ids}
        for name in names + gone:
            match = re.fullmatch("packs/([0-9a-f]{2})/\\1[0-9a-f]{30}|index/[0-9a-f]{32}", name)
            need(match, f"tombstones name {name}")
        need((names or gone or indexes) and len(set(names)) == len(names) and len(set(gone)) == len(gone)
             and max(len(names), len(gone), len(indexes)) <= 65536, "tombstones are empty, too many, or name something twice")
        if not lenient:
            need(not set(names) & set(state["tombstones"]) and not any(name[6:] in known for name in names if name.startswith("index/")),
                 "tombstones give up what is named, or was given up before")
            need(all(index["id"] not in known and set(index.get("replaces", [])) <= known for index in indexes),
                 "tombstones name an index blob again, or replace one that there is not")
            need(all(name in state["tombstones"] or (name.startswith("index/") and name[6:] in replaced) for name in gone),
                 "something is gone that nobody gave up")
        before = Repository.live(state)
        lost = {name[6:] for name in gone if name.startswith("index/")}
        replaces = state["replaces"] | {index["id"]: index["replaces"] for index in indexes if "replaces" in index}
        replaces = {index: [other for other in ids if other not in lost] for index, ids in replaces.items() if index not in lost}
        state = state | {
            "compacted": state["compacted"] | {index["id"] for index in indexes},
            "tombstones": [name for name in state["tombstones"] + names if name not in gone],
            "indexes": [i for i in state["indexes"] + [(sequence, index["id"]) for index in indexes if index["id"] not in known] if i[1] not in lost],
            "replaces": {index: ids for index, ids in replaces.items() if ids}}
        need(lenient or Repository.live(state) & known <= before, "an index blob that was replaced counts again")
        return state

    # -- index and chunks

    def load_index(self):
        self.places = {}
        replaced = {index for indexes in self.state["replaces"].values() for index in indexes}
        readable, lossy = [], set()
        for sequence, index in self.state["indexes"]:
            if index in replaced:
                continue
            try:
                packs, rows = self.index(index)
            except Damage as damage:
                self.warnings.append(f"index/{index} is lost ({damage}): its rows are taken from the directories of the packs")
                lossy.add(sequence)
                continue
            readable.append((sequence, index, packs))
            for chunk, pack, place in rows:
                self.places.setdefault(chunk, []).append(((sequence, packs[pack][0]), packs[pack], place))
        for places in self.places.values():
            places.sort()
        if lossy:
            self.rebuild({pack[0] for sequence, index, packs in readable for pack in packs
                          if sequence not in lossy and index not in self.state["replaces"] and index not in self.state["compacted"]}
                         | {name[9:] for name in self.state["tombstones"] if name.startswith("packs/")})

    def index(self, index):
        plain, _ = self.sealed(f"index/{index}", INDEX)
        cursor = Cursor(plain)
        packs, rows = [], []
        for _ in range(cursor.u32()):
            packs.append((cursor.take(16).hex(), cursor.u32(), cursor.u8()))
            need(cursor.take(3) == bytes(3), "an index has bytes that are not zero")
        count = cursor.u32()
        need(count <= 1048576, "an index has too many rows")
        previous = None
        for _ in range(count):
            chunk = cursor.take(16).hex()
            pack, *place = struct.unpack("<6I", cursor.take(24))
            need(pack < len(packs), "an index names a pack that it has not")
            key = (chunk, packs[pack][0])
            need(previous is None or previous < key, "an index is not sorted")
            previous = key
            rows.append((chunk, pack, place))
        cursor.end()
        return packs, rows

    def rebuild(self, whole):
        """What lost index blobs held: the directories of all packs but those whose rows stand elsewhere for certain."""
        folder = os.path.join(self.root, "packs")
        for pack in sorted(name for part in os.listdir(folder) for name in os.listdir(os.path.join(folder, part))):
            if pack in whole:
                continue
            try:
                entry, rows = self.directory(pack)
            except (Damage, struct.error) as damage:
                self.warnings.append(f"packs/{pack[:2]}/{pack} cannot be read ({damage})")
                continue
            for chunk, place in rows:
                places = self.places.setdefault(chunk, [])
                if all(known[0] != pack for _, known, _ in places):
                    places.append(((1 << 62, pack), entry, place))

    def directory(self, pack):
        name = f"packs/{pack[:2]}/{pack}"
        blob = self.blob(name, 64 * MIB)
        need(len(blob) >= 80, f"{name} is too short")
        kind = blob[5]
        need(CONTENT_PACK <= kind <= METADATA_PACK and blob[-4:] == b"ABFE", f"{name} is not a pack")
        header, cipher = self.header(blob, kind)
        at, length, count = struct.unpack("<3I", blob[-16:-4])
        need(at >= 64 and at + length == len(blob) - 16, f"{name} has a trailer that does not fit")
        cursor = Cursor(self.frame(header, cipher, count, 1, name, blob[at:at + length]))
        frames = [struct.unpack("<3I", cursor.take(12)) for _ in range(cursor.u32())]
        need(len(frames) == count, f"{name} has another number of frames than its trailer says")
        rows = []
        for _ in range(cursor.u32()):
            chunk = cursor.take(16).hex()
            number, offset, size = struct.unpack("<3I", cursor.take(12))
            need(number < count and size > 0 and offset + size <= frames[number][2], f"{name} has a chunk outside of its frame")
            rows.append((chunk, [number, frames[number][0], frames[number][1], offset, size]))
        cursor.end()
        return (pack, len(blob), kind), rows

    def chunk(self, chunk, kind):
        """From the first of the chunk's places that is not lost or damaged."""
        damage = None
        for _, pack, place in self.places.get(chunk, []):
            try:
                return self.chunk_at(chunk, kind, pack, place)
            except Damage as error:
                damage = damage or error
        raise damage or Damage(f"chunk {chunk} has no place")

    def chunk_at(self, chunk, kind, place_pack, place):
        (pack, pack_length, pack_type), (number, offset, sealed_length, start, length) = place_pack, place
        # A chunk of another class may have the same bytes; the classes content, dump and index share their id key.
        need((pack_type == METADATA_PACK) == (kind == METADATA_PACK), f"chunk {chunk} is of another class")
        name = f"packs/{pack[:2]}/{pack}"
        if name not in self.packs:
            blob = self.blob(name, 64 * MIB)
            need(len(blob) == pack_length, f"{name} has another length than the index says")
            keep(self.packs, name, (blob, *self.header(blob, pack_type)), 8)
        blob, header, cipher = self.packs[name]
        if (name, number) not in self.frames:
            keep(self.frames, (name, number), self.frame(header, cipher, number, 0, name, blob[offset:offset + sealed_length]), 16)
        plain = self.frames[name, number][start:start + length]
        id_key = hkdf(self.keys["chunk", 1], b"", b"abf/v1/chunk-id/" + (b"metadata" if kind == METADATA_PACK else b"content"))
        need(1 <= len(plain) == length and hmac.new(id_key, plain, hashlib.sha256).digest()[:16].hex() == chunk, f"chunk {chunk} has other bytes")
        return plain

    def pieces(self, content, kind):
        """The content's bytes, chunk by chunk."""
        ids, depth, total = content["chunks"], content["depth"], 0
        for chunk in self.ids(ids, depth):
            piece = self.chunk(chunk, kind)
            total += len(piece)
            yield piece
        need(total == content["length"], "a content has another length")

    def ids(self, ids, depth):
        for chunk in ids:
            if depth == 0:
                yield chunk
                continue
            level = self.chunk(chunk, METADATA_PACK)
            need(len(level) % 16 == 0 and len(level) <= 65536 * 16, "a list of chunks has another length")
            yield from self.ids([level[i:i + 16].hex() for i in range(0, len(level), 16)], depth - 1)

    # -- listings

    def listing(self, content, lost=None):
        """The entries. With lost, a segment that cannot be read is told (first path, last path, files, why) and passed over."""
        cursor = Cursor(b"".join(self.pieces(content, METADATA_PACK)))
        need(cursor.u8() == 1, "a listing has another version")
        previous = None
        while cursor.at < len(cursor.data):
            first, last, chunk = cursor.block(), cursor.block(), cursor.take(16).hex()
            totals = (cursor.varint(), cursor.varint(), cursor.varint())
            try:
                entries = self.segment(self.chunk(chunk, METADATA_PACK))
            except Damage as damage:
                if lost is None:
                    raise
                lost(first, last, totals[1], str(damage))
                continue
            files = [entry for entry in entries if entry["content"]]
            need(entries[0]["path"] == first and entries[-1]["path"] == last
                 and totals == (len(entries), len(files), sum(entry["content"]["length"] for entry in files)), "a segment is not the one named")
            for entry in entries:
                need(previous is None or order(previous["path"]) < order(entry["path"]), "a listing is not in order")
                need(not previous or not previous["content"] or not entry["path"].startswith(previous["path"] + b"/"), "an entry lies below a file")
                previous = entry
                yield entry

    @staticmethod
    def segment(data):
        cursor = Cursor(data)
        need(cursor.u8() == 1, "a segment has another version")
        owners = [(cursor.varint(), cursor.varint(), cursor.block().decode(), cursor.block().decode()) for _ in range(cursor.varint())]
        entries, path = [], b""
        for _ in range(cursor.varint()):
            path = cursor.path(path)
            kind, flags, mode, owner = cursor.u8(), cursor.u8(), cursor.varint(), cursor.varint()
            need(kind in (1, 2) and flags < 16 and mode < 4096 and owner < len(owners), "an entry is out of bounds")
            entry = {"path": path, "flags": flags, "mode": mode, "owner": owners[owner], "mtime": cursor.svarint(), "ctime": cursor.svarint()}
            entry["content"] = cursor.content() if kind == 2 else None
            entries.append(entry)
        cursor.end()
        need(entries, "a segment is empty")
        return entries

    def required(self, content):
        cursor = Cursor(b"".join(self.pieces(content, METADATA_PACK)))
        need(cursor.u8() == 1, "a list of required files has another version")
        path = b""
        while cursor.at < len(cursor.data):
            path = cursor.path(path)
            yield path, cursor.varint() - 1, cursor.varint()

    # -- catalogue

    def catalogue(self, catalogue):
        """The nodes, in order of their ids. Every key of a node must be in the filter of its segment."""
        cursor, nodes, contents, last = Cursor(b"".join(self.pieces(catalogue["table"], METADATA_PACK))), 0, 0, -1
        need(cursor.u8() == 1, "the table of a catalogue has another version")
        lists = self.catalogue_folders(catalogue["folders"]) if catalogue.get("folders") else None
        while cursor.at < len(cursor.data):
            folders = next(lists, None) if lists else None
            need(not lists or folders is not None, "the folders of a catalogue are of fewer groups")
            group, filters = cursor.varint(), [cursor.take(16) for _ in range(4)]
            need(group > last, "the table of a catalogue is not in order")
            last, position = group, -1
            filters = [self.filter(self.chunk(chunk.hex(), METADATA_PACK)) if any(chunk) else {} for chunk in filters]
            for _ in range(cursor.varint()):
                here, chunk, count, uses = cursor.u8(), cursor.take(16).hex(), cursor.varint(), cursor.varint()
                need(position < here < 64, "the segments of a catalogue are not in order")
                position = here
                segment = list(self.catalogue_segment(self.chunk(chunk, METADATA_PACK), (group * 64 + here) * 512))
                need(len(segment) == count and sum(len(node["contents"]) for node in segment) == uses, "a segment is not the one named")
                nodes, contents = nodes + count, contents + uses
                keys = [[], [], [], []]
                for node in segment:
                    for kind, key in catalogue_keys(node):
                        keys[kind].append(key)
                    yield node
                for kind in range(4):
                    size, bits = filters[kind].get(here, (0, b""))
                    need(size == len(keys[kind]) and all(is_in(bits, key) for key in keys[kind]), "a filter is not that of its segment")
                above = sorted({node["parent"] for node in segment if node["parent"] and not node["version"]})
                need(folders is None or folders.get(here, []) == above, "a list of folders is not that of its segment")
        need(not lists or next(lists, None) is None, "the folders of a catalogue are of more groups")
        need((nodes, contents) == (catalogue["nodes"], catalogue["contents"]), "a catalogue has another number of nodes")

    def catalogue_folders(self, folders):
        """For each group of the catalogue the folders of its segments, by their position."""
        cursor = Cursor(b"".join(self.pieces(folders, METADATA_PACK)))
        need(cursor.u8() == 1, "the folders of a catalogue have another version")
        while cursor.at < len(cursor.data):
            chunk, found, last = cursor.take(16), {}, -1
            group = Cursor(self.chunk(chunk.hex(), METADATA_PACK) if any(chunk) else b"\1")
            need(group.u8() == 1, "a list of folders has another version")
            while group.at < len(group.data):
                position, ids, folder = group.u8(), Cursor(group.block()), 0
                need(last < position < 64, "a list of folders is not in order")
                last = position
                found[position] = []
                while ids.at < len(ids.data):
                    folder += ids.varint()
                    found[position].append(folder)
            yield found

    @staticmethod
    def filter(data):
        cursor, found, last = Cursor(data), {}, -1
        need(cursor.u8() == 1, "a filter has another version")
        while cursor.at < len(cursor.data):
            position, size = cursor.u8(), cursor.varint()
            need(last < position < 64, "a filter is not in order")
            last = position
            found[position] = (size, cursor.take(2 * size))
        return found

    @staticmethod
    def catalogue_segment(data, lowest):
        cursor, last = Cursor(data), -1
        need(cursor.u8() == 1, "a segment of a catalogue has another version")
        texts = [cursor.block().decode() for _ in range(cursor.varint())]
        for _ in range(cursor.varint()):
            offset, parent, store = cursor.varint(), cursor.varint(), texts[cursor.varint()]
            need(last < offset < 512, "the nodes of a catalogue are not in order")
            last, uuid, name, flags = offset, cursor.block().decode(), cursor.block().decode(), cursor.u8()
            need(flags < 16, "a node has flags that are not known")
            node = {"id": lowest + offset, "parent": parent, "store": store, "uuid": uuid, "name": name, "home": bool(flags & 1)}
            node["modified"] = cursor.svarint() if flags & 2 else None
            node["label"] = cursor.block().decode() if flags & 4 else ""
            node["version"] = cursor.block().decode() if flags & 8 else ""
            node["contents"] = [[texts[cursor.varint()], cursor.block().decode(), cursor.varint() - 1, texts[cursor.varint()]]
                                for _ in range(cursor.varint())]
            yield node
        cursor.end()


def catalogue_keys(node):
    yield 0, "n" + small(node["uuid"])
    if node["version"]:
        yield 0, "v" + small(node["version"])
    for _, url, _, _ in node["contents"]:
        yield 1, url
    if node["name"]:
        yield 2, small(node["name"])
        if node["parent"]:
            yield 3, f"{node['parent']}/{small(node['name'])}"


def small(name):
    """Python's mapping of a single code point is the simple one, but for U+0130, which stays."""
    return "".join(point.lower() if len(point.lower()) == 1 else point for point in name)


def is_in(bits, key):
    first, second = struct.unpack_from("<QQ", hashlib.sha256(key.encode()).digest())
    places = [(first + i * (second | 1)) % 2 ** 64 % (8 * len(bits)) for i in range(8)]
    return all(bits[place // 8] >> place % 8 & 1 for place in places)


def write(pieces, path):
    digest = hashlib.sha256()
    out = open(path, "xb") if path else None
    try:
        for piece in pieces:
            digest.update(piece)
            if out:
                out.write(piece)
    except Damage:
        if out:
            os.remove(path)
        raise
    finally:
        if out:
            out.close()
    return digest.hexdigest()


def extract(repository, manifest, directory, strict):
    result = {"id": manifest["id"], "roots": {}, "required": {}, "lost": []}
    lost = result["lost"]
    if directory:
        os.makedirs(directory, exist_ok=True)

    def lose(root, path, damage):
        if strict:
            raise damage
        lost.append([root, path.hex(), str(damage)])

    for root in manifest["roots"]:
        base = os.path.join(os.fsencode(directory), root["name"].encode()) if directory else None
        lines = result["roots"].setdefault(root["name"], [])
        segments, required = [], None
        if root.get("required"):
            try:
                required = list(repository.required(root["required"]))
                result["required"][root["name"]] = [[path.hex(), size, url] for path, size, url in required]
            except Damage as damage:
                lose(root["name"], b"", Damage(f"the list of required files: {damage}"))
        try:
            for entry in repository.listing(root["listing"], None if strict else lambda *segment: segments.append(segment)):
                target = os.path.join(base, entry["path"]) if base else None
                digest = None
                if entry["content"] is None:
                    if target:
                        os.makedirs(target, exist_ok=True)
                else:
                    if target:
                        os.makedirs(os.path.dirname(target), exist_ok=True)
                    try:
                        digest = write(repository.pieces(entry["content"], PACK_OF_CLASS[root["class"]]), target)
                    except Damage as damage:
                        lose(root["name"], entry["path"], damage)
                        continue
                lines.append([entry["path"].hex(), entry["flags"], entry["mode"], list(entry["owner"]), entry["mtime"], entry["ctime"],
                              entry["content"] and entry["content"]["length"], digest])
        except Damage as damage:
            lose(root["name"], b"", Damage(f"the listing, {root['files']} files: {damage}"))
            segments.append((b"", None, root["files"], "the listing is lost"))
        lose_segments(lose, root["name"], segments, required or [], {line[0] for line in lines} if segments else set())
    if manifest.get("database"):
        target = os.path.join(directory, "database.dump") if directory else None
        try:
            result["dump"] = write(repository.pieces(manifest["database"]["dump"], DUMP_PACK), target)
        except Damage as damage:
            lose("database.dump", b"", Damage(f"the database dump: {damage}"))
        if manifest["database"].get("catalogue"):
            try:
                result["catalogue"] = list(repository.catalogue(manifest["database"]["catalogue"]))
            except Damage as damage:
                lose("database.catalogue", b"", Damage(f"the catalogue: {damage}"))
    return result


def check_table(plain):
    """The checks of a table; Damage where it has more than a table may."""
    if len(plain) > MAX_CHECK_TABLE:
        raise Damage(f"a table of checks has {len(plain)} bytes")
    checks, seen = json.loads(plain)["checks"], {}
    for check in checks:
        if len(check["findings"]) > 20 or any(len(line.encode("utf-16-le")) > 2 * 1004 for line in check["findings"]):
            raise Damage("a check has more or longer findings than may be")
        key = (check["set"], check["kind"], check.get("depth"))
        seen[key] = seen.get(key, 0) + 1
        if seen[key] > 3:
            raise Damage("a set has more checks of a kind and depth than may be")
    return checks


def lose_segments(lose, root, segments, required, there):
    """Of a lost part of a listing the required files are known by name all the same."""
    for first, last, files, why in segments:
        names = {path for path, _, _ in required
                 if order(first) <= order(path) and (last is None or order(path) <= order(last)) and path.hex() not in there}
        for path in sorted(names, key=order):
            lose(root, path, Damage(f"its part of the listing is lost: {why}"))
        if last is not None and files > len(names):
            lose(root, b"", Damage(f"{files - len(names)} files whose names are lost with a part of the listing: {why}"))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("repository")
    parser.add_argument("--passphrase-file")
    parser.add_argument("--set")
    parser.add_argument("--extract")
    parser.add_argument("--strict", action="store_true")
    arguments = parser.parse_args()
    passphrase = None
    if arguments.passphrase_file:
        with open(arguments.passphrase_file, "rb") as file:
            passphrase = file.read().removesuffix(b"\n")
    repository = Repository(arguments.repository, passphrase)
    sets = repository.state["sets"]
    chosen = [manifest for _, manifest in sets if arguments.set in (None, manifest["id"])]
    result = {"sets": [manifest["id"] for _, manifest in sets], "alarms": repository.alarms, "warnings": repository.warnings,
              "checks": repository.read_checks()}
    if chosen:
        result["set"] = extract(repository, chosen[-1], arguments.extract, arguments.strict)
    print(json.dumps(result))
    lost = result["set"]["lost"] if chosen else []
    for root, path, why in lost:
        name = json.dumps(bytes.fromhex(path).decode("utf-8", "backslashreplace"), ensure_ascii=False)[1:-1]
        print(f"lost: {root}/{name}: {why}", file=sys.stderr)
    return 3 if lost else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (Damage, ValueError, KeyError, TypeError, IndexError, struct.error) as error:
        print(f"damaged: {error}", file=sys.stderr)
        sys.exit(7)
