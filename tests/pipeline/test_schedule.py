from datetime import UTC, datetime, timedelta
from threading import Event
from time import monotonic, sleep

import pytest

from pipeline.jobs import JOBS, Context, Job
from pipeline.schedule import Schedule, trigger_of
from schema.clock import system_clock
from schema.directory import leases, runs


@pytest.fixture
def context(settings, store, directory):
    return Context(store, directory, system_clock, settings)


class Counted:
    """A job that counts its runs and can be held."""

    def __init__(self, name="counted", *, every_s=1, fails=False):
        self.runs = 0
        self.running = Event()
        self.go_on = Event()
        self.go_on.set()
        self.fails = fails
        self.job = Job(name, "", every_s, self.run)

    def run(self, context):
        self.runs += 1
        self.running.set()
        self.go_on.wait(10)
        if self.fails:
            raise ValueError("no luck")
        return self.runs


def wait_for(condition, seconds=5):
    deadline = monotonic() + seconds
    while not condition():
        assert monotonic() < deadline
        sleep(0.01)


def test_jobs_run_at_the_start_and_then_at_their_pace(context):
    counted = Counted()
    schedule = Schedule(context, [counted.job])
    schedule.start()
    wait_for(lambda: counted.runs >= 2)
    schedule.stop()
    done = counted.runs
    sleep(1.2)
    assert counted.runs == done


def test_a_failing_job_does_not_stop_the_others_nor_itself(context, directory):
    failing, working = Counted("failing", fails=True), Counted("working")
    schedule = Schedule(context, [failing.job, working.job])
    schedule.start()
    wait_for(lambda: failing.runs >= 2 and working.runs >= 2)
    schedule.stop()
    with directory.read() as conn:
        errors = {run.job: run.error for run in runs.latest(conn)}
    assert errors == {"failing": "ValueError: no luck", "working": None}


def test_a_job_under_way_learns_that_the_service_stops(context):
    began, asked = Event(), []

    def until_told(context):
        asked.append(context.stopping())
        began.set()
        wait_for(context.stopping)
        asked.append(True)
        return 1

    schedule = Schedule(context, [Job("long", "", 3_600, until_told)])
    schedule.start()
    assert began.wait(5)
    schedule.stop()
    assert asked == [False, True]


@pytest.mark.parametrize("job", JOBS, ids=lambda job: job.name)
def test_services_on_one_machine_do_not_all_run_a_job_in_the_same_second(job):
    every, spread_s = trigger_of(job), job.every_s / 10
    now = datetime(2026, 11, 20, tzinfo=UTC)
    due = {every.get_next_fire_time(now, now) for _ in range(50)}
    assert len({each.replace(microsecond=0) for each in due}) > 1
    middle = now + timedelta(seconds=job.every_s)
    assert all(abs((each - middle).total_seconds()) <= spread_s for each in due)


def test_a_long_run_does_not_overlap_itself_and_a_stop_waits_for_it(context, directory):
    slow = Counted()
    slow.go_on.clear()
    schedule = Schedule(context, [slow.job])
    schedule.start()
    slow.running.wait(5)
    sleep(1.5)
    assert slow.runs == 1
    slow.go_on.set()
    schedule.stop()
    with directory.read() as conn:
        [run] = runs.latest(conn)
    assert run.finished_ms is not None


def test_of_two_processes_one_leads_and_the_other_takes_over_when_it_stops(context):
    first, second = Counted("first"), Counted("second")
    leader, follower = Schedule(context, [first.job]), Schedule(context, [second.job])
    leader.start()
    first.running.wait(5)
    follower.start()
    wait_for(lambda: first.runs >= 2)
    assert second.runs == 0
    leader.stop()
    wait_for(lambda: second.runs >= 1)
    follower.stop()


def test_while_another_process_holds_the_lease_nothing_runs_here(context, directory):
    counted = Counted()
    with directory.write() as conn:
        leases.take(conn, "schedule", "someone else", system_clock(), 60_000)
    schedule = Schedule(context, [counted.job])
    schedule.start()
    sleep(0.3)
    schedule.stop()
    assert counted.runs == 0


def test_a_long_job_does_not_hold_up_the_lease(context, directory):
    slow, other = Counted("slow"), Counted("other")
    slow.go_on.clear()
    leader = Schedule(context, [slow.job], lease_ms=600, heartbeat_s=0.1)
    follower = Schedule(context, [other.job], lease_ms=600, heartbeat_s=0.1)
    leader.start()
    slow.running.wait(5)
    follower.start()
    sleep(1.5)
    assert other.runs == 0
    slow.go_on.set()
    leader.stop()
    wait_for(lambda: other.runs >= 1)
    follower.stop()


def test_whoever_takes_over_runs_jobs_at_once_that_are_not_due_for_a_day(context, directory):
    daily = Counted("daily", every_s=86_400)
    with directory.write() as conn:
        leases.take(conn, "schedule", "someone who died", system_clock(), 500)
    schedule = Schedule(context, [daily.job], heartbeat_s=0.1)
    schedule.start()
    wait_for(lambda: daily.runs == 1)
    schedule.stop()


def test_a_clock_that_was_set_back_by_a_day_holds_up_no_job(context):
    counted = Counted()
    schedule = Schedule(context, [counted.job], heartbeat_s=0.1)
    schedule.start()
    wait_for(lambda: counted.runs >= 1)
    # What APScheduler then has: an hour of the clock that was.
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    schedule._scheduler.modify_job(counted.job.name, next_run_time=tomorrow)
    before = counted.runs
    wait_for(lambda: counted.runs > before + 1)
    schedule.stop()
