import pytest
import sqlalchemy as sa

from schema.directory import keys
from schema.directory.accounts import Account
from schema.directory.database import Directory
from schema.directory.keys import Key
from schema.directory.tables import keys as table
from schema.errors import BadInput

NOW_MS = 1_763_640_000_000


def _create(
    directory: Directory, scope: str = "ops", account: str | None = None, label: str = "site"
) -> tuple[Key, str]:
    with directory.write() as conn:
        return keys.create(conn, scope=scope, account=account, label=label, now_ms=NOW_MS)


def test_a_secret_finds_its_key(directory: Directory, account: Account) -> None:
    for_all, secret_for_all = _create(directory)
    for_one, secret_for_one = _create(directory, "account", account.id)
    with directory.read() as conn:
        assert keys.verify(conn, secret_for_all) == for_all
        assert keys.verify(conn, secret_for_one) == for_one
        assert keys.verify(conn, secret_for_one + "x") is None
    assert for_one.account == account.id
    assert secret_for_one.startswith("bk_")


def test_the_secret_is_stored_nowhere(directory: Directory) -> None:
    _, secret = _create(directory)
    with directory.read() as conn:
        assert secret.removeprefix("bk_") not in str(conn.execute(sa.select(table)).all())


def test_keys_are_listed_by_label(directory: Directory) -> None:
    second, _ = _create(directory, label="PHP")
    first, _ = _create(directory, label="Nightly")
    with directory.read() as conn:
        assert keys.every(conn) == [first, second]
        assert keys.get(conn, second.id) == second


def test_a_key_acts_for_ops_or_for_one_account(directory: Directory, account: Account) -> None:
    with pytest.raises(BadInput, match="A key for 'ops' acts for every account"):
        _create(directory, "ops", account.id)
    with pytest.raises(BadInput, match="A key for one account needs that account"):
        _create(directory, "account")
    with pytest.raises(BadInput, match=r"The scope 'opps' is unknown; did you mean 'ops'\?"):
        _create(directory, "opps")
    with pytest.raises(BadInput, match="There is no account 'nobody'"):
        _create(directory, "account", "nobody")


def test_a_deleted_key_opens_nothing(directory: Directory) -> None:
    key, secret = _create(directory)
    with directory.write() as conn:
        keys.delete(conn, key.id)
        assert keys.verify(conn, secret) is None
        with pytest.raises(BadInput, match=f"There is no key '{key.id}'; `balise key list`"):
            keys.delete(conn, key.id)
