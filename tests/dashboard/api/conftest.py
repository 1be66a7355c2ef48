"""Keys of the API, and programs that ask with them."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import pytest
from httpx import Response

from schema.directory import keys


@dataclass(frozen=True)
class Program:
    """Asks the API with a key. `account` is the one its key belongs to, or nothing for ops."""

    visitor: Any
    secret: str
    account: str | None

    def ask(self, method: str, path: str, body: Any = None, **given: Any) -> Response:
        headers = {"Authorization": f"Bearer {self.secret}"} | given.pop("headers", {})
        if body is not None:
            given["json"] = body
        return self.visitor.ask(method, f"/api/v1{path}", headers=headers, **given)

    def get(self, path: str, **query: Any) -> Response:
        return self.ask("GET", path, params=query)


def program(world, account: str | None, app: Any = None) -> Program:
    scope = "account" if account else "ops"
    now_ms = world.clock.now_ms
    with world.directory.write() as conn:
        _, secret = keys.create(conn, scope=scope, account=account, label="test", now_ms=now_ms)
    return Program(world.visitor(None, app), secret, account)


@pytest.fixture
def asking(world) -> Callable[..., Program]:
    """With a key of any account, or of ops, and with an application that a test holds."""
    return partial(program, world)


@pytest.fixture
def ops(world) -> Program:
    return program(world, None)


@pytest.fixture
def owner(world) -> Program:
    """With a key of the account that `mine` and `second` belong to."""
    return program(world, world.mine.account)
