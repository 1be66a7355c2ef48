"""The backup of each day: made when its hour has come and none is newer, old ones deleted.

What there is in the place tells whether it is due, so a service that was down catches up, and one
that failed tries again.
"""

from datetime import UTC, datetime, time, timedelta

from pipeline.backup.places import Place, place_of
from pipeline.backup.take import Sources, made_at, name_at, take

DAY = timedelta(days=1)


def back_up_daily(sources: Sources) -> int:
    """Gives how many rows were copied: none when nothing is due."""
    settings = sources.settings
    if not settings.backup or settings.backup_at is None:
        return 0
    place = place_of(settings.backup, settings)
    now = datetime.fromtimestamp(sources.clock() / 1000, UTC)
    copied = 0
    if is_due(place.names(), settings.backup_at, now):
        name = name_at(sources.clock())
        with place.keeping(name) as target:
            copied = sum(take(sources, target).tables.values())
    forget_old(place, now - settings.backup_days * DAY)
    return copied


def is_due(names: list[str], at: time, now: datetime) -> bool:
    """Whether no archive was begun since the hour last struck."""
    struck = datetime.combine(now.date(), at, UTC)
    last = struck if struck <= now else struck - DAY
    return not any(made >= last for name in names if (made := made_at(name)))


def forget_old(place: Place, before: datetime) -> int:
    """All that were made before, except the newest there is. Gives how many."""
    old = [name for name in place.names()[:-1] if (made := made_at(name)) and made < before]
    for name in old:
        place.delete(name)
    return len(old)
