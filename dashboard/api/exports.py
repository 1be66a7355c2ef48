"""Files of a card: those of its page, for programs."""

from starlette.responses import Response

from dashboard.api.operation import Call
from dashboard.pages import export
from dashboard.site import Reader


def as_csv(call: Call) -> Response:
    return export.as_csv(call.request, _reader(call), call.card)


def as_pdf(call: Call) -> Response:
    return export.as_pdf(call.request, _reader(call), call.card)


def as_excel(call: Call) -> Response:
    return export.as_excel(call.request, _reader(call), call.card)


def _reader(call: Call) -> Reader:
    """The account itself, in its language."""
    renderer = call.site.renderers[call.account.locale]
    return Reader(call.site, None, call.account, renderer, {})
