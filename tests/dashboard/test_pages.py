"""The pages as a browser meets them, over ASGI, on a real directory and a real event store."""

import re
from base64 import b64encode
from hashlib import sha256
from html import unescape
from ipaddress import ip_network

import pytest

from dashboard.access import Decision, decide
from dashboard.app import ROUTES
from dashboard.attempts import EMAIL_ATTEMPTS_MAX
from dashboard.security import HEADERS
from dashboard.site import DemoLogin
from schema.directory import sessions
from schema.errors import Unavailable
from schema.metrics import METRICS
from schema.store import StoreUnavailable

MISSING = "/cards/aaaaaaaa"


def text(answer):
    """What a person reads: no tags, all kinds of spaces folded into one."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", re.sub("</?b>", "", answer.text))).split())


# Signing in and out


def test_the_front_door_leads_to_signing_in_and_then_to_the_only_card(world):
    visitor = world.visitor()
    assert visitor.get("/").headers["location"] == "/login"
    answer = visitor.sign_in(world.stranger, world.password)
    assert (answer.status_code, answer.headers["location"]) == (303, "/")
    assert visitor.get("/").headers["location"] == f"/cards/{world.foreign.id}"
    assert visitor.get("/login").headers["location"] == "/"


def test_several_cards_are_listed_and_only_those_of_the_account(world):
    page = world.visitor(world.viewer).get("/")
    assert "Marie Moreau" in page.text
    assert "Atelier Moreau" in page.text
    assert "Paul Hoarau" not in page.text


def test_ops_sees_every_card(world):
    visitor = world.visitor(world.ops)
    assert "Paul Hoarau" in visitor.get("/").text
    for card in (world.mine, world.second, world.foreign):
        assert visitor.get(f"/cards/{card.id}").status_code == 200


@pytest.mark.parametrize(
    ("origin", "secure"), [("http://balise.test", False), ("https://balise.test", True)]
)
def test_the_session_cookie_is_kept_from_scripts_and_other_sites(world, origin, secure):
    visitor = world.visitor(app=world.app(origin=origin))
    cookie = visitor.sign_in(world.owner, world.password).headers["set-cookie"]
    assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
    assert ("Secure" in cookie.split("; ")) is secure


def test_signing_out_ends_the_session_everywhere(world):
    app = world.app()
    visitor = world.visitor(world.owner, app)
    thief = world.visitor(app=app)
    thief.cookies.update(visitor.cookies)
    assert thief.get(f"/cards/{world.mine.id}").status_code == 200
    assert visitor.post("/logout").headers["location"] == "/login"
    assert thief.get(f"/cards/{world.mine.id}").status_code == 303
    assert "balise_session" not in visitor.cookies


def test_a_wrong_password_and_an_unknown_email_read_the_same_and_keep_what_was_typed(world):
    visitor = world.visitor()
    wrong = visitor.sign_in(world.owner, "something else", next="/cards/x")
    unknown = visitor.sign_in("nobody@atelier.example", "something else", next="/cards/x")
    assert wrong.status_code == unknown.status_code == 422
    assert wrong.text.replace(world.owner, "") == unknown.text.replace("nobody@atelier.example", "")
    assert f'value="{world.owner}"' in wrong.text
    assert 'value="/cards/x"' in wrong.text
    assert "something else" not in wrong.text
    assert "ne vont pas ensemble" in text(wrong)


def test_guessing_is_slowed_down_even_with_the_right_password_at_last(world):
    visitor = world.visitor()
    for n in range(EMAIL_ATTEMPTS_MAX):
        assert visitor.sign_in(world.owner, f"guess number {n}").status_code == 422
    answer = visitor.sign_in(world.owner.upper(), world.password)
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "900")
    assert "Réessayez dans 15 minutes." in text(answer)
    assert visitor.sign_in(world.stranger, world.password).status_code == 303
    world.clock.advance(seconds=15 * 60)
    assert visitor.sign_in(world.owner, world.password).status_code == 303


def test_an_address_that_tries_many_names_is_slowed_down_behind_a_proxy_of_ours(world, monkeypatch):
    monkeypatch.setattr("dashboard.pages.login.ADDRESS_ATTEMPTS_MAX", 2)
    proxied = world.visitor(app=world.app(trusted_proxies=[ip_network("127.0.0.0/8")]))

    def status(n, address):
        typed = {"email": f"guess{n}@atelier.example", "password": "something else"}
        return proxied.post("/login", typed, **{"x-forwarded-for": address}).status_code

    assert [status(n, "192.0.2.1") for n in range(3)] == [422, 422, 429]
    assert status(4, "192.0.2.2") == 422


@pytest.mark.parametrize(
    ("wanted", "target"),
    [
        ("/cards/k7Hq2xPa", "/cards/k7Hq2xPa"),
        ("/definitions#views", "/definitions#views"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nSet-Cookie: x=y", "/"),
        ("", "/"),
    ],
)
def test_after_signing_in_one_lands_where_one_wanted_but_never_elsewhere(world, wanted, target):
    answer = world.visitor().sign_in(world.owner, world.password, next=wanted)
    assert answer.headers["location"] == target


def test_a_signed_out_reader_comes_back_to_the_card_after_signing_in(world):
    visitor = world.visitor()
    path = f"/cards/{world.mine.id}"
    login = visitor.get(path).headers["location"]
    assert f'value="{path}"' in visitor.get(login).text


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
        {"origin": "null"},
    ],
)
@pytest.mark.parametrize("path", ["/login", "/logout"])
def test_a_form_on_another_site_is_refused(world, path, headers):
    visitor = world.visitor(world.owner)
    answer = visitor.post(path, {"email": world.stranger, "password": world.password}, **headers)
    assert answer.status_code == 403
    assert visitor.get(f"/cards/{world.mine.id}").status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-fetch-site": "same-origin", "origin": "http://balise.test"},
        {"origin": "http://balise.test"},
        {"origin": "http://10.0.0.7:8000", "host": "10.0.0.7:8000"},
        {},
    ],
)
def test_our_own_forms_are_believed(world, headers):
    typed = {"email": world.owner, "password": world.password}
    assert world.visitor().post("/login", typed, **headers).status_code == 303


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe\x00=%zz&&&=",
        b"email=%ED%A0%80&password=%00%ff",
        b"email=" + b"a" * 5000,
        b"&".join(b"f%d=1" % n for n in range(50)),
    ],
)
@pytest.mark.parametrize(
    "kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain", ""]
)
def test_a_mangled_form_is_refused_in_words_and_never_breaks_us(world, body, kind):
    answer = world.visitor().ask("POST", "/login", content=body, headers={"content-type": kind})
    assert answer.status_code in (400, 422)
    assert "<h1>" in answer.text


def test_a_demo_offers_its_logins_as_buttons_and_a_real_service_does_not(world):
    demo = world.app(demo_logins=[DemoLogin(world.owner, world.password, "Premium")])
    assert "Premium" not in world.visitor().get("/login").text
    page = world.visitor(app=demo).get("/login")
    assert f'name="email" value="{world.owner}"' in page.text
    assert "Premium" in text(page)


# Whose card


def test_every_card_route_answers_each_reader_as_the_table_says(world):
    # The stream of now never ends for those who may listen; test_live_stream.py hears it.
    routes = [
        route
        for route in ROUTES
        if re.findall(r"{.*?}", route.path) == ["{card}"]
        and "GET" in route.methods
        and route.name != "live"
    ]
    assert len(routes) >= 4
    readers = {
        world.owner: ("owner", "premium", 200),
        world.viewer: ("viewer", "premium", 200),
        world.stranger: ("owner", "essentiel", 404),
        world.ops: ("ops", None, 200),
    }
    nobody = world.visitor()
    for email, (role, tier, status) in readers.items():
        visitor = world.visitor(email)
        for route in routes:
            path = route.path.replace("{card}", world.mine.id)
            allowed = decide(role, tier, route.name) is Decision.ALLOW
            assert visitor.get(path).status_code == (status if allowed else 403), (email, path)
            assert nobody.get(path).status_code == 303


def test_a_foreign_card_is_as_unknown_as_one_that_never_was(world):
    visitor = world.visitor(world.owner)
    for tail in ("", "/figures"):
        foreign = visitor.get(f"/cards/{world.foreign.id}{tail}")
        missing = visitor.get(f"{MISSING}{tail}")
        assert foreign.status_code == missing.status_code == 404
        assert foreign.text == missing.text
        assert foreign.headers == missing.headers


def test_signed_out_every_card_asks_to_sign_in_whether_it_exists_or_not(world):
    visitor = world.visitor()
    for path in (f"/cards/{world.mine.id}", MISSING):
        answer = visitor.get(path)
        assert (answer.status_code, answer.text) == (303, "")


# The page


def test_the_page_says_the_sentence_and_the_figures(world):
    world.store_events(
        world.event(world.mine, "2026-11-19T10:00:00+01:00"),
        *(world.event(world.mine, f"2026-11-20T08:{n:02}:00+01:00") for n in range(15)),
        *(
            world.event(world.mine, "2026-11-20T09:20:00+01:00", name="click", target="phone")
            for _ in range(8)
        ),
        *(
            world.event(world.mine, "2026-11-20T09:21:00+01:00", name="click", target="email")
            for _ in range(3)
        ),
        world.event(world.mine, "2026-11-20T09:22:00+01:00", name="click", target="linkedin"),
        world.event(world.mine, "2026-11-20T09:23:00+01:00") | {"class": "bot"},
    )
    page = world.visitor(world.owner).get(f"/cards/{world.mine.id}")
    read = text(page)
    assert "15 vues aujourd’hui, 8 clics sur mon numéro, 3 sur mon e-mail." in read
    assert "Vues 16 dont 15 aujourd’hui" in read
    assert "Clics de contact 11 dont 11 aujourd’hui" in read
    assert "Dernière visite Aujourd’hui entre 8 h et 9 h" in read
    assert "Téléphone 8 8 E-mail 3 3" in read
    assert "LinkedIn 1 1" in read
    assert "Trafic automatique écarté : 1." in read
    assert "fuseau horaire de la carte : Paris." in read


def test_the_figures_alone_are_unchanged_until_something_moves(world):
    visitor = world.visitor(world.owner)
    path = f"/cards/{world.mine.id}/figures"
    first = visitor.get(path)
    assert first.text.strip() in visitor.get(f"/cards/{world.mine.id}").text
    etag = first.headers["etag"]

    same = visitor.get(path, **{"if-none-match": etag})
    assert (same.status_code, same.content, same.headers["etag"]) == (304, b"", etag)

    world.store_events(world.event(world.mine, "2026-11-20T18:29:59+01:00"))
    moved = visitor.get(path, **{"if-none-match": etag})
    assert moved.status_code == 200
    assert "1 vue aujourd’hui" in text(moved)


def test_an_english_browser_gets_english_and_a_users_own_language_wins(world):
    assert (
        "Is your card being used?"
        in world.visitor().get("/login", **{"accept-language": "en"}).text
    )
    card = world.visitor(world.owner).get(f"/cards/{world.mine.id}", **{"accept-language": "en"})
    assert '<html lang="fr">' in card.text
    assert "Vues" in text(card)


def test_every_metric_is_defined_on_a_public_page(world):
    french, english = (
        world.visitor().get("/definitions", **{"accept-language": code}) for code in ("fr", "en")
    )
    for metric in METRICS:
        assert f'id="{metric.name}"' in french.text
        assert metric.definition in text(english)


def test_a_hostile_name_is_shown_and_never_run(world, hostile_card):
    page = world.visitor(world.ops).get(f"/cards/{hostile_card.id}")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in world.visitor(world.ops).get("/").text


# What every answer carries


def test_every_route_answers_with_the_secure_headers(world):
    visitor = world.visitor(world.owner)
    tried = set()
    for route in ROUTES:
        path = route.path.replace("{card}", world.mine.id)
        path += "/charts.js" if route.name == "static" else ""
        for method in getattr(route, "methods", None) or ["GET"]:
            answer = visitor.ask(method, path)
            tried.add((method, answer.status_code))
            for name in set(HEADERS) - {"Cache-Control"}:
                assert answer.headers[name] == HEADERS[name], (method, path)
            kept = "no-cache" if route.name == "static" else "no-store"
            assert answer.headers["cache-control"] == kept
    assert {("GET", 200), ("GET", 303), ("POST", 303), ("POST", 422), ("HEAD", 200)} <= tried


def unstyled(answer) -> list[str]:
    """The sheets of a page that its policy keeps from having any effect; a page without one."""
    sheets = re.findall(r"<style>([^<]+)</style>", answer.text.partition("</head>")[0])
    assert answer.text.count("<style") == len(sheets)
    policy = answer.headers["content-security-policy"]
    refused = [
        sheet
        for sheet in sheets
        if f"'sha256-{b64encode(sha256(sheet.encode()).digest()).decode()}'" not in policy
    ]
    return refused if sheets else ["no sheet"]


def test_pages_hold_no_inline_script_no_style_but_ours_and_name_nothing_elsewhere(world):
    visitor = world.visitor(world.owner)
    for path in ("/", "/definitions", f"/cards/{world.mine.id}", "/nowhere"):
        answer = visitor.get(path)
        page = answer.text
        assert not re.search(r"<script(?![^>]*\bsrc=)|\son\w+=|\sstyle=|javascript:", page)
        assert unstyled(answer) == []
        # The address of a card itself may be shown, but nothing is fetched from it.
        assert not re.search(r'(?:src|href|action)="(?!/|#)', page)


def test_static_files_are_named_by_their_bytes_and_kept_for_good(world):
    visitor = world.visitor()
    addresses = re.findall(r'"(/static/[^"]+)"', visitor.get("/login").text)
    assert len(addresses) == 1
    for address in addresses:
        answer = visitor.get(address)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"


# When something is wrong


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/nowhere", 404),
        ("GET", "/static/../app.py", 404),
        ("GET", "/static/nothing.css", 404),
        ("GET", "/cards/%00", 404),
        ("GET", "/cards/" + "a" * 4000, 404),
        ("GET", "/cards/%F0%9F%92%A5", 404),
        ("DELETE", "/login", 405),
        ("GET", "/logout", 405),
    ],
)
def test_what_is_not_there_is_told_in_plain_words(world, method, path, status):
    answer = world.visitor(world.owner).ask(method, path)
    assert answer.status_code == status
    assert "<h1>" in answer.text
    assert "Retour à vos cartes" in text(answer)


@pytest.mark.parametrize("path", ["/nowhere", "/static/nothing.css"])
def test_an_address_that_no_route_knows_is_told_in_the_users_own_language(world, path):
    visitor = world.visitor(world.owner)
    assert '<html lang="fr">' in visitor.get(path, **{"accept-language": "en"}).text
    assert '<html lang="en">' in world.visitor().get(path, **{"accept-language": "en"}).text


def test_a_wrong_address_is_wrong_while_the_directory_is_away_too(world, monkeypatch):
    def away(*args):
        raise Unavailable("the directory is gone")

    visitor = world.visitor(world.owner)
    monkeypatch.setattr(sessions, "resume", away)
    answer = visitor.get("/nowhere", **{"accept-language": "en"})
    assert (answer.status_code, "This page does not exist" in answer.text) == (404, True)


def test_a_mangled_session_is_no_session(world):
    visitor = world.visitor()
    for token in ("", "x", "é" * 100, "a" * 4000, "'; DROP TABLE sessions; --"):
        answer = visitor.ask("GET", "/", headers={"cookie": f"balise_session={token}".encode()})
        assert answer.headers["location"] == "/login"


def test_a_store_that_is_away_gives_a_sentence_and_a_time_to_come_back(world, monkeypatch):
    def away(*args, **kwargs):
        raise StoreUnavailable("chdb:///var/events is gone")

    visitor = world.visitor(world.owner)
    monkeypatch.setattr(type(world.store), "rows", away)
    for tail in ("", "/figures"):
        answer = visitor.get(f"/cards/{world.mine.id}{tail}")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
        assert "Rien n’est perdu" in text(answer)
        assert "chdb" not in answer.text


def test_a_mistake_of_ours_shows_no_trace_and_keeps_the_headers(world, monkeypatch):
    def broken(*args, **kwargs):
        raise RuntimeError("a secret detail")

    visitor = world.visitor(world.owner)
    monkeypatch.setattr(type(world.store), "rows", broken)
    answer = visitor.get(f"/cards/{world.mine.id}")
    assert answer.status_code == 500
    assert "de notre côté" in text(answer)
    assert "secret detail" not in answer.text
    assert "Traceback" not in answer.text
    assert unstyled(answer) == []
    for name, value in HEADERS.items():
        assert answer.headers[name] == value


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/s/nothing"), ("GET", "/s/nothing/frame"), ("GET", "/reset/nothing"),
     ("GET", "/sso/nothing"), ("GET", "/ops"), ("POST", "/team"), ("PUT", "/team")],
)  # fmt: skip
def test_a_page_that_refuses_has_its_looks_too(world, method, path):
    answer = world.visitor().ask(method, path)
    assert answer.status_code in (303, 401, 403, 404, 405, 410)
    if answer.status_code != 303:
        assert unstyled(answer) == []
