"""Runs the jobs at their pace, in one process among those that share a directory.

APScheduler gives the threads and the times. What it does not know is kept in the directory: who
leads (a lease, prolonged while this process lives) and what has run.
"""

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

import structlog
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from pipeline.jobs import JOBS, Context, Job, run_job
from schema.directory import leases
from schema.errors import BaliseError

LEASE = "schedule"
LEASE_MS = 30_000
HEARTBEAT_S = 10
JITTER_PART = 0.1
"""Of a job's period: several services on one machine then do not all wake in the same second."""

log = structlog.get_logger()


class Schedule:
    def __init__(self, context: Context, jobs: Sequence[Job] = JOBS) -> None:
        self._context = context
        self._jobs = jobs
        self._holder = secrets.token_hex(8)
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(max_workers=2)},
            # Runs that were missed are one run, however late; a job never overlaps itself.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def start(self) -> None:
        """Every job runs at once, which catches up with what a stopped service has missed."""
        for job in self._jobs:
            every = IntervalTrigger(seconds=job.every_s, jitter=int(job.every_s * JITTER_PART))
            self._scheduler.add_job(
                self._run, every, [job], id=job.name, next_run_time=datetime.now(UTC)
            )
        self._scheduler.add_job(self._lead, IntervalTrigger(seconds=HEARTBEAT_S), id="heartbeat")
        self._scheduler.start()

    def stop(self) -> None:
        """Waits for the jobs under way, then lets another process lead."""
        self._scheduler.shutdown(wait=True)
        self._lead(ttl_ms=0)

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

    def _lead(self, ttl_ms: int = LEASE_MS) -> bool:
        """Takes or prolongs the lease; False while another process leads or nobody can tell."""
        try:
            with self._context.directory.write() as conn:
                return leases.take(conn, LEASE, self._holder, self._context.clock(), ttl_ms)
        except BaliseError as error:
            log.warning("schedule_cannot_lead", error=str(error))
            return False
