from dataclasses import replace

import pytest

from pipeline.backup.places import place_of
from pipeline.backup.restore import restore
from pipeline.backup.take import take
from schema.errors import BadInput, BaliseError, Unavailable
from schema.testing.s3 import BUCKET, KEY, REGION, SECRET, serving

NAME = "balise-20261120T120000Z.zip"
OLDER = "balise-20261119T120000Z.zip"
PARTS_BYTES = 12_000_000


@pytest.fixture
def s3():
    with serving() as double:
        yield double


@pytest.fixture
def place(settings, s3):
    settings.data.mkdir()
    given = replace(
        settings, s3_endpoint=s3.endpoint, s3_region=REGION, s3_key=KEY, s3_secret=SECRET
    )
    return place_of(f"s3://{BUCKET}/balise/paris", given)


def keep(place, name, content):
    with place.keeping(name) as path:
        path.write_bytes(content)


@pytest.mark.parametrize("size", [0, 1_000, PARTS_BYTES])
def test_a_bucket_keeps_what_it_is_given_and_gives_it_back(place, s3, size):
    content = bytes(range(256)) * (size // 256)
    keep(place, NAME, content)
    assert s3.objects == {f"balise/paris/{NAME}": content}
    with place.fetched(NAME) as path:
        assert path.read_bytes() == content
    assert not path.exists()


def test_only_archives_under_its_own_prefix_are_listed_and_deleted(place, s3):
    s3.objects |= {"balise/paris/notes.txt": b"", f"balise/lyon/{NAME}": b"", NAME: b""}
    keep(place, NAME, b"")
    keep(place, OLDER, b"")
    assert place.names() == [OLDER, NAME]
    place.delete(OLDER)
    assert place.names() == [NAME]


def test_an_archive_that_failed_is_not_uploaded(place, s3):
    def fail():
        with place.keeping(NAME) as path:
            path.write_bytes(b"half")
            raise BaliseError("The store is away.")

    with pytest.raises(BaliseError, match="store is away"):
        fail()
    assert s3.objects == {}


def test_a_wrong_secret_is_refused_with_a_sentence_that_does_not_tell_it(settings, s3):
    settings.data.mkdir()
    given = {"s3_endpoint": s3.endpoint, "s3_region": REGION, "s3_key": KEY}
    wrong = replace(settings, **given, s3_secret="another-secret")
    with pytest.raises(Unavailable, match="check BALISE_S3_ENDPOINT") as told:
        place_of(f"s3://{BUCKET}", wrong).names()
    assert s3.refused == 1
    assert "another-secret" not in str(told.value)
    assert KEY not in str(told.value)


def test_what_is_not_there_is_said(place):
    with pytest.raises(BadInput, match="There is no such backup"), place.fetched(NAME):
        pass


def test_a_folder_that_cannot_be_used_is_a_sentence(settings, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(Unavailable, match="Not a directory"):
        place_of(str(tmp_path / "file"), settings).names()


def test_amazon_needs_no_endpoint(settings):
    keys = replace(settings, s3_key=KEY, s3_secret=SECRET)
    assert place_of(f"s3://{BUCKET}/x", keys).label == f"s3://{BUCKET}/x"


def test_a_bucket_without_its_keys_is_a_sentence_and_nobody_is_asked(settings, s3):
    for given in ({}, {"s3_key": KEY}):
        lacking = replace(settings, s3_endpoint=s3.endpoint, **given)
        with pytest.raises(BadInput, match="set BALISE_S3_KEY and BALISE_S3_SECRET"):
            place_of(f"s3://{BUCKET}", lacking)


def test_nothing_named_is_a_sentence(settings):
    with pytest.raises(BadInput, match="set BALISE_BACKUP"):
        place_of("", settings)


@pytest.mark.parametrize("address", ["s3://", "s3:bucket", "s3://me:hunter2@bucket"])
def test_an_address_that_names_no_bucket_or_tells_a_key_is_a_sentence(settings, address):
    with pytest.raises(BadInput, match="such as s3://bucket/prefix") as told:
        place_of(address, settings)
    assert "hunter2" not in str(told.value)


def test_an_installation_travels_through_a_bucket(installed, place):
    with installed("var") as source, place.keeping(NAME) as target:
        take(source, target)
    with installed("new") as empty, place.fetched(NAME) as archive:
        assert restore(empty, archive).members
