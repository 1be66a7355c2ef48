"""`/exports/{export}`: a file that takes long: how far it is, and then the file itself."""

from collections.abc import Mapping

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import FileResponse, RedirectResponse, Response

from dashboard.access import Decision, decide, sees_account
from dashboard.exports.files import MEDIA
from dashboard.site import Reader
from schema.directory import export_jobs
from schema.directory.export_jobs import ExportJob, Trouble
from schema.languages import N_

AGAIN_S = 3
"""How often a page without scripts looks again."""

TROUBLES: Mapping[Trouble, str] = {
    "failed": N_("Something went wrong on our side, and this file was not made. Ask for it again."),
    "large": N_("This file would be too large. Choose fewer days or fewer cards."),
    "nothing": N_("There is nothing to show for this choice any more."),
}


def show(request: Request, reader: Reader) -> Response:
    job = _job(request, reader)
    return reader.renderer.page(
        "export_job.html",
        reader=reader,
        job=job,
        kind="PDF" if job.kind == "pdf" else "Excel",
        back=f"/cards/{job.card}" if job.card else "/cards",
        again_s=AGAIN_S,
        trouble=TROUBLES.get(job.error, ""),
        hours=export_jobs.LIFETIME_MS // 3_600_000,
    )


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
    as_bought = reader.role == "ops" or job.tier == reader.tier
    if not as_bought or decide(reader.role, reader.tier, job.route) is not Decision.ALLOW:
        raise HTTPException(404)
    return job
