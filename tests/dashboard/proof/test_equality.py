"""One number, wherever it is read: page = API = CSV = Excel = PDF, to the unit."""

from datetime import datetime

import pytest

from dashboard.drawings import Words
from dashboard.exports.excel_names import Names
from dashboard.figures.breakdown import WEEKDAY_HOUR
from dashboard.figures.cross import COLUMNS
from dashboard.languages import read_languages
from dashboard.tiles import MOVING
from dashboard.words import CROSSED, DIMENSIONS
from schema.directory import items, keys
from schema.metrics import BY_NAME
from schema.testing import readback

FRENCH = read_languages()["fr"]
COUNTED = ("views", "visitors", "visits", "clicks", "contact_clicks")
LISTS = tuple(by for by in DIMENSIONS if by not in ("medium", WEEKDAY_HOUR))

# Each period, each interval and each filter at least once, alone and combined.
ASKED = (
    ("period=today", ""),
    ("period=30", ""),
    ("period=7&source=qr", "day"),
    ("period=2026-10&device=mobile&browser=Safari&os=iOS", "week"),
    ("period=custom&from=2026-10-24&to=2026-10-26&country=FR&item=unknown", "hour"),
    ("period=90&target=phone&source=search", "month"),
    ("period=30&region=FR|Bretagne&language=fr-FR", ""),
    ("period=90&city=FR|Bretagne|Brest&medium=qr", ""),
    ("period=custom&from=2026-01-01&to=2026-01-02&referrer=www.google.com", ""),
)
SEVERAL = (ASKED[1], ASKED[4], ASKED[6])


class Sources:
    """All places that tell the same figures, to be asked the same."""

    def __init__(self, world) -> None:
        with world.directory.write() as conn:
            account = world.mine.account
            _, secret = keys.create(conn, scope="account", account=account, label="x", now_ms=1)
            labels = {item.code: item.label for item in items.every(conn)}
        self._words = Words(FRENCH, labels)
        self._visitor = world.visitor(world.owner)
        self._key = {"Authorization": f"Bearer {secret}"}

    def api(self, path):
        return self._get(f"/api/v1{path}", **self._key).json()

    def page(self, path):
        return readback.page(self._get(path).text)

    def csv(self, address, subject):
        path, _, query = address.partition("?")
        return readback.csv_file(self._get(f"{path}/export.csv?{query}&subject={subject}").content)

    def excel(self, address):
        return readback.excel(self._get(address.replace("?", "/export.xlsx?")).content)

    def pdf(self, address):
        return readback.pdf(self._get(address.replace("?", "/export.pdf?")).content)

    def name(self, by, key):
        return readback.plain(self._words.name(by, key))

    def _get(self, path, **headers):
        answer = self._visitor.get(path, **headers)
        assert answer.status_code == 200, (path, answer.text[-400:])
        return answer


@pytest.fixture(scope="module")
def sources(full):
    return Sources(full)


def counts(row):
    return tuple(row[name] for name in COUNTED)


def word(message):
    return FRENCH.gettext(message)


def label(metric):
    return word(BY_NAME[metric].label)


def sheet(name):
    return Names().take(name)


def told_before(previous, name):
    return (previous[name], "à la période précédente") if previous else ()


def same_figures(tiles, summary, paper, stats):
    # Of a place that had too few visitors in the days before, nothing is told about them.
    totals, previous = stats["totals"], stats["previous"] or {}
    rate, engaged = totals["contact_rate"], totals["engaged_s_median"]
    told = {name: totals[name] for name in ("views", "visits", "visitors", "contact_clicks")} | {
        "contact_rate": "–" if rate is None else readback.plain(FRENCH.share(rate)),
        "engaged_s_median": "–" if engaged is None else readback.plain(FRENCH.duration(engaged)),
    }
    assert {name: tiles[name] for name in told} == told
    written = {row[0]: row[1:3] for row in summary if row[0]}
    for name in MOVING:
        assert written[label(name)] == (totals[name], previous.get(name))
    cover = [(label(name), totals[name], *told_before(previous, name)) for name in MOVING]
    assert list(readback.missing(cover, paper)) == []
    assert written[label("automatic")][0] == stats["automatic"]


def same_trend(page, csv, excel, paper, series):
    points = series["points"]
    moments = [datetime.fromisoformat(point["at"]).replace(tzinfo=None) for point in points]
    written = "%Y-%m-%d %H:%M" if series["interval"] == "hour" else "%Y-%m-%d"
    rows = [(at, *counts(point)) for at, point in zip(moments, points, strict=True)]
    # Days without a visit are a sentence on the page, and zeros everywhere else.
    shown = [row[1] for row in page] or [0] * len(points)
    assert shown == [point["views"] for point in points]
    assert csv == [(at.strftime(written), *row) for at, *row in rows]
    assert excel == rows
    assert list(readback.missing([row[1:] for row in rows], paper)) == []


