"""Files as one ZIP, in pieces: nothing is held but what is being written just now."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

File = tuple[str, Iterable[bytes]]
"""Its name in the archive, and what it holds."""


class _Sink:
    """What a ZipFile writes to. It cannot go back in it, and does not need to."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits."""

    def taken(self) -> Iterator[bytes]:
        pieces, self._pieces = self._pieces, []
        yield from pieces


def archive(files: Iterable[File], made: datetime) -> Iterator[bytes]:
    sink = _Sink()
    with ZipFile(sink, "w") as target:  # type: ignore[call-overload]  # it only writes
        for name, pieces in files:
            info = ZipInfo(name, made.timetuple()[:6])
            info.compress_type = ZIP_DEFLATED
            with target.open(info, "w", force_zip64=True) as file:
                for piece in pieces:
                    file.write(piece)
                    yield from sink.taken()
    yield from sink.taken()
