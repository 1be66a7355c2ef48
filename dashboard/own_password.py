"""The password once more, before what cannot be taken back or lets somebody in."""

from dashboard.attempts import EMAIL_ATTEMPTS_MAX
from dashboard.site import Reader
from schema.directory import users


def knows_password(reader: Reader) -> bool:
    """Whoever finds an open browser must not be able to keep the account."""
    user, site = reader.someone, reader.site
    tries = {f"own {user.id}": EMAIL_ATTEMPTS_MAX}
    if site.attempts.take(tries, site.clock()):
        return False
    with site.directory.read() as conn:
        right = users.verify(conn, user.email, reader.form.get("password", "")) is not None
    if right:
        site.attempts.give_back(tries, site.clock())
    return right
