"""The data folder: made when it is missing, refused with a sentence when it cannot serve."""

import os
from pathlib import Path

from schema.errors import BadInput
from schema.settings import Settings


def prepare(settings: Settings) -> None:
    """Makes the folder, for its owner alone: it holds salts, sessions and the spool."""
    folder = settings.data
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings.spool.mkdir(mode=0o700, exist_ok=True)
    except FileExistsError:
        raise BadInput(
            f"The data folder {folder} is a file; name a folder with BALISE_DATA."
        ) from None
    except OSError as error:
        raise BadInput(_cannot_write(folder, error.strerror)) from None
    if not writable(folder):
        raise BadInput(_cannot_write(folder, "it is read-only"))


def writable(folder: Path) -> bool:
    """Whether a file can really be made there: rights alone do not tell on a read-only disk."""
    probe = folder / f".probe-{os.getpid()}"
    try:
        probe.touch()
        probe.unlink()
    except OSError:
        return False
    return True


def _cannot_write(folder: Path, reason: str | None) -> str:
    return (
        f"The data folder {folder} cannot be written to ({reason}); "
        "give this user the right to, or name another folder with BALISE_DATA."
    )
