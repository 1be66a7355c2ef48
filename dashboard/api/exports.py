"""Files of a card, or of all cards of an account: those of the pages, for programs."""

from starlette.responses import FileResponse, Response

from dashboard.access import Decision, decide
from dashboard.api.operation import Answered, Call, Do
from dashboard.api.problems import Problem
from dashboard.api.shapes import ExportShape
from dashboard.exports import answers
from dashboard.exports.files import MEDIA
from dashboard.exports.wanted import Kind, Wanted, takes_long
from dashboard.figures.read import Place
from schema.directory.export_jobs import ExportJob

LOOK_AGAIN_S = 2


def of_card(kind: Kind) -> Do:
    return lambda call: _answer(call, _wanted(call, kind))


of_account = of_card
"""Without a card in the path, the file is about all of them."""


def _wanted(call: Call, kind: Kind) -> Wanted:
    """For the account itself, in its language; also when ops asks."""
    account = call.account
    language = call.site.renderers[account.locale].language
    params = call.request.query_params
    return Wanted(kind, account, call.about.card, account.tier, params, language)


def _answer(call: Call, wanted: Wanted) -> Response | Answered:
    site = call.site
    place = Place(site.store, site.directory, site.clock())
    asked = wanted.asked(place)
    if not takes_long(wanted.kind, asked):
        return answers.answer(wanted, wanted.document(place, asked))
    job = site.exporter.ask(wanted, asked, call.record)
    if job is None:
        raise Problem(
            429,
            "Too many files of this account are being made; wait until one is there.",
            headers={"Retry-After": str(LOOK_AGAIN_S)},
        )
    shape = ExportShape.of(job, site.origin)
    return Answered(202, shape, {"Location": shape.url, "Retry-After": str(LOOK_AGAIN_S)})


def show(call: Call) -> ExportShape:
    return ExportShape.of(_job(call), call.site.origin)


def take(call: Call) -> Response:
    job = _job(call)
    path = call.site.exporter.file_of(job) if job.is_done else None
    if path is None:
        raise Problem(404, "The file is not there yet.")
    with call.site.directory.write() as conn:
        call.record(conn, "export.take", job.id)
    return FileResponse(
        path,
        media_type=MEDIA[job.kind],
        filename=job.name,
        headers={"Cache-Control": "no-store"},
    )


def _job(call: Call) -> ExportJob:
    """What the account may not take any more, and what was made for ops to see, is not there."""
    job, tier = call.about.job, call.account.tier
    if job is None or job.tier != tier:
        raise Problem(404)
    if decide(call.role, tier, job.route) is not Decision.ALLOW:
        raise Problem(404)
    return job
