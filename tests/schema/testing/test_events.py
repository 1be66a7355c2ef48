import msgspec

from schema.spooled import SpooledEvent
from schema.testing.events import batch, body, envelope, spooled
from schema.wire import decode


def test_the_same_seed_makes_the_same_event_and_another_seed_another():
    assert envelope(1) == envelope(1) != envelope(2)
    assert spooled(1) == spooled(1) != spooled(2)


def test_made_envelopes_keep_the_wire_contract():
    for seed in range(50):
        assert decode(body(envelope(seed))).events[0].name == "view"


def test_what_a_test_names_wins_over_the_seed():
    assert envelope(1, medium="nfc")["medium"] == "nfc"
    assert spooled(1, name="click", target="phone").target == "phone"


def test_a_batch_is_one_json_line_per_event():
    events = [spooled(1), spooled(2)]
    lines = batch(events).splitlines()
    assert [msgspec.json.decode(line, type=SpooledEvent) for line in lines] == events
