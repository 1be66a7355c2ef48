"""The archive: a zip file with a manifest, there as a whole or not at all.

It is written under another name and renamed when its last byte is on the disk. The manifest has the
checksum of every member, so a torn or changed archive is told from a sound one before anything is
done with it. Parts are Parquet, JSON lines and SQLite files: other programs can read them too.
"""

import hashlib
import os
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from schema.errors import BadInput, BaliseError

FORMAT = 1
MANIFEST = "manifest.json"
DRAFT_SUFFIX = ".zip.part"
PIECE_BYTES = 1 << 20


class Member(msgspec.Struct, frozen=True):
    bytes: int
    sha256: str
    table: str = ""
    """Of the event store, whose rows these are."""
    rows: int = 0


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    format: int
    balise: str
    made: str
    events_schema: int
    directory_schema: str
    tables: dict[str, int]
    """Rows of the event store, by table."""
    directory: dict[str, int]
    spools: dict[str, int]
    """Events that wait in each spool."""
    members: dict[str, Member]


@dataclass(slots=True)
class Writer:
    file: zipfile.ZipFile
    members: dict[str, Member] = field(default_factory=dict)

    def add(self, name: str, content: bytes, *, table: str = "", rows: int = 0) -> None:
        self.file.writestr(name, content, _packing(name))
        sha256 = hashlib.sha256(content).hexdigest()
        self.members[name] = Member(len(content), sha256, table, rows)

    def add_file(self, name: str, path: Path) -> None:
        self.file.write(path, name, zipfile.ZIP_DEFLATED)
        with path.open("rb") as content:
            sha256 = hashlib.file_digest(content, "sha256").hexdigest()
        self.members[name] = Member(path.stat().st_size, sha256)

    def finish(self, manifest: Manifest) -> None:
        self.file.writestr(MANIFEST, msgspec.json.format(msgspec.json.encode(manifest)))


@contextmanager
def writing(path: Path) -> Iterator[Writer]:
    """For its owner alone: it holds salts, hashes and signing keys."""
    draft = path.with_name(f".{path.stem}{DRAFT_SUFFIX}")
    try:
        descriptor = os.open(draft, os.O_RDWR | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as out:
            with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as file:
                yield Writer(file)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
        _sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)


@dataclass(frozen=True, slots=True)
class Reader:
    path: Path
    file: zipfile.ZipFile
    manifest: Manifest

    def read(self, name: str) -> bytes:
        return self.file.read(name)

    def unpack(self, name: str, target: Path) -> None:
        with self.file.open(name) as source, target.open("wb") as out:
            while piece := source.read(PIECE_BYTES):
                out.write(piece)

    def verify(self) -> None:
        if {*self.file.namelist()} != {MANIFEST, *self.manifest.members}:
            raise _unsound(self.path, "its parts are not those of its manifest")
        for name, member in self.manifest.members.items():
            with self.file.open(name) as source:
                try:
                    sha256 = hashlib.file_digest(source, "sha256").hexdigest()  # type: ignore[arg-type]
                except (zipfile.BadZipFile, OSError, EOFError, ValueError):
                    sha256 = ""
            if sha256 != member.sha256:
                raise _unsound(self.path, f"{name} is not what was written")


@contextmanager
def reading(path: Path) -> Iterator[Reader]:
    try:
        file = zipfile.ZipFile(path)
    except FileNotFoundError:
        raise BadInput(f"There is no backup at {path}.") from None
    except OSError as error:
        raise BadInput(f"The backup {path} cannot be read: {error.strerror}.") from None
    except zipfile.BadZipFile:
        raise _unsound(path, "it does not end as an archive does") from None
    with file:
        yield Reader(path, file, _manifest(path, file))


def _manifest(path: Path, file: zipfile.ZipFile) -> Manifest:
    try:
        content = file.read(MANIFEST)
        made_with = msgspec.json.decode(content)["format"]
        if made_with != FORMAT:
            raise BaliseError(
                f"The backup {path} has format {made_with} and this Balise reads {FORMAT}; "
                "install the Balise that made it."
            )
        return msgspec.json.decode(content, type=Manifest)
    except (KeyError, TypeError, msgspec.DecodeError, zipfile.BadZipFile, OSError, EOFError):
        raise _unsound(path, "it has no manifest that can be read") from None


def _unsound(path: Path, why: str) -> BadInput:
    return BadInput(f"The backup {path} is torn or was changed: {why}; use another one.")


def _packing(name: str) -> int:
    """Parquet is compressed already."""
    return zipfile.ZIP_STORED if name.endswith(".parquet") else zipfile.ZIP_DEFLATED


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
