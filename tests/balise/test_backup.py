"""An installation's archive is made, and put back into an empty one, by their commands."""

import pytest

from schema.store.opening import open_store
from schema.testing import prepared

NEEDS_AN_INSTALLATION = (
    *(("backup", "kept"), ("retention",), ("retention", "--dry-run"), ("rollup",), ("ledger",)),
    ("backfill", "--from", "2026-02-01", "--to", "2026-02-28"),
)


@pytest.mark.parametrize("arguments", NEEDS_AN_INSTALLATION, ids=" ".join)
def test_a_folder_without_an_installation_is_told_and_stays_as_it_is(shell, tmp_path, arguments):
    answer = shell(*arguments)
    assert (answer.code, answer.out) == (3, "")
    assert answer.err == (
        f"There is no directory at {tmp_path}/var/balise.db yet; run `balise init`.\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_a_store_without_its_tables_is_told(shell, tmp_path):
    prepared.directory(tmp_path / "var")
    open_store(f"chdb:///{tmp_path}/var/events").close()
    answer = shell("backup", "kept")
    assert (answer.code, answer.out) == (3, "")
    assert answer.err.startswith(f"chdb://{tmp_path}/var/events lacks 0001 events, ")
    assert answer.err.endswith("; run `balise init`.\n")


def test_an_archive_is_put_into_an_empty_folder(shell, tmp_path, monkeypatch):
    prepared.installation(tmp_path / "var")
    made = shell("backup", "kept", "--json").json
    monkeypatch.setenv("BALISE_DATA", str(tmp_path / "new"))
    restored = shell("restore", made["archive"])
    assert (restored.code, restored.err) == (0, "")
    assert restored.out.startswith("Restored balise-")
    again = shell("restore", made["archive"])
    assert again.code == 2


def test_an_archive_that_is_not_there_is_named_and_no_store_is_made(shell, tmp_path):
    for asked, told in (("/none.zip", "/none.zip"), ("none.zip", "none.zip")):
        answer = shell("restore", asked)
        assert (answer.code, answer.err) == (2, f"There is no backup at {told}.\n")
    assert not (tmp_path / "var" / "balise.db").exists()
    assert not (tmp_path / "var" / "events").exists()
