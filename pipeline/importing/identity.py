"""Which event a row is, for ever: `(card, page, seq)`, whatever file it comes from.

A row that names its page keeps it. For any other the page is a digest of what the row says, and
rows that say exactly the same are told apart by their ordinal: the second in a file is `seq` 1. A
renamed, sorted, split or re-exported file therefore holds the same events, and is never stored
twice. Two things are left out of the digest on purpose:

- the visitor: anybody could try e-mail addresses until one gives the page that is stored;
- empty columns: an export that has one column more is still the same export.

The digest is ours and not a library's `hash`: those change from one version to the next.
"""

from base64 import urlsafe_b64encode
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

import polars as pl

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Words = NDArray[Any]

SEQ_MAX = 65_535
SAID = (
    *("card", "name", "target", "label", "medium", "item", "referrer", "country", "region"),
    *("city", "device", "browser", "os", "language", "agent", "ms", "network"),
)
"""What a row says beside its time. `network`: two of a crowd in one second are two people."""

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
_DIGEST_BYTES = 16
_PURPOSE = b"balise import"


def add_pages(events: pl.DataFrame, said: tuple[str, ...]) -> pl.DataFrame:
    """`said`: those of `SAID` that the file gives. Rows with `key` are known by it alone."""
    derived = pl.col("page") == ""
    if not events.select(derived.any()).item():
        return events
    if events.select((pl.col("key") != "").any()).item():
        made = pl.Series("made", _pages_of_keys(events["key"].to_list()), pl.String)
    else:
        made = _pages_of_content(events, said)
    return events.with_columns(page=pl.when(derived).then(made).otherwise("page"))


def _pages_of_keys(keys: list[str]) -> list[str]:
    return [
        urlsafe_b64encode(blake2b(key.encode(), digest_size=9, person=_PURPOSE).digest()).decode()
        for key in keys
    ]


def _pages_of_content(events: pl.DataFrame, said: tuple[str, ...]) -> pl.Series:
    """The sum of the digests of what a row says: what is empty adds nothing. Few things are said
    many times, so each distinct one is digested once."""
    import numpy as np

    a = _stir(events["at"].to_numpy().astype(np.uint64))
    b = np.zeros_like(a)
    for name in said:
        texts = events[name].cast(pl.String).fill_null("")
        values = texts.cast(pl.Categorical(pl.Categories.random()))
        distinct = values.unique()
        digests = np.frombuffer(b"".join(_digest(name, value) for value in distinct), "<u8")
        codes, places = values.to_physical().to_numpy(), distinct.to_physical().to_numpy()
        table = np.zeros((2, int(places.max(initial=0)) + 1), np.uint64)
        table[:, places] = digests.reshape(-1, 2).T
        a += table[0][codes]
        b += table[1][codes]
    a = _stir(a)
    return _spelled(a, _stir(b + a))


def _digest(name: str, value: str) -> bytes:
    if not value or (name, value) == ("ms", "0"):
        return bytes(_DIGEST_BYTES)
    said = f"{name}={value}".encode()
    return blake2b(said, digest_size=_DIGEST_BYTES, person=_PURPOSE).digest()


def _stir(words: "Words") -> "Words":
    """The finish of splitmix64: every bit of the input reaches every bit of the output."""
    import numpy as np

    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    stirred: Words = words ^ (words >> np.uint64(31))
    return stirred


def _spelled(a: "Words", b: "Words") -> pl.Series:
    """72 bits as 12 characters of a page."""
    import numpy as np

    alphabet = np.frombuffer(_ALPHABET, np.uint8)
    parts = [a >> np.uint64(6 * n) for n in range(10)] + [b, b >> np.uint64(6)]
    codes = np.stack([(part & np.uint64(63)).astype(np.uint8) for part in parts], axis=1)
    letters = np.ascontiguousarray(alphabet[codes])
    return pl.Series("made", letters.view("S12").ravel()).cast(pl.String)


class Ordinals:
    """How often each derived page was seen in a file so far.

    Equal rows have equal times, so only pieces whose times overlap are compared: of a file in order
    of time, neighbours. What was seen is 8 bytes a row.
    """

    def __init__(self) -> None:
        self._seen: list[tuple[int, int, Words]] = []

    def number(self, events: pl.DataFrame) -> pl.DataFrame:
        """Gives every row without one its `seq`."""
        derived = events["seq"].is_null()
        if not derived.any():
            return events
        words = events["page"].hash(0)
        ordinals = self._ordinals(events["at"], words, events["page"])
        self._remember(events["at"].filter(derived), words.filter(derived))
        numbered = pl.when(derived).then(ordinals).otherwise(pl.col("seq").cast(pl.Int64))
        return events.with_columns(numbered.alias("seq"))

    def _ordinals(self, at: pl.Series, words: pl.Series, pages: pl.Series) -> pl.Series:
        within = pl.Series([0], dtype=pl.Int64).new_from_index(0, words.len())
        if words.n_unique() < words.len():
            every = pl.DataFrame({"page": pages})
            within = every.select(n=pl.int_range(pl.len(), dtype=pl.Int64).over("page"))["n"]
        return within + self._before(at, words)

    def _before(self, at: pl.Series, words: pl.Series) -> pl.Series:
        import numpy as np

        first, last, asked = *_span(at), words.to_numpy()
        times = np.zeros(len(asked), np.int64)
        for since, until, seen in self._seen:
            if since <= last and first <= until:
                times += np.searchsorted(seen, asked, "right") - np.searchsorted(seen, asked)
        return pl.Series(times)

    def _remember(self, at: pl.Series, words: pl.Series) -> None:
        self._seen.append((*_span(at), words.sort().to_numpy()))


def _span(at: pl.Series) -> tuple[int, int]:
    return int(at.min()), int(at.max())  # type: ignore[arg-type]
