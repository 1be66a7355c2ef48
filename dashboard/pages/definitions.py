"""`/definitions`: what each figure means, for everyone, in the words of the one catalogue."""

from starlette.requests import Request
from starlette.responses import Response

from dashboard.site import Reader
from schema.metrics import METRICS


def show(request: Request, reader: Reader) -> Response:
    return reader.renderer.page("definitions.html", reader=reader, metrics=METRICS)
