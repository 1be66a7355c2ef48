"""The figures of local days by SQL in the engine: one statement per table, for cards in one zone.

Tests compare them with the real ones; a benchmark races them. The tables after `visits` are made
from it, where that is enough.
"""

from schema.metrics import RECIPE
from schema.targets import CONTACT_NAMES

_CONTACT = ", ".join(f"'{name}'" for name in CONTACT_NAMES)
_FIRST = "source, medium, item, referrer, lang, country, region, city, device, browser, os"

VISITS = f"""
INSERT INTO visits (
    card, day, start, hour, visitor, views, clicks, contact_clicks, targets, bounce, engaged_s,
    source, medium, item, referrer, language, country, region, city, device, browser, os, recipe)
WITH
    arrayMap(x -> x.5, arrayFilter(x -> x.4 = 'click', v)) AS tapped,
    arrayDistinct(tapped) AS names,
    arrayFold(
        (pages, x) -> if(x.6 > pages[x.2], mapUpdate(pages, map(x.2, x.6)), pages),
        arrayFilter(x -> x.4 = 'engage', v), CAST(map(), 'Map(String, UInt32)')) AS pages,
    intDiv(arraySum(mapValues(pages)), 1000) AS engaged,
    countEqual(v.4, 'view') AS seen
SELECT
    card, day, v[1].1, toHour(v[1].1, '{{zone}}'), visitor, seen, length(tapped),
    arrayCount(name -> name IN ({_CONTACT}), tapped),
    mapFromArrays(names, arrayMap(name -> toUInt32(countEqual(tapped, name)), names)),
    seen <= 1 AND empty(tapped) AND engaged < 10, engaged,
    v[1].7, v[1].8, v[1].9, v[1].10, v[1].11, v[1].12, v[1].13, v[1].14, v[1].15, v[1].16, v[1].17,
    {RECIPE}
FROM (
    SELECT
        card, toDate(at, '{{zone}}') AS day, visitor,
        arraySort(groupArray((at, page, seq, name, target, least(ms, 1800000), {_FIRST}))) AS steps,
        arrayDifference(arrayMap(x -> toUnixTimestamp64Milli(x.1), steps)) AS gaps_ms,
        arraySplit((step, gap_ms) -> gap_ms > 1800000, steps, gaps_ms) AS split
    FROM events WHERE class = 'human' GROUP BY card, day, visitor
) ARRAY JOIN split AS v
"""

CARD_HOURS = f"""
INSERT INTO card_hours (
    card, day, start, hour, views, visitors, visits, clicks, contact_clicks, recipe)
SELECT
    card, day, began, toHour(began, '{{zone}}'), sum(v), sum(u), sum(n), sum(c), sum(cc), {RECIPE}
FROM (
    SELECT
        card, day, toStartOfHour(start, '{{zone}}') AS began,
        0 AS v, uniqExact(visitor) AS u, count() AS n, 0 AS c, 0 AS cc
    FROM visits GROUP BY card, day, began
    UNION ALL
    SELECT
        card, toDate(at, '{{zone}}') AS day, toStartOfHour(at, '{{zone}}') AS began,
        countIf(name = 'view'), 0, 0, countIf(name = 'click'),
        countIf(name = 'click' AND target IN ({_CONTACT}))
    FROM events WHERE class = 'human' AND name IN ('view', 'click') GROUP BY card, day, began
)
GROUP BY card, day, began
"""

CARD_DAYS = f"""
INSERT INTO card_days (
    card, day, views, visitors, visits, bounces, clicks, click_visits, contact_clicks,
    contact_visits, engaged, starts, automatic, last_view_at, recipe)
SELECT
    card, day, sum(v), sum(u), sum(n), sum(b), sum(c), sum(kv), sum(cc), sum(cv), sumMap(e),
    sumMap(s), sum(a), max(l), {RECIPE}
FROM (
    SELECT
        card, day, sum(views) AS v, uniqExact(visitor) AS u, count() AS n, sum(bounce) AS b,
        sum(clicks) AS c, countIf(clicks > 0) AS kv, sum(contact_clicks) AS cc,
        countIf(contact_clicks > 0) AS cv, sumMap(map(engaged_s, toUInt32(1))) AS e,
        sumMap(map(hour, toUInt32(1))) AS s, 0 AS a, toDateTime64(0, 3, 'UTC') AS l
    FROM visits GROUP BY card, day
    UNION ALL
    SELECT
        card, toDate(at, '{{zone}}') AS day, 0, 0, 0, 0, 0, 0, 0, 0,
        CAST(map(), 'Map(UInt32, UInt64)'), CAST(map(), 'Map(UInt8, UInt64)'),
        countIf(class != 'human'), maxIf(at, class = 'human' AND name = 'view')
    FROM events GROUP BY card, day
)
GROUP BY card, day
"""

_KEYS = {
    **{name: name for name in ("source", "medium", "item", "referrer", "language", "country")},
    "region": "concat(country, '|', region)",
    "city": "concat(country, '|', region, '|', city)",
    **{name: name for name in ("device", "browser", "os")},
}

# Most of these groups have one visitor: an array of it is a third smaller than a set.
CARD_DIMS = (
    "INSERT INTO card_dims (card, day, by, key, views, visitors, visits, bounces, clicks,"
    " contact_clicks, contact_visits, recipe)\n"
    + "\nUNION ALL\n".join(
        f"SELECT card, day, '{by}', {key}, sum(views), arrayUniq(groupArray(visitor)), count(),"
        f" sum(bounce), sum(clicks), sum(contact_clicks), countIf(contact_clicks > 0), {RECIPE}"
        f" FROM visits GROUP BY card, day, {key}"
        for by, key in _KEYS.items()
    )
    + f"""
UNION ALL
SELECT
    card, day, 'target', name, 0, arrayUniq(groupArray(visitor)), count(), 0, sum(n),
    sumIf(n, name IN ({_CONTACT})), countIf(name IN ({_CONTACT})), {RECIPE}
FROM visits ARRAY JOIN mapKeys(targets) AS name, mapValues(targets) AS n GROUP BY card, day, name
"""
)


def statements(zone: str) -> dict[str, str]:
    """By table, in the order in which they must run."""
    templates = {
        "visits": VISITS,
        "card_hours": CARD_HOURS,
        "card_days": CARD_DAYS,
        "card_dims": CARD_DIMS,
    }
    return {table: sql.replace("{zone}", zone) for table, sql in templates.items()}
