"""Keys of the API, and programs that ask with them."""

from dataclasses import dataclass
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


def program(world, account: str | None) -> Program:
    scope = "account" if account else "ops"
    now_ms = world.clock.now_ms
    with world.directory.write() as conn:
        _, secret = keys.create(conn, scope=scope, account=account, label="test", now_ms=now_ms)
    return Program(world.visitor(), secret, account)


@pytest.fixture
def ops(world) -> Program:
    return program(world, None)


@pytest.fixture
def owner(world) -> Program:
    """With a key of the account that `mine` and `second` belong to."""
    return program(world, world.mine.account)
