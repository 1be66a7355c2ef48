"""`/exports`: the files of an account that take long. `/exports/{export}`: one of them, how far it
is, and then the file itself."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from dashboard.access import Decision, decide, sees_account
from dashboard.asked_of_several import account_asked, whose_is_open
from dashboard.exports.files import MEDIA
from dashboard.site import Reader
from schema.directory import cards, export_jobs
from schema.directory.export_jobs import ExportJob, Trouble
from schema.languages import N_

AGAIN_S = 3
"""How often a page without scripts looks again."""

TROUBLES: Mapping[Trouble, str] = {
    "failed": N_("Something went wrong on our side, and this file was not made. Ask for it again."),
    "large": N_("This file would be too large. Choose fewer days or fewer cards."),
    "nothing": N_("There is nothing to show for this choice any more."),
}


KINDS: Mapping[str, str] = {"pdf": "PDF", "xlsx": "Excel"}


@dataclass(frozen=True, slots=True)
class Shown:
    job: ExportJob
    about: str
    """The name of its card, or of its account."""
    kind: str
    when: str
    """It ends."""
    trouble: str


def every(request: Request, reader: Reader) -> Response:
    """Those that the reader may take, the last first."""
    if whose_is_open(reader, request.query_params):
        return RedirectResponse("/ops/accounts", 303)
    site, account = reader.site, account_asked(reader, request.query_params)
    with site.directory.read() as conn:
        jobs = export_jobs.of_account(conn, account.id, site.clock())
        names = {card.id: card.name for card in cards.of_account(conn, account.id)}
    mine = [job for job in reversed(jobs) if _may_take(reader, job)]
    return reader.renderer.page(
        "exports.html",
        reader=reader,
        files=[_shown(reader, job, names.get(job.card or "", account.name)) for job in mine],
        waits=any(job.finished_ms is None for job in mine),
        again_s=AGAIN_S,
    )


def _shown(reader: Reader, job: ExportJob, about: str) -> Shown:
    now_ms = reader.site.clock()
    ends, now = (datetime.fromtimestamp(ms / 1000, UTC) for ms in (job.expires_ms, now_ms))
    when = f"{reader.language.day(ends.date(), now.date())} {ends:%H:%M} UTC"
    return Shown(job, about, KINDS[job.kind], when, TROUBLES.get(job.error, ""))


def show(request: Request, reader: Reader) -> Response:
    job = _job(request, reader)
    return reader.renderer.page(
        "export_job.html",
        reader=reader,
        job=job,
        kind=KINDS[job.kind],
        back=_page_of(reader, job),
        again_s=AGAIN_S,
        trouble=TROUBLES.get(job.error, ""),
        hours=export_jobs.LIFETIME_MS // 3_600_000,
    )


def _page_of(reader: Reader, job: ExportJob) -> str:
    if job.card:
        return f"/cards/{job.card}"
    return "/cards" if reader.account else f"/cards?account={job.account}"


def take(request: Request, reader: Reader) -> Response:
    job = _job(request, reader)
    path = reader.site.exporter.file_of(job) if job.is_done else None
    if path is None:
        return RedirectResponse(f"/exports/{job.id}", 303)
    with reader.site.directory.write() as conn:
        reader.record(conn, "export.take", job.id)
    return FileResponse(path, media_type=MEDIA[job.kind], filename=job.name, headers=_fresh())


def _fresh() -> dict[str, str]:
    """What lies in a browser's cache does not go with the account."""
    return {"Cache-Control": "no-store"}


def _job(request: Request, reader: Reader) -> ExportJob:
    """What is over, and what one may not take at once, is what never was. A file for ops holds more
    than its account has bought; one from before the tier changed holds what it then had.
    """
    site, user = reader.site, reader.someone
    with site.directory.read() as conn:
        job = export_jobs.get(conn, request.path_params["export"], site.clock())
    if job is None or not sees_account(user.role, user.account, job.account):
        raise HTTPException(404)
    if not _may_take(reader, job):
        raise HTTPException(404)
    return job


def _may_take(reader: Reader, job: ExportJob) -> bool:
    as_bought = reader.role == "ops" or job.tier == reader.tier
    return as_bought and decide(reader.role, reader.tier, job.route) is Decision.ALLOW
