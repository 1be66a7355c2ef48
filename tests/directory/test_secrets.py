from concurrent.futures import ThreadPoolExecutor

from schema.directory import secrets
from schema.directory.database import open_directory

NOW_MS = 1_763_640_000_000


def test_a_secret_is_drawn_once_and_then_the_same_for_all(directory, dsn) -> None:
    first = secrets.shared(directory, secrets.ITEM_KEY, NOW_MS)
    other = open_directory(dsn)
    assert secrets.shared(other, secrets.ITEM_KEY, NOW_MS + 1) == first
    assert len(first) == secrets.SECRET_BYTES
    other.close()


def test_those_who_ask_at_the_same_time_get_the_same(directory) -> None:
    with ThreadPoolExecutor(4) as pool:
        drawn = set(pool.map(lambda n: secrets.shared(directory, "k", NOW_MS + n), range(8)))
    assert len(drawn) == 1


def test_two_names_have_two_secrets(directory) -> None:
    assert secrets.shared(directory, "a", NOW_MS) != secrets.shared(directory, "b", NOW_MS)
