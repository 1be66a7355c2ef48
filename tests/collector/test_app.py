from schema.testing.events import body, envelope


def test_a_living_collector_says_so(make_collector):
    collector = make_collector(bytes_max=1, check_store=lambda: "away")
    assert collector.client.get("/healthz").status_code == 200


def test_ready_means_that_spool_and_store_both_are(collector):
    answer = collector.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (200, {"spool": "ok", "store": "ok"})


def test_a_store_that_is_away_is_told_without_its_address(make_collector):
    collector = make_collector(check_store=lambda: "clickhouse://secret-host is away.")
    answer = collector.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"spool": "ok", "store": "failing"})


def test_a_full_spool_is_told(make_collector):
    collector = make_collector(bytes_max=1)
    assert collector.track(body(envelope(1))).status_code == 503
    answer = collector.client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"spool": "failing", "store": "ok"})
