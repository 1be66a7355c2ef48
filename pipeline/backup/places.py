"""Where archives are kept: a folder, or a bucket of an S3-compatible service, told by an address.

Signing, retries and uploads in parts are obstore's trade: one wheel, over Rust's `object_store`.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Protocol
from urllib.parse import urlsplit

from pipeline.backup.take import BUCKET_DRAFTS, made_at
from schema.errors import BadInput, Unavailable
from schema.setting_values import backup_place
from schema.settings import Settings, mask

if TYPE_CHECKING:
    from obstore.store import S3Config, S3Store

S3_PREFIX = "s3://"
RETRIES_MAX = 4
RETRY_S = 60


class Place(Protocol):
    label: str

    def names(self) -> list[str]:
        """The archives there, the oldest first."""

    def keeping(self, name: str) -> AbstractContextManager[Path]:
        """Where to write an archive; it is kept when the block has ended well."""

    def fetched(self, name: str) -> AbstractContextManager[Path]:
        """An archive as a file, for as long as the block runs."""

    def delete(self, name: str) -> None: ...


def place_of(address: str, settings: Settings) -> Place:
    if not address:
        raise BadInput("Nothing says where backups go: name a folder, or set BALISE_BACKUP.")
    try:
        backup_place(address)
    except ValueError as allowed:
        raise BadInput(f"Backups cannot go to {mask(address)!r}; name {allowed}.") from None
    if address.startswith(S3_PREFIX):
        if not (settings.s3_key and settings.s3_secret):
            raise BadInput(
                f"{address} needs the keys of the bucket: set BALISE_S3_KEY and BALISE_S3_SECRET."
            )
        return Bucket(address, settings)
    return Folder(Path(address).expanduser())


class Folder:
    def __init__(self, path: Path) -> None:
        self.label = str(path)
        self._path = path

    def names(self) -> list[str]:
        with self._explained():
            found = [path.name for path in self._path.iterdir()] if self._path.exists() else []
        return sorted(name for name in found if made_at(name))

    @contextmanager
    def keeping(self, name: str) -> Iterator[Path]:
        with self._explained():
            self._path.mkdir(mode=0o700, parents=True, exist_ok=True)
            yield self._path / name

    @contextmanager
    def fetched(self, name: str) -> Iterator[Path]:
        path = self._path / name
        if not path.is_file():
            raise BadInput(f"There is no backup at {path}.")
        yield path

    def delete(self, name: str) -> None:
        with self._explained():
            (self._path / name).unlink(missing_ok=True)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise Unavailable(
                f"The backup folder {self.label} cannot be used: {error.strerror}; "
                "check its rights and the disk, or name another one."
            ) from None


class Bucket:
    def __init__(self, address: str, settings: Settings) -> None:
        self.label = address
        self._settings = settings
        self._store = _s3(address, settings)

    def names(self) -> list[str]:
        import obstore

        with self._explained():
            found = [each["path"] for part in obstore.list(self._store) for each in part]
        return sorted(name for name in found if made_at(name))

    @contextmanager
    def keeping(self, name: str) -> Iterator[Path]:
        import obstore

        with _draft(self._settings) as folder:
            yield folder / name
            with self._explained():
                obstore.put(self._store, name, folder / name)

    @contextmanager
    def fetched(self, name: str) -> Iterator[Path]:
        import obstore

        with _draft(self._settings) as folder:
            with self._explained(), (folder / name).open("wb") as file:
                for piece in obstore.get(self._store, name).stream():
                    file.write(piece)
            yield folder / name

    def delete(self, name: str) -> None:
        import obstore

        with self._explained():
            obstore.delete(self._store, name)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        from obstore.exceptions import BaseError, NotFoundError

        try:
            yield
        except (FileNotFoundError, NotFoundError):
            raise BadInput(f"There is no such backup, or bucket, at {self.label}.") from None
        except BaseError as error:
            raise Unavailable(
                f"{self.label} cannot be used ({_reason(error)}); check BALISE_S3_ENDPOINT, "
                "BALISE_S3_REGION, BALISE_S3_KEY and BALISE_S3_SECRET."
            ) from None


def _s3(address: str, settings: Settings) -> "S3Store":
    from obstore.store import S3Store

    parts = urlsplit(address)
    config: S3Config = {
        "region": settings.s3_region,
        "access_key_id": settings.s3_key,
        "secret_access_key": settings.s3_secret,
    }
    if settings.s3_endpoint:
        config["endpoint"] = settings.s3_endpoint
    return S3Store(
        parts.netloc,
        prefix=parts.path.strip("/") or None,
        config=config,
        client_options={"allow_http": True},
        retry_config={"max_retries": RETRIES_MAX, "retry_timeout": timedelta(seconds=RETRY_S)},
    )


@contextmanager
def _draft(settings: Settings) -> Iterator[Path]:
    """Beside the data, which is closed to others."""
    with TemporaryDirectory(prefix=BUCKET_DRAFTS, dir=settings.data) as folder:
        yield Path(folder)


def _reason(error: Exception) -> str:
    return str(error).partition("\n")[0][:300]
