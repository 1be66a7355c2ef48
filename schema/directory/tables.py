"""The tables, as this version of the code knows them. A test compares them with the migrations.

Times are UTC milliseconds. Secrets are hashes. Rows that belong to an account go with it.
"""

import sqlalchemy as sa

metadata = sa.MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _owned_by(parent: str, *, nullable: bool = False) -> sa.Column[str]:
    key = sa.ForeignKey(f"{parent}s.id", ondelete="CASCADE")
    return sa.Column(parent, sa.String, key, nullable=nullable, index=True)


accounts = sa.Table(
    "accounts",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("tier", sa.String, nullable=False),
    sa.Column("locale", sa.String, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)

cards = sa.Table(
    "cards",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    _owned_by("account"),
    sa.Column("name", sa.String, nullable=False),
    sa.Column("url", sa.String, nullable=False),
    sa.Column("zone", sa.String, nullable=False),
    # A list of texts: always read and written whole, with its card.
    sa.Column("origins", sa.JSON, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)

revisions = sa.Table(
    "revisions",
    metadata,
    sa.Column("subject", sa.String, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
)

users = sa.Table(
    "users",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    _owned_by("account", nullable=True),
    sa.Column("email", sa.String, nullable=False, unique=True),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("password_hash", sa.String, nullable=False),
    sa.Column("locale", sa.String, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    # Whoever has no account sees them all, so no other role may ever lack one.
    # The secret of a one-time code beside the password, and the last half minute it was used in.
    sa.Column("totp_secret", sa.LargeBinary),
    sa.Column("totp_step", sa.BigInteger),
    sa.CheckConstraint("(role = 'ops') = (account IS NULL)", name="only_ops_has_no_account"),
)

sessions = sa.Table(
    "sessions",
    metadata,
    sa.Column("token_hash", sa.LargeBinary, primary_key=True),
    sa.Column("id", sa.String, nullable=False, unique=True),
    _owned_by("user"),
    sa.Column("browser", sa.String, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
)

# Whoever has the link sees one card, without an account and without changing anything.
shared_links = sa.Table(
    "shared_links",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("token_hash", sa.LargeBinary, nullable=False, unique=True),
    _owned_by("card"),
    sa.Column("label", sa.String, nullable=False),
    sa.Column("password_hash", sa.String),
    sa.Column("expires_ms", sa.BigInteger),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)

# Files that take long, asked for and not let go yet. The file has the name of its id.
export_jobs = sa.Table(
    "export_jobs",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    _owned_by("account"),
    _owned_by("card", nullable=True),
    # What the file may hold; none: everything, for ops.
    sa.Column("tier", sa.String),
    sa.Column("route", sa.String, nullable=False),
    sa.Column("kind", sa.String, nullable=False),
    sa.Column("query", sa.JSON, nullable=False),
    sa.Column("locale", sa.String, nullable=False),
    sa.Column("asked_ms", sa.BigInteger, nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("part", sa.Float, nullable=False),
    sa.Column("finished_ms", sa.BigInteger),
    sa.Column("error", sa.String, nullable=False),
    sa.Column("name", sa.String, nullable=False),
)

# Each lets its user in once, for what it was made for.
tickets = sa.Table(
    "tickets",
    metadata,
    sa.Column("token_hash", sa.LargeBinary, primary_key=True),
    sa.Column("purpose", sa.String, nullable=False),
    _owned_by("user"),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
)

# Who is to be let in and has not accepted. There may be a user with the address already.
invitations = sa.Table(
    "invitations",
    metadata,
    sa.Column("token_hash", sa.LargeBinary, primary_key=True),
    _owned_by("account"),
    sa.Column("email", sa.String, nullable=False),
    sa.Column("role", sa.String, nullable=False),
    sa.Column("locale", sa.String, nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
)

# Each lets its user in once, in place of a one-time code.
recovery_codes = sa.Table(
    "recovery_codes",
    metadata,
    sa.Column("code_hash", sa.LargeBinary, primary_key=True),
    _owned_by("user"),
)

keys = sa.Table(
    "keys",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    sa.Column("secret_hash", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("scope", sa.String, nullable=False),
    _owned_by("account", nullable=True),
    sa.Column("label", sa.String, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.CheckConstraint("(scope = 'ops') = (account IS NULL)", name="only_ops_has_no_account"),
)

items = sa.Table(
    "items",
    metadata,
    sa.Column("code", sa.String, primary_key=True),
    _owned_by("card"),
    sa.Column("medium", sa.String, nullable=False),
    sa.Column("label", sa.String, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.Column("revoked_ms", sa.BigInteger),
)

# What an owner writes beside the figures of a day: « salon de Lyon ».
annotations = sa.Table(
    "annotations",
    metadata,
    sa.Column("id", sa.String, primary_key=True),
    _owned_by("card"),
    sa.Column("day", sa.Date, nullable=False),
    sa.Column("text", sa.String, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)

# A group is there while a card is in it.
card_groups = sa.Table(
    "card_groups",
    metadata,
    sa.Column("card", sa.ForeignKey("cards.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("name", sa.String, primary_key=True),
)

# Who wants a mail about the views of a card, how often, and when they were told last.
alerts = sa.Table(
    "alerts",
    metadata,
    _owned_by("card"),
    _owned_by("user"),
    sa.Column("pace", sa.String, nullable=False),
    sa.Column("told_ms", sa.BigInteger, nullable=False),
    sa.PrimaryKeyConstraint("card", "user"),
)

# What all processes must agree on and nobody else may know.
secrets = sa.Table(
    "secrets",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("value", sa.LargeBinary, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)

salts = sa.Table(
    "salts",
    metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("salt", sa.LargeBinary, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
)

# The next three hold cards without a foreign key: events of a card that was just deleted are still
# on their way, and shipping must not stop for them.
rolled_days = sa.Table(
    "rolled_days",
    metadata,
    sa.Column("card", sa.String, primary_key=True),
    sa.Column("through", sa.Date, nullable=False),
    sa.Column("zone", sa.String, nullable=False),
    sa.Column("recipe", sa.Integer, nullable=False),
)

ever = sa.Table(
    "ever",
    metadata,
    sa.Column("card", sa.String, primary_key=True),
    sa.Column("through", sa.Date, nullable=False),
    sa.Column("sums", sa.JSON, nullable=False),
)

late_days = sa.Table(
    "late_days",
    metadata,
    sa.Column("card", sa.String, primary_key=True),
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("marks", sa.BigInteger, nullable=False),
)

# Rules that ops take back for a card and a range of its days: their events count again.
restored_rules = sa.Table(
    "restored_rules",
    metadata,
    _owned_by("card"),
    sa.Column("rule", sa.String, nullable=False),
    sa.Column("first", sa.Date, nullable=False),
    sa.Column("last", sa.Date, nullable=False),
    sa.Column("created_ms", sa.BigInteger, nullable=False),
    sa.PrimaryKeyConstraint("card", "rule", "first", "last"),
)

# Reclassifications under way, each with all that it will do. What is done is not here any more.
reclassifications = sa.Table(
    "reclassifications",
    metadata,
    sa.Column("token", sa.String, primary_key=True),
    sa.Column("plan", sa.LargeBinary, nullable=False),
    sa.Column("begun_ms", sa.BigInteger, nullable=False),
)

# Cards that are gone from here, and whose events and figures are still to be erased.
erasures = sa.Table(
    "erasures",
    metadata,
    sa.Column("card", sa.String, primary_key=True),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("asked_ms", sa.BigInteger, nullable=False),
)

# Backfills that ops asked for on a page: the one that waits or is under way, and the last ones.
backfills = sa.Table(
    "backfills",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("first", sa.Date, nullable=False),
    sa.Column("last", sa.Date, nullable=False),
    sa.Column("cards", sa.JSON, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("asked_ms", sa.BigInteger, nullable=False),
    sa.Column("part", sa.Float, nullable=False),
    sa.Column("difference", sa.JSON(none_as_null=True)),
    sa.Column("confirmed_ms", sa.BigInteger),
    sa.Column("finished_ms", sa.BigInteger),
    sa.Column("error", sa.String, nullable=False),
)

runs = sa.Table(
    "runs",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("job", sa.String, nullable=False, index=True),
    sa.Column("started_ms", sa.BigInteger, nullable=False),
    sa.Column("finished_ms", sa.BigInteger),
    sa.Column("rows", sa.BigInteger),
    sa.Column("error", sa.String),
    sa.Column("facts", sa.JSON),
)

horizons = sa.Table(
    "horizons",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("since_ms", sa.BigInteger, nullable=False),
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("at_ms", sa.BigInteger, nullable=False),
    sa.Column("actor", sa.String, nullable=False),
    sa.Column("action", sa.String, nullable=False),
    sa.Column("subject", sa.String, nullable=False),
)

leases = sa.Table(
    "leases",
    metadata,
    sa.Column("name", sa.String, primary_key=True),
    sa.Column("holder", sa.String, nullable=False),
    sa.Column("expires_ms", sa.BigInteger, nullable=False),
)
