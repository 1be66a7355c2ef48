"""A file as pieces of whole lines in UTF-8, whatever it is packed and written in.

Packing (gzip, a member of a zip) and encoding (UTF-8, UTF-16, Latin-1) are recognised by content.
Only one piece is in memory at a time. A file that changes while it is read is refused: what was
read from it may be two halves that never belonged together.
"""

import codecs
import gzip
import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import cast

from schema.errors import BadInput

PIECE_BYTES = 24 * 2**20
"""Read at once: some 250 000 rows of ours, which keeps both cores busy and is one insert."""

LINE_BYTES_MAX = 2**20

Packed = io.BufferedReader | zipfile.ZipExtFile
"""Both can be looked at without being read."""

_UTF16 = ((codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_PROBE_BYTES = 4096


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole lines, the last one perhaps without its end."""

    first_line: int
    """Its number in the file, from 1."""
    text: bytes


class Source:
    def __init__(self, path: Path, member: str = "") -> None:
        """`member`: which file of a zip, as a pattern; without one a zip is refused."""
        self.path = path
        self._member = member
        self._file = _open(path)
        self._begun = self._state()
        self.share = 0.0
        """How much of it has been read, for a progress bar."""
        if not self._begun[0]:
            self._file.close()
            raise BadInput(f"{path} is empty; there is nothing to import.")

    def check_unchanged(self) -> None:
        """To be asked before anything that was read is stored."""
        if self._state() != self._begun:
            raise BadInput(
                f"{self.path} changes while it is read; let it be finished, then run this again: "
                "what is stored already will not be stored twice."
            )

    def pieces(self) -> Iterator[Piece]:
        self._file.seek(0)
        line = 1
        with _sound(self.path):
            for text in _whole_lines(_utf8(self._unpacked(), self.path), self.path):
                self.share = min(self._file.tell() / self._begun[0], 1.0)
                yield Piece(line, text)
                line += text.count(b"\n")

    def close(self) -> None:
        self._file.close()

    def _state(self) -> tuple[int, int, int]:
        """By path too: a file that was replaced is another file."""
        try:
            found, held = self.path.stat(), os.fstat(self._file.fileno())
        except OSError:
            return 0, 0, 0
        return held.st_size, held.st_mtime_ns, found.st_ino

    def _unpacked(self) -> Packed:
        head = self._file.peek(4)[:4]
        if head.startswith(b"\x1f\x8b"):
            return io.BufferedReader(gzip.GzipFile(fileobj=self._file))
        if head == b"PAR1":
            raise BadInput(f"{self.path} is a Parquet file; say so with --format parquet.")
        if head == b"PK\x03\x04":
            return self._zipped()
        return self._file

    def _zipped(self) -> Packed:
        archive = zipfile.ZipFile(self._file)
        found = [
            each
            for each in archive.infolist()
            if self._member and fnmatch(each.filename.rpartition("/")[2], self._member)
        ]
        if len(found) != 1:
            raise BadInput(
                f"{self.path} is a zip without one file {self._member or 'of this format'}; "
                "unpack it and name the file that is meant."
            )
        return cast(zipfile.ZipExtFile, archive.open(found[0]))


def _open(path: Path) -> io.BufferedReader:
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise BadInput(f"{path} is not a file; name the files to import one by one.")
        return path.open("rb")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from None


@contextmanager
def _sound(path: Path) -> Iterator[None]:
    try:
        yield
    except (EOFError, zlib.error, gzip.BadGzipFile, zipfile.BadZipFile, RuntimeError) as error:
        raise BadInput(
            f"{path} is damaged or not complete ({error}); pack it again, then run this again."
        ) from None
    except OSError as error:
        raise BadInput(f"{path} cannot be read to its end: {error.strerror or error}.") from None


def _utf8(file: Packed, path: Path) -> Iterator[bytes]:
    """The whole text in pieces, without a byte order mark, cut anywhere in a line."""
    encoding, mark = _encoding(file.peek(_PROBE_BYTES)[:_PROBE_BYTES], path)
    file.read(mark)
    if encoding != "utf-8":
        decoder = codecs.getincrementaldecoder(encoding)()
        try:
            while piece := file.read(PIECE_BYTES):
                yield decoder.decode(piece).encode()
            yield decoder.decode(b"", final=True).encode()
        except UnicodeError:
            raise BadInput(f"{path} is not whole UTF-16; save it as UTF-8.") from None
        return
    while piece := file.read(PIECE_BYTES):
        yield piece


def _encoding(head: bytes, path: Path) -> tuple[str, int]:
    """And the length of its mark. Spreadsheets write UTF-16 with a mark, some tools without."""
    for mark, name in _UTF16:
        if head.startswith(mark):
            return name, len(mark)
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8", len(codecs.BOM_UTF8)
    if b"\0" not in head:
        return "utf-8", 0
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) // 4 and min(even, odd) < len(head) // 100 + 1:
        return ("utf-16-le" if odd > even else "utf-16-be"), 0
    raise BadInput(
        f"{path} is not a text (it holds zero bytes); give CSV, NDJSON or a log in UTF-8, or say "
        "--format parquet."
    )


def _whole_lines(texts: Iterator[bytes], path: Path) -> Iterator[bytes]:
    latin = Latin(path)
    rest = b""
    for text in texts:
        end = text.rfind(b"\n") + 1
        if not end:
            rest += text
            if len(rest) > LINE_BYTES_MAX + PIECE_BYTES:
                raise BadInput(
                    f"{path} has a line of more than {LINE_BYTES_MAX} bytes; is it a text with "
                    "one row a line?"
                )
            continue
        yield latin.as_utf8(rest + text[:end])
        rest = text[end:]
    if rest:
        yield latin.as_utf8(rest)


class Latin:
    """Bytes that are not UTF-8 are Latin-1 (as Windows knows it), unless UTF-8 came before: then
    they are a fault of their line, and left for the reader of lines to find."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen_utf8 = False
        self._is_latin = False

    def as_utf8(self, text: bytes) -> bytes:
        if text.isascii():
            return text
        if not self._is_latin:
            try:
                text.decode()
            except UnicodeDecodeError as error:
                lead = text[: error.start]
                self._seen_utf8 = self._seen_utf8 or not lead.isascii()
                self._is_latin = not self._seen_utf8
            else:
                self._seen_utf8 = True
        if not self._is_latin:
            return text
        try:
            return text.decode("cp1252").encode()
        except UnicodeDecodeError:
            raise BadInput(
                f"{self._path} is written neither in UTF-8, nor UTF-16, nor Latin-1; save it as "
                "UTF-8."
            ) from None