def same_list(page, csv, excel, paper, rows, figure):
    assert csv == excel == rows
    assert [row[:2] for row in page] == [
        (name, dict(zip(COUNTED, row, strict=True))[figure]) for name, *row in rows
    ]
    assert list(readback.missing(rows, paper)) == []


@pytest.mark.parametrize(("query", "interval"), ASKED)
def test_a_card_is_told_alike_everywhere(full, sources, query, interval):
    card = f"/cards/{full.mine.id}"
    address = f"{card}?{query}&interval={interval}"
    stats, series = (
        sources.api(f"{card}/stats?{query}"),
        sources.api(address.replace("?", "/series?")),
    )
    tables, tiles = sources.page(address)
    book, paper = sources.excel(address), sources.pdf(address)

    same_figures(tiles, book[word("Summary")], paper, stats)
    assert ("series" in tables) == (stats["totals"]["visits"] > 0)
    trend = tables.get("series", [])
    same_trend(trend, sources.csv(address, "trend"), book[word("Trend")], paper, series)
    # A file of CSV holds one subject; in turn, each is read back several times.
    in_csv = LISTS[ASKED.index((query, interval)) % 3 :: 3]
    for by in LISTS:
        found = sources.api(f"{card}/breakdown?{query}&by={by}")["rows"]
        rows = [(sources.name(by, row["key"]), *counts(row)) for row in found]
        name = word(DIMENSIONS[by])
        same_list(
            tables.get(name, []),
            sources.csv(address, by) if by in in_csv else rows,
            book[sheet(name)],
            paper,
            rows,
            "clicks" if by == "target" else "visits",
        )
    found = sources.api(f"{card}/breakdown?{query}&by={WEEKDAY_HOUR}")["rows"]
    visits = {row["key"]: row["visits"] for row in found}
    week = [tuple(visits.get(f"{day}-{hour:02}", 0) for day in range(1, 8)) for hour in range(24)]
    told = [sources.csv(address, WEEKDAY_HOUR), book[sheet(word(DIMENSIONS[WEEKDAY_HOUR]))]]
    if found:
        told.append(tables["grid"])
    assert [[row[1:] for row in each] for each in told] == [week] * len(told)
    assert (
        list(
            readback.missing(
                [(readback.plain(FRENCH.hour(n)), *row) for n, row in enumerate(week)], paper
            )
        )
        == []
    )
    way = [row[1] for row in sources.csv(address, "steps")]
    assert (way[0], way[2]) == (stats["totals"]["visits"], stats["totals"]["contact_visits"])
    assert [row[1] for row in book[sheet(word("From a visit to a contact"))]] == way


@pytest.mark.parametrize(("query", "interval"), SEVERAL)
def test_several_cards_are_told_alike_everywhere(full, sources, query, interval):
    account = f"/accounts/{full.mine.account}"
    names = {card.id: card.name for card in (full.mine, full.second)}
    address = f"/cards?{query}&interval={interval}"
    stats, series = (
        sources.api(f"{account}/stats?{query}"),
        sources.api(f"{account}/series?{query}&interval={interval}"),
    )
    tables, tiles = sources.page(address)
    book, paper = sources.excel(address), sources.pdf(address)

    same_figures(tiles, book[word("Summary")], paper, stats)
    same_trend(tables["series"], sources.csv(address, "trend"), book[word("Trend")], paper, series)
    alone = {
        name: sources.api(f"/cards/{id}/stats?{query}")["totals"] for id, name in names.items()
    }
    told = {row[0]: row[1:6] for row in book[word("Cards")]}
    assert told == {name: counts(totals) for name, totals in alone.items()}
    assert {row[0]: row[1:6] for row in sources.csv(address, "cards")} == told
    for by in COLUMNS:
        crossed = sources.api(f"{account}/cross?{query}&by={by}")
        rows = [
            (
                names[card],
                sources.name(by, key) if by != "hour" else readback.plain(FRENCH.hour(int(key))),
                cell["views"],
                cell["contact_clicks"],
            )
            for card, cells in crossed["cards"].items()
            for key, cell in zip(crossed["keys"], cells, strict=True)
            if cell["views"] or cell["contact_clicks"]
        ]
        assert [row[:4] for row in sources.csv(address, f"cards_{by}")] == rows
        name = sheet(f"{word('Cards')} × {word(CROSSED[by])}")
        assert [row[:4] for row in book[name]] == rows
