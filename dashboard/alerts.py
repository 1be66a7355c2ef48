"""View alerts: a mail to an owner who asked for it, with how often a card was looked at.

A mail holds that count and nothing else: no place, no device, no minute (CARD-17). It goes out at
most once an hour, or once a day in the evening, and never at night where the card is.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog
from itsdangerous import BadSignature, URLSafeSerializer

from dashboard.languages import Language, read_languages
from pipeline.jobs import Context, Job
from pipeline.spools import oldest_pending_ms
from schema.directory import alerts, secrets
from schema.directory.alerts import Pace, Wanted
from schema.directory.database import Directory
from schema.errors import BadInput, Unavailable
from schema.mail import Mail, PostOffice, sender_of
from schema.store import EventStore
from schema.tiers import sections

DAY_FROM, EVENING, NIGHT_FROM = 8, 18, 21
"""Hours of the card's own zone: nothing before the first or from the last on; what comes once a
day comes in between, from the second on."""
HOUR_MS = 3_600_000
MINUTE_MS = 60_000
SETTLE_MS = 2 * MINUTE_MS
"""What was received so long ago is stored, or the spool says that it waits."""
PAST_MS = 3 * 24 * HOUR_MS
"""An event that was received lately may have happened so long ago."""

_MINUTES = """\
SELECT toString(card), intDiv(toUnixTimestamp(received), 60) AS minute, count() FROM events
WHERE card IN {cards:Array(String)} AND name = 'view' AND class = 'human'
  AND at >= fromUnixTimestamp64Milli({past_ms:Int64}, 'UTC')
  AND received >= fromUnixTimestamp64Milli({since_ms:Int64}, 'UTC')
  AND received < fromUnixTimestamp64Milli({until_ms:Int64}, 'UTC')
GROUP BY card, minute
"""

Minutes = Mapping[str, Mapping[int, int]]
"""Views by card and minute of the epoch."""

_log = structlog.get_logger()


def is_due(pace: Pace, told_ms: int, now_ms: int, zone: str) -> bool:
    then, now = _local(told_ms, zone), _local(now_ms, zone)
    if not DAY_FROM <= now.hour < NIGHT_FROM:
        return False
    if pace == "hour":
        return now_ms - told_ms >= HOUR_MS
    return now.hour >= EVENING and now.date() > then.date()


def bounds(told_ms: int, now_ms: int) -> tuple[int, int]:
    """The minutes to tell of: those that had not settled when the last mail went out, and since."""
    return (told_ms - SETTLE_MS) // MINUTE_MS, (now_ms - SETTLE_MS) // MINUTE_MS


def views(wanted: Wanted, minutes: Minutes, now_ms: int) -> int:
    first, end = bounds(wanted.alert.told_ms, now_ms)
    counted = minutes.get(wanted.alert.card, {})
    return sum(n for minute, n in counted.items() if first <= minute < end)


def mail(wanted: Wanted, n: int, words: Language, origin: str, off: str) -> Mail:
    given = {
        "n": words.number(n),
        "card": wanted.card_name,
        "link": f"{origin}/cards/{wanted.alert.card}",
        "off": off,
    }
    subject = words.ngettext("%(n)s view: %(card)s", "%(n)s views: %(card)s", n)
    text = words.ngettext(
        "Hello,\n\n%(card)s was looked at %(n)s time since the last message.\n\nIts figures:\n"
        "%(link)s\n\nNo more of these messages:\n%(off)s\n",
        "Hello,\n\n%(card)s was looked at %(n)s times since the last message.\n\nIts figures:\n"
        "%(link)s\n\nNo more of these messages:\n%(off)s\n",
        n,
    )
    return Mail(wanted.email, subject % given, text % given, off=off)


def off_address(directory: Directory, origin: str, wanted: Wanted, now_ms: int) -> str:
    signed = _serializer(directory, now_ms).dumps([wanted.alert.card, wanted.alert.user])
    return f"{origin}/alerts/off/{signed}"


def read_off(directory: Directory, token: str, now_ms: int) -> tuple[str, str] | None:
    """Card and user of a link to get no more mails."""
    try:
        card, user = _serializer(directory, now_ms).loads(token)
    except BadSignature:
        return None
    return card, user


def send(context: Context) -> int:
    """Gives how many mails went out. Waits while events do: their views would not be told."""
    settings, now_ms = context.settings, context.clock()
    post = PostOffice(settings.smtp, sender_of(settings.origin))
    waiting_ms = oldest_pending_ms(settings.spool)
    if not post.is_open or (waiting_ms is not None and waiting_ms < now_ms - SETTLE_MS):
        return 0
    with context.directory.read() as conn:
        due = [each for each in alerts.every(conn) if _goes_out(each, now_ms)]
    minutes = _minutes(context.store, due, now_ms)
    told = [(each, n) for each in due if (n := views(each, minutes, now_ms))]
    languages = read_languages() if told else {}
    return sum(_tell(context, post, languages[each.locale], each, n, now_ms) for each, n in told)


JOB = Job("alerts", "Tells owners who asked for it how often their cards are seen.", 300, send)


def _goes_out(wanted: Wanted, now_ms: int) -> bool:
    alert = wanted.alert
    included = "complete" in sections(wanted.tier)
    return included and is_due(alert.pace, alert.told_ms, now_ms, wanted.zone)


def _tell(
    context: Context, post: PostOffice, words: Language, wanted: Wanted, n: int, now_ms: int
) -> bool:
    alert, origin = wanted.alert, context.settings.origin
    off = off_address(context.directory, origin, wanted, now_ms)
    with context.directory.write() as conn:
        mine = alerts.claim(conn, alert, now_ms)
    if not mine:
        return False
    try:
        post.send(mail(wanted, n, words, origin, off))
    except BadInput:  # the address takes no mail: another try would not help
        _log.warning("mail_refused", user=alert.user)
        return False
    except Unavailable:
        with context.directory.write() as conn:
            alerts.give_back(conn, alert, now_ms)
        raise
    return True


def _minutes(store: EventStore, due: Sequence[Wanted], now_ms: int) -> Minutes:
    found: dict[str, dict[int, int]] = {}
    for card, minute, n in _counted(store, due, now_ms):
        found.setdefault(card, {})[minute] = n
    return found


def _counted(
    store: EventStore, due: Sequence[Wanted], now_ms: int
) -> Iterable[tuple[str, int, int]]:
    if not due:
        return ()
    since, until = bounds(min(each.alert.told_ms for each in due), now_ms)
    params = {
        "cards": sorted({each.alert.card for each in due}),
        "past_ms": since * MINUTE_MS - PAST_MS,
        "since_ms": since * MINUTE_MS,
        "until_ms": until * MINUTE_MS,
    }
    return store.rows(_MINUTES, params)


def _local(at_ms: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone))


def _serializer(directory: Directory, now_ms: int) -> URLSafeSerializer:
    return URLSafeSerializer(secrets.shared(directory, secrets.ALERT_KEY, now_ms), salt="alert")
