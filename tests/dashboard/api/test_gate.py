"""Who gets in, what is refused, and what a refusal says."""

import pytest

from dashboard.api.operations import OPERATIONS
from dashboard.api.quotas import REQUESTS_MAX

FILLED = {"account": "nobody1234", "card": "nobody12", "code": "nobody12", "export": "nobody12"}


def paths_of(world, account: str, card: str) -> list[tuple[str, str]]:
    named = {"account": account, "card": card, "code": "aaaaaaaa", "export": "aaaaaaaa"}
    return [(each.method, each.path.format(**named)) for each in OPERATIONS]


def test_every_refusal_is_a_problem_with_a_stable_type(world, ops):
    refused = ops.get("/accounts/nobody1234")
    assert refused.headers["content-type"] == "application/problem+json"
    assert refused.json()["type"] == "urn:balise:problem:not-found"
    assert refused.json()["status"] == refused.status_code == 404


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer bk_wrong", "Basic YTpi", "bk_x"])
def test_without_a_key_nothing_is_answered(world, authorization):
    visitor = world.visitor()
    for method, path in paths_of(world, world.mine.account, world.mine.id):
        refused = visitor.ask(method, f"/api/v1{path}", headers={"Authorization": authorization})
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"] == "Bearer"


def test_what_belongs_to_others_is_as_unknown_as_what_never_was(world, owner):
    theirs = paths_of(world, world.foreign.account, world.foreign.id)
    nobodys = paths_of(world, "nobody1234", "nobody12")
    for (method, path), (_, unknown) in zip(theirs, nobodys, strict=True):
        if path == unknown:  # names no account and no card
            continue
        one, other = owner.ask(method, path, {}), owner.ask(method, unknown, {})
        assert one.status_code == other.status_code == 404
        assert one.content == other.content


def test_a_key_of_an_account_cannot_do_what_only_ops_may(owner, world):
    refused = owner.ask("POST", "/accounts", {"name": "Mine", "tier": "multi_cartes"})
    assert refused.status_code == 403
    own = owner.ask("PATCH", f"/accounts/{world.mine.account}", {"tier": "multi_cartes"})
    assert own.status_code == 403


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "truncated"),
        (b"{", "truncated"),
        (b"[]", "Expected `object`"),
        (b'{"name": "x"}', "missing required field `tier`"),
        (b'{"name": "x", "tier": "gold"}', "Invalid enum value 'gold' - at `$.tier`"),
        (b'{"name": "x", "tier": "premium", "colour": 1}', "unknown field `colour`"),
        (b'{"name": "", "tier": "premium"}', "The account name '' cannot be used"),
        (b'{"name": "\\ud800", "tier": "premium"}', ""),
        (b"\xff", ""),
        (b"[" * 60_000, ""),
    ],
)
def test_a_wrong_body_is_told_by_its_field(ops, body, told):
    refused = ops.ask(
        "POST", "/accounts", headers={"Content-Type": "application/json"}, content=body
    )
    assert refused.status_code == 400
    assert told in refused.json()["detail"]


def test_a_body_that_is_not_json_or_too_large_is_refused_unread(ops):
    form = ops.ask("POST", "/accounts", data={"name": "x"})
    assert (form.status_code, form.json()["type"][-10:]) == (415, "media-type")
    large = ops.ask("POST", "/accounts", {"name": "x" * 70_000, "tier": "premium"})
    assert large.status_code == 413


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=ten", "limits=1", "limit=9999999999999999999999"]
)
def test_a_wrong_parameter_is_told(ops, query):
    refused = ops.ask("GET", f"/accounts?{query}")
    assert refused.status_code == 400
    assert refused.json()["detail"]


def test_a_quota_is_counted_per_key_and_begins_anew_each_minute(world, ops, owner):
    path = f"/cards/{world.mine.id}"
    first = ops.get(path)
    assert first.headers["x-ratelimit-limit"] == str(REQUESTS_MAX)
    left = int(first.headers["x-ratelimit-remaining"])
    for _ in range(left):
        assert ops.get(path).status_code == 200
    refused = ops.get(path)
    assert refused.status_code == 429
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert 0 < int(refused.headers["retry-after"]) <= 60
    assert owner.get(path).status_code == 200
    world.clock.now_ms += 60_000
    assert ops.get(path).status_code == 200


def test_a_refusal_tells_what_is_left_as_well(ops):
    lefts = [
        int(ops.ask(method, path).headers["x-ratelimit-remaining"])
        for method, path in (
            ("GET", "/cards/nobody12"),
            ("POST", "/accounts"),
            ("GET", "/accounts"),
        )
    ]
    assert lefts == [REQUESTS_MAX - n for n in (1, 2, 3)]


def test_an_unknown_path_or_method_is_a_problem_too(ops):
    assert ops.get("/nothing").json()["status"] == 404
    wrong = ops.ask("PUT", "/accounts", {})
    assert (wrong.status_code, wrong.json()["type"]) == (405, "urn:balise:problem:method")
