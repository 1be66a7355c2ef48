"""What is packed on its way, and what is not."""

import pytest

DEMANDING = {"accept-encoding": "gzip"}
PLAIN = {"accept-encoding": "identity"}


@pytest.mark.parametrize("path", ["/definitions", "/static/charts.js"])
def test_pages_and_scripts_are_packed_for_those_who_unpack(world, path):
    visitor = world.visitor()
    packed, plain = visitor.get(path, **DEMANDING), visitor.get(path, **PLAIN)
    assert packed.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["vary"]
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert "content-encoding" not in plain.headers
    assert packed.content == plain.content
    assert packed.headers["content-security-policy"] == plain.headers["content-security-policy"]


def test_files_streams_and_short_answers_go_as_they_are(world):
    visitor = world.visitor(world.owner)
    card = f"/cards/{world.mine.id}"
    for path in (f"{card}/export.csv", f"{card}/export.pdf", "/static/icon.svg"):
        assert "content-encoding" not in visitor.get(path, **DEMANDING).headers, path


def test_what_has_not_changed_is_not_sent_again(world):
    visitor, path = world.visitor(world.owner), f"/cards/{world.mine.id}/figures"
    first = visitor.get(path, **DEMANDING)
    again = visitor.get(path, **DEMANDING, **{"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
