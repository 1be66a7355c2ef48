"""Runs the jobs at their pace, in one process among those that share a directory.

APScheduler gives the threads and the times. What it does not know is kept in the directory: who
leads (a lease, prolonged while this process lives) and what has run.

The lease is prolonged by a thread of its own, so that no long job holds it up. A process that was
stopped in the middle of a job may lose it and find out only afterwards; what must never be done by
two at a time therefore has a lease of its own as well (rollups, retention, backups).
"""

import secrets
import threading
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from pipeline.jobs import JOBS, Context, Job, run_job
from schema.directory import leases
from schema.errors import BaliseError

LEASE = "schedule"
LEASE_MS = 30_000
HEARTBEAT_S = 10.0
JITTER_PART = 0.1
"""Of a job's period: several services on one machine then do not all wake in the same second."""
THREADS = 4
"""A backup, a long rollup and a backfill still leave one to the jobs that watch."""

log = structlog.get_logger()


def trigger_of(job: Job) -> IntervalTrigger:
    return IntervalTrigger(seconds=job.every_s, jitter=int(job.every_s * JITTER_PART))


class Schedule:
    def __init__(
        self,
        context: Context,
        jobs: Sequence[Job] = JOBS,
        *,
        lease_ms: int = LEASE_MS,
        heartbeat_s: float = HEARTBEAT_S,
    ) -> None:
        self._ending = threading.Event()
        self._context = replace(context, stopping=self._ending.is_set)
        self._jobs = jobs
        self._lease_ms = lease_ms
        self._heartbeat_s = heartbeat_s
        self._holder = secrets.token_hex(8)
        self._leads = False
        self._changing = threading.Lock()
        self._stopping = threading.Event()
        self._heart = threading.Thread(target=self._beat, name="schedule-heart", daemon=True)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(max_workers=THREADS)},
            # Runs that were missed are one run, however late; a job never overlaps itself.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        for job in self._jobs:
            self._scheduler.add_job(self._run, trigger_of(job), [job], id=job.name)
        self._scheduler.start()
        self._lead()
        self._heart.start()

    def stop(self) -> None:
        """Waits for the jobs under way, of which long ones end after their step, then lets another
        process lead."""
        self._ending.set()
        self._scheduler.shutdown(wait=True)
        self._stopping.set()
        self._heart.join()
        try:
            with self._context.directory.write() as conn:
                leases.give_back(conn, LEASE, self._holder)
        except BaliseError as error:
            log.warning("schedule_lease_left", error=str(error))

    def _run(self, job: Job) -> None:
        if not self._lead():
            return
        try:
            run_job(job, self._context)
        except Exception as error:
            log.error(
                "job_failed",
                job=job.name,
                error=str(error),
                exc_info=not isinstance(error, BaliseError),
            )

    def _beat(self) -> None:
        while not self._stopping.wait(self._heartbeat_s):
            self._lead()
            self._follow_clock()

    def _lead(self) -> bool:
        """Takes or prolongs the lease. Whoever begins to lead runs every job at once, which catches
        up with what nobody has done meanwhile."""
        with self._changing:
            led, self._leads = self._leads, self._take()
            if self._leads and not led:
                for job in self._scheduler.get_jobs():
                    self._run_now(job.id)
            elif led and not self._leads:
                log.warning("schedule_lead_lost")
            return self._leads

    def _take(self) -> bool:
        """False while another process leads or nobody can tell."""
        try:
            with self._context.directory.write() as conn:
                return leases.take(conn, LEASE, self._holder, self._context.clock(), self._lease_ms)
        except BaliseError as error:
            log.warning("schedule_cannot_lead", error=str(error))
            return False

    def _follow_clock(self) -> None:
        """APScheduler waits for an hour of the wall clock: were it set back by a day, no job would
        run for a day."""
        now = datetime.now(UTC)
        every = {job.name: timedelta(seconds=job.every_s) for job in self._jobs}
        for job in self._scheduler.get_jobs():
            if job.next_run_time > now + 2 * every[job.id]:
                self._run_now(job.id)

    def _run_now(self, name: str) -> None:
        self._scheduler.modify_job(name, next_run_time=datetime.now(UTC))
