"""From rows of text to events one can store, and why the others are refused: pure.

Most columns hold few distinct values, so each distinct value is looked at once. A reason quotes the
value at fault, unless it may be an address of a person: reports are files like others, and a
column may have slipped into another's place.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import polars as pl

from pipeline.importing.rows import COLUMNS, FOR_FORMATS, REFUSED
from schema.targets import TARGET_NAMES
from schema.wire import ENGAGED_MS_MAX, MARK_CHARS_MAX, MEDIA

Y2K_MS = 946_684_800_000
AHEAD_MS_MAX = 60_000
TEXT_CHARS_MAX = 64
AGENT_CHARS_MAX = 512
DEVICES = ("mobile", "tablet", "desktop")

NUMBERS = {"seq": (pl.UInt16(), 65_535), "ms": (pl.UInt32(), ENGAGED_MS_MAX)}
TEXTS = tuple(name for name in (*COLUMNS, *FOR_FORMATS) if name not in ("at", *NUMBERS))
CHECKED = pl.Schema(
    {
        "line": pl.UInt64(),
        "at": pl.Int64(),
        **dict.fromkeys(TEXTS, pl.String()),
        **{name: kind for name, (kind, _) in NUMBERS.items()},
    }
)
"""`seq` is null where the file gives none; a text that is not given is empty."""

_name = r"^[a-z][a-z0-9_]{0,31}$"
_page = r"^[A-Za-z0-9_-]{12}$"
_label = r"^[A-Za-z][A-Za-z0-9_-]{0,31}$"
_language = r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8}){0,4}$"
_item = rf"^[A-Za-z0-9._-]{{1,{MARK_CHARS_MAX}}}$"
_plain = rf"^[^@\x00-\x1f\x7f]{{1,{TEXT_CHARS_MAX}}}$"
_agent = rf"^[^\x00-\x1f\x7f-\x9f]{{1,{AGENT_CHARS_MAX}}}$"

PATTERNS: tuple[tuple[str, str, str], ...] = (
    ("name", _name, "view, click, engage, or a name of your own of a-z, 0-9 and _"),
    ("page", _page, "12 characters of A-Z, a-z, 0-9, - and _"),
    ("target", rf"^({'|'.join(sorted(TARGET_NAMES))})$", "one of the targets of docs/contract.md"),
    ("label", _label, "at most 32 letters, digits, - and _"),
    ("medium", rf"^({'|'.join(MEDIA)})$", f"one of {', '.join(MEDIA)}"),
    ("item", _item, f"at most {MARK_CHARS_MAX} letters, digits, '.', - and _"),
    ("country", r"^[A-Za-z]{2}$", "two letters, such as FR"),
    ("device", rf"^({'|'.join(DEVICES)})$", f"one of {', '.join(DEVICES)}"),
    ("language", _language, "a language such as fr or fr-FR"),
    ("agent", _agent, f"a user agent of at most {AGENT_CHARS_MAX} characters, on one line"),
    *(
        (name, _plain, f"a name of at most {TEXT_CHARS_MAX} characters, without @")
        for name in ("region", "city", "browser", "os")
    ),
)
"""Column, what its values look like where they are not empty, and how to say so."""

NO_ADDRESSES = ("item", "region", "city", "browser", "os", "agent")
"""Columns whose patterns an address of a person or a network may fit, were it in the wrong one."""
_ADDRESS = (
    r"^\s*(?:[^\s@/]+@[^\s@/]+|\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d+)?"
    r"|\[?[0-9A-Fa-f]*:[0-9A-Fa-f:]*:[0-9A-Fa-f.:]*\]?(?:[%/:]\w+)?)\s*$"
)

# The last label starts with a letter, so an IP address is no host, and before an @ is nothing kept.
_HOST = (
    r"^(?:[^/@?#]*@)?((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9])"
    r"\.?(?:[:/?#]|$)"
)
_NO_ADDRESS = "something else than an address of a person or a network"
_DATE_OF_FRANCE = r"^\d{1,2}[/.]\d{1,2}[/.]\d{2,4}"
_NO_OFFSET = r"^\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d([.,]\d+)?)?)?$"
_SECONDS = r"^\d{9,10}$"
_QUOTED_CHARS_MAX = 40


@dataclass(frozen=True, slots=True)
class Bounds:
    """What can be imported into this installation now."""

    cards: frozenset[str]
    since_ms: int
    """Older events would be deleted by the next retention run."""
    now_ms: int
    raw_days: int


@dataclass(frozen=True, slots=True)
class Checked:
    events: pl.DataFrame
    """`CHECKED`."""
    given: tuple[str, ...]
    """The texts that the file has at all: the others are empty in every row."""
    refused: pl.DataFrame


def check(rows: pl.DataFrame, bounds: Bounds) -> Checked:
    given = tuple(name for name in TEXTS if name in rows.columns)
    frame = _typed(rows, given)
    if "referrer" in given:
        frame = frame.with_columns(_hosts(frame["referrer"]))
    faults = list(_faults(frame, given, bounds))
    if not faults:
        return Checked(frame.select(*CHECKED), given, pl.DataFrame(schema=REFUSED))
    reasons = frame.with_columns(
        reason=pl.coalesce(
            *(pl.when(bad).then(reason) for bad, reason in faults), pl.lit(None, pl.String)
        )
    )
    refused = reasons.filter(pl.col("reason").is_not_null()).select(*REFUSED)
    return Checked(reasons.filter(pl.col("reason").is_null()).select(*CHECKED), given, refused)


def _typed(rows: pl.DataFrame, given: tuple[str, ...]) -> pl.DataFrame:
    """What cannot be read as a number or a time is null; its text stays beside it for a while."""
    blank = [row for row in (*given, "at") if rows[row].dtype == pl.String]
    frame = rows.filter(~pl.all_horizontal(pl.col(blank).is_null())) if blank else rows
    numbers = [
        pl.col(name).cast(kind, strict=False) if name in rows.columns else pl.lit(None, kind)
        for name, (kind, _) in NUMBERS.items()
    ]
    told = [
        pl.col(name).cast(pl.String).fill_null("").alias(f"{name} text")
        if name in rows.columns
        else pl.lit("").alias(f"{name} text")
        for name in ("at", *NUMBERS)
    ]
    return frame.select(
        "line",
        times(frame["at"]).alias("at"),
        *(pl.col(name).fill_null("") for name in given),
        *(pl.lit("").alias(name) for name in TEXTS if name not in given),
        *(number.alias(name) for number, name in zip(numbers, NUMBERS, strict=True)),
        *told,
    )


def _hosts(referrers: pl.Series) -> pl.Series:
    """The host of each referrer: of an address nothing else is kept, as from a live visitor."""
    values = referrers.unique()
    named = values.str.to_lowercase().str.replace(r"^[a-z][a-z0-9+.-]*:/+", "").str.extract(_HOST)
    return referrers.replace_strict(values, named.fill_null(""))


def times(texts: pl.Series) -> pl.Series:
    """Milliseconds since 1970; null where it is no moment. One form mostly reads a whole file."""
    if texts.dtype != pl.String:
        return texts.cast(pl.Int64)
    readings = [_whole, _iso, _iso_to_the_minute]
    if texts.len() and not (texts[0] or "").isdigit():
        readings = [_iso, _whole, _iso_to_the_minute]
    found = pl.Series("at", [None], pl.Int64).new_from_index(0, texts.len())
    for reading in readings:
        if found.null_count():
            found = found.zip_with(found.is_not_null(), reading(texts))
    return found


def _whole(texts: pl.Series) -> pl.Series:
    return texts.cast(pl.Int64, strict=False)


def _iso(texts: pl.Series) -> pl.Series:
    return _moments(texts, "%+")


def _iso_to_the_minute(texts: pl.Series) -> pl.Series:
    return _moments(texts, "%Y-%m-%dT%H:%M%#z")


def _moments(texts: pl.Series, pattern: str) -> pl.Series:
    read = texts.str.to_datetime(pattern, time_unit="ms", time_zone="UTC", strict=False)
    return read.dt.epoch("ms")


Fault = tuple[pl.Expr, pl.Expr]
"""Which rows are at fault, and what is told of each."""


def _faults(frame: pl.DataFrame, given: tuple[str, ...], bounds: Bounds) -> Iterator[Fault]:
    """Only those that some row has."""
    yield from _wrong_cards(frame, bounds)
    yield from _found(frame, _wrong_times(bounds))
    yield from _wrong_texts(frame, given)
    yield from _found(frame, _wrong_wholes())


def _found(frame: pl.DataFrame, faults: list[Fault]) -> Iterator[Fault]:
    any_row = frame.select(
        (bad & True).any().alias(str(number)) for number, (bad, _) in enumerate(faults)
    ).row(0)
    yield from (fault for fault, there in zip(faults, any_row, strict=True) if there)


def _wrong_cards(frame: pl.DataFrame, bounds: Bounds) -> Iterator[Fault]:
    unknown = [card for card in frame["card"].unique() if card not in bounds.cards]
    if unknown:
        missing = pl.when(pl.col("card") == "").then(pl.lit("The card is missing."))
        told = pl.format("No card has the id {}.", _quoted("card"))
        yield pl.col("card").is_in(unknown), missing.otherwise(told)


def _wrong_times(bounds: Bounds) -> list[Fault]:
    at, text = pl.col("at"), pl.col("at text")
    said = _quoted("at text")
    unread = (
        pl.when(text == "")
        .then(pl.lit("The time `at` is missing."))
        .when(text.str.contains(_DATE_OF_FRANCE))
        .then(pl.format("`at` is {}; write it as 2026-11-20T14:30:00+01:00.", said))
        .when(text.str.contains(_NO_OFFSET))
        .then(pl.format("`at` is {}, without an offset; add Z or +01:00.", said))
        .otherwise(pl.format("`at` is {}; it must be ISO 8601 or milliseconds since 1970.", said))
    )
    old = (
        pl.when(text.str.contains(_SECONDS))
        .then(pl.format("`at` is {}: seconds? It must be milliseconds since 1970.", said))
        .otherwise(pl.format("`at` is {}, which is before 2000.", said))
    )
    kept = f"`at` is {{}}, older than what is kept (BALISE_RAW_DAYS is {bounds.raw_days})."
    return [
        (at.is_null(), unread),
        (at < Y2K_MS, old),
        (at > bounds.now_ms + AHEAD_MS_MAX, pl.format("`at` is {}, in the future.", said)),
        (at < bounds.since_ms, pl.format(kept, said)),
    ]


def _wrong_texts(frame: pl.DataFrame, given: tuple[str, ...]) -> Iterator[Fault]:
    for name, pattern, must_be in PATTERNS:
        if name in given:
            values = frame[name].unique()
            bad = values.filter((values != "") & ~values.str.contains(pattern))
            if bad.len():
                yield pl.col(name).is_in(bad.implode()), _told(name, name, must_be)
            if (
                name in NO_ADDRESSES
                and (held := values.filter(values.str.contains(_ADDRESS))).len()
            ):
                yield pl.col(name).is_in(held.implode()), _told(name, name, _NO_ADDRESS)


def _wrong_wholes() -> list[Fault]:
    is_click, has_target = pl.col("name") == "click", pl.col("target") != ""
    numbers = [
        (
            (pl.col(f"{name} text") != "") & ~(pl.col(name) <= most).fill_null(value=False),
            _told(name, f"{name} text", f"a whole number up to {most}, without a comma"),
        )
        for name, (_, most) in NUMBERS.items()
    ]
    return [
        (pl.col("name") == "", pl.lit("The name of the event is missing.")),
        (is_click & ~has_target, pl.lit("A click needs a `target`.")),
        (~is_click & has_target, pl.lit("Only a click has a `target`.")),
        ((pl.col("page") != "") & (pl.col("seq text") == ""), pl.lit("`page` needs a `seq`.")),
        ((pl.col("page") == "") & (pl.col("seq text") != ""), pl.lit("`seq` needs a `page`.")),
        *numbers,
    ]


def _told(name: str, column: str, must_be: str) -> pl.Expr:
    return pl.format(f"`{name}` is {{}}; it must be {{}}.", _quoted(column), pl.lit(must_be))


def _quoted(column: str) -> pl.Expr:
    """What the row says there, short, and nothing that may be an e-mail or a network address."""
    value = pl.col(column)
    short = value.str.head(_QUOTED_CHARS_MAX)
    personal = value.str.contains(r"@|\d+\.\d+\.\d+\.\d+|[0-9A-Fa-f]*:[0-9A-Fa-f]*:[0-9A-Fa-f]*:")
    return pl.when(personal).then(pl.lit("(not shown)")).otherwise(pl.format("'{}'", short))
