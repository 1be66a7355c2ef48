"""Whatever comes in: an announced answer, a living collector, and nothing odd is kept."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import chain
from random import Random

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from schema.testing.installation import install
from schema.testing.junk import WHOLE_BODIES, content_of, faults_in, request, send
from schema.testing.server import running
from schema.wire import Envelope, WireError, decode

ANNOUNCED = {100, 204, 400, 403, 404, 405, 413, 415, 431}
REQUESTS = 3_000
CLIENTS = 4

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def test_thousands_of_odd_requests_get_announced_answers_and_leave_nothing_odd(tmp_path):
    data = tmp_path / "var"
    install(data)
    draw = Random(3)
    with running(data, "collect") as server, ThreadPoolExecutor(CLIENTS) as clients:
        answers = list(
            clients.map(partial(send, server.origin), [request(draw) for _ in range(REQUESTS)])
        )
        assert set(chain(*answers)) <= ANNOUNCED
        assert send(server.origin, b"GET /readyz HTTP/1.1\r\nHost: x\r\n\r\n") == [200]
        assert server.stop() == 0
        assert "Traceback" not in server.log.read_text()
        assert "127.0.0" not in server.log.read_text().replace(server.origin, "")
    kept, faults = faults_in(data / "spool")
    assert faults == []
    assert kept > 0


@settings(max_examples=2_000, deadline=None)
@given(st.binary() | JSON.map(str).map(str.encode))
def test_a_body_is_an_envelope_or_a_refusal(sent):
    with pytest.raises(WireError):
        decode(sent)


@settings(max_examples=2_000, deadline=None)
@given(st.integers(0, 2**64))
@example(0)
def test_a_nearly_right_body_is_an_envelope_or_a_refusal(seed):
    try:
        decoded = decode(content_of(Random(seed)))
    except WireError:
        return
    assert isinstance(decoded, Envelope)


@pytest.mark.parametrize("sent", WHOLE_BODIES, ids=lambda sent: repr(sent[:12]))
def test_a_body_that_is_nothing_of_ours_is_refused(sent):
    with pytest.raises(WireError):
        decode(sent)
