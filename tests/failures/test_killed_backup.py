import signal
import subprocess
import sys
from pathlib import Path

from balise.installation import reached
from pipeline.backup.take import Sources, take
from pipeline.retention import delete_over
from schema.clock import system_clock
from schema.directory.leases import WORK_MS
from schema.settings import load

PROGRAM = Path(__file__).with_name("back_up_until_killed.py")


def test_a_killed_backup_leaves_no_archive_and_nothing_that_stays(tmp_path):
    data, kept = tmp_path / "var", tmp_path / "kept"
    kept.mkdir()
    settings = load({"BALISE_DATA": str(data)}, tmp_path)
    with reached(settings, system_clock) as place:
        place.store.run("INSERT INTO events (card, at) SELECT 'a', now() FROM numbers(10)")
    killed = subprocess.run(
        [sys.executable, str(PROGRAM), str(data), str(kept / "b.zip")], check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert len(list(data.glob(".backup-draft-*"))) == 1
    assert [path.suffix for path in kept.iterdir()] == [".part"]
    with reached(settings, lambda: system_clock() + WORK_MS) as place:
        assert ("backup_events",) in place.store.rows("SHOW TABLES")
        sources = Sources(place.store, place.directory, settings, place.clock)
        delete_over(place.store, place.directory, settings, place.clock)
        assert ("backup_events",) not in place.store.rows("SHOW TABLES")
        assert list(data.glob(".backup-draft-*")) == []
        assert take(sources, kept / "b.zip").tables["events"] == 10
        assert [path.name for path in kept.iterdir()] == ["b.zip"]
