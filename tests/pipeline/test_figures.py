from pipeline.figures import Facts, page
from pipeline.meter import Meter
from schema.directory.runs import Run

COUNTS = {
    ("2026-11-19", "k7Hq2xPa", "accepted"): 3,
    ("2026-11-20", "k7Hq2xPa", "accepted"): 4,
    ("2026-11-20", "", "malformed"): 2,
}


def lines(facts):
    return page(facts).splitlines()


def test_a_process_that_only_collects_tells_of_its_spool():
    told = lines(Facts(spool_events=7, spool_bytes=4096, spool_age_s=1.5))
    assert "balise_spool_events 7" in told
    assert "balise_spool_bytes 4096" in told
    assert "balise_spool_age_seconds 1.5" in told
    assert not any("store" in line for line in told if not line.startswith("#"))


def test_events_are_counted_by_what_became_of_them_over_cards_and_days():
    told = lines(Facts(0, 0, 0, Meter(), COUNTS))
    assert 'balise_events_total{outcome="accepted"} 7' in told
    assert 'balise_events_total{outcome="malformed"} 2' in told
    assert "balise_store_up 1" in told


def test_a_store_that_is_away_is_told_and_totals_are_left_out():
    told = lines(Facts(0, 0, 0, Meter()))
    assert "balise_store_up 0" in told
    assert not any(line.startswith("balise_events_total") for line in told)


def test_times_and_sizes_are_histograms_whose_buckets_add_up():
    meter = Meter(steps_s={"agents": 1.5})
    for seconds in (0.004, 0.02, 0.02, 99):
        meter.insert_s.add(seconds)
    told = lines(Facts(0, 0, 0, meter))
    assert 'balise_insert_seconds_bucket{le="0.005"} 1' in told
    assert 'balise_insert_seconds_bucket{le="0.025"} 3' in told
    assert 'balise_insert_seconds_bucket{le="10"} 3' in told
    assert 'balise_insert_seconds_bucket{le="+Inf"} 4' in told
    assert "balise_insert_seconds_count 4" in told
    assert 'balise_enrich_seconds_total{step="agents"} 1.5' in told
    assert "balise_insert_seconds_sum 99.044" in told


def test_each_job_tells_whether_its_last_run_ended_with_an_alarm():
    runs = (
        Run(1, "ledger", 5_000, 6_000, None, "2 events are missing."),
        Run(2, "roll", 0, 1, 0, None),
    )
    told = lines(Facts(0, 0, 0, last_runs=runs))
    assert 'balise_job_failing{job="ledger"} 1' in told
    assert 'balise_job_failing{job="roll"} 0' in told
    assert 'balise_job_started_timestamp_seconds{job="ledger"} 5' in told


def test_spools_that_were_set_aside_are_counted():
    assert "balise_spool_unreadable_files 2" in lines(Facts(0, 0, 0, spool_unreadable=2))


def test_each_family_is_announced_once_before_its_lines():
    announced = [
        line.split()[2] for line in lines(Facts(0, 0, 0, Meter(), COUNTS)) if "# TYPE" in line
    ]
    assert len(announced) == len(set(announced))
    for line in lines(Facts(0, 0, 0, Meter(), COUNTS)):
        if not line.startswith("#"):
            assert any(line.startswith(name) for name in announced)
