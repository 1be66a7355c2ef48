"""The API keeps to the document that it serves, whatever is sent."""

import pytest
import schemathesis
from hypothesis import Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    negative_data_rejection,
    response_schema_conformance,
    status_code_conformance,
)

from dashboard.api.operations import OPERATIONS

EXAMPLES = 10
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
    negative_data_rejection,
]


def test_the_document_names_every_operation(world):
    served = world.visitor().get("/api/openapi.json")
    named = {
        operation["operationId"]
        for path in served.json()["paths"].values()
        for operation in path.values()
    }
    assert named == {each.name for each in OPERATIONS}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation.name)
def test_every_answer_is_one_that_the_document_announces(world, ops, operation):
    schema = schemathesis.openapi.from_asgi("/api/openapi.json", world.app())
    named = {"account": world.mine.account, "card": world.mine.id}

    @given(schema[operation.path][operation.method].as_strategy())
    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.generate],
    )
    def holds(case):
        case.path_parameters = {
            name: named.get(name, value) for name, value in (case.path_parameters or {}).items()
        }
        case.call_and_validate(headers={"Authorization": f"Bearer {ops.secret}"}, checks=CHECKS)

    holds()
