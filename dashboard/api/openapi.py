"""The OpenAPI document, made from the list of operations and the types of their bodies."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import msgspec

from dashboard.api.operation import Operation
from dashboard.api.operations import OPERATIONS
from dashboard.api.problems import TITLES
from dashboard.api.shapes import ProblemShape

PREFIX = "/api/v1"
_REF = "#/components/schemas/{name}"
_REFUSALS = (400, 401, 403, 404, 413, 415, 429, 503)


@lru_cache(maxsize=1)
def document() -> bytes:
    shapes = [
        each for op in OPERATIONS for each in (op.body, op.answer, op.later) if each is not None
    ]
    _, components = msgspec.json.schema_components([*shapes, ProblemShape], ref_template=_REF)
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "Balise", "version": "1"},
            "servers": [{"url": PREFIX}],
            "security": [{"key": []}],
            "paths": _paths(OPERATIONS),
            "components": {
                "schemas": components,
                "securitySchemes": {"key": {"type": "http", "scheme": "bearer"}},
                "responses": {str(status): _refusal(status) for status in _REFUSALS},
            },
        }
    )


def _paths(operations: Sequence[Operation]) -> dict[str, dict[str, Any]]:
    paths: dict[str, dict[str, Any]] = {}
    for operation in operations:
        paths.setdefault(operation.path, {})[operation.method.lower()] = _described(operation)
    return paths


def _described(operation: Operation) -> dict[str, Any]:
    refusals = {str(status): {"$ref": f"#/components/responses/{status}"} for status in _REFUSALS}
    answers = {str(operation.status): _answer(operation)}
    if operation.later is not None:
        content = {"application/json": {"schema": _schema(operation.later)}}
        answers["202"] = {"description": "It takes long: where to look.", "content": content}
    described = {
        "operationId": operation.name,
        "summary": operation.summary,
        "parameters": [*_of_path(operation), *_of_query(operation)],
        "responses": answers | refusals,
    }
    if operation.body is not None:
        content = {"application/json": {"schema": _schema(operation.body)}}
        described["requestBody"] = {"required": True, "content": content}
    return described


def _answer(operation: Operation) -> dict[str, Any]:
    if operation.answer is not None:
        content: dict[str, Any] = {"application/json": {"schema": _schema(operation.answer)}}
    elif operation.status == 204:
        content = {}
    else:
        content = {media: {} for media in operation.media}
    return {"description": operation.summary} | ({"content": content} if content else {})


def _refusal(status: int) -> dict[str, Any]:
    content = {"application/problem+json": {"schema": _schema(ProblemShape)}}
    return {"description": TITLES[status][1], "content": content}


def _of_path(operation: Operation) -> list[dict[str, Any]]:
    return [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}
        for name in re.findall(r"{(\w+)}", operation.path)
    ]


def _of_query(operation: Operation) -> list[dict[str, Any]]:
    if operation.query is None:
        return []
    _, components = msgspec.json.schema_components([operation.query], ref_template=_REF)
    shape = components[operation.query.__name__]
    required = shape.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": schema}
        for name, schema in shape["properties"].items()
    ]


def _schema(shape: Any) -> dict[str, Any]:
    (schema,), _ = msgspec.json.schema_components([shape], ref_template=_REF)
    return schema
