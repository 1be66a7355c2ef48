"""Templates in one language, and the addresses of static files under the hash of their bytes."""

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path
from typing import Any

from jinja2 import Environment
from markupsafe import Markup
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from dashboard.languages import Language, read_languages
from dashboard.looks import style
from schema.templates import environment

FOLDER = Path(__file__).parent
STATIC = FOLDER / "static"
TEMPLATES = FOLDER / "templates"


@dataclass(frozen=True, slots=True)
class Renderer:
    language: Language
    environment: Environment

    def text(self, template: str, **values: Any) -> Markup:
        """Safe to put into another template: everything in it was escaped."""
        return Markup(self.environment.get_template(template).render(values))  # noqa: S704

    def page(
        self,
        template: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        **values: Any,
    ) -> HTMLResponse:
        return HTMLResponse(self.text(template, **values), status, headers)


def renderers() -> Mapping[str, Renderer]:
    return {
        code: Renderer(language, _environment(language))
        for code, language in read_languages().items()
    }


class Assets(StaticFiles):
    """Static files. Pages name them under their hash, so a browser may keep them for good."""

    def __init__(self) -> None:
        super().__init__(directory=STATIC)

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        kept = "public, max-age=31536000, immutable" if scope["query_string"] else "no-cache"
        response.headers["Cache-Control"] = kept
        return response


def _environment(language: Language) -> Environment:
    made = environment(TEMPLATES, language)
    made.globals["language"] = language
    made.globals["style"] = style
    made.globals["asset"] = _asset_addresses().__getitem__
    made.filters["number"] = language.number
    made.filters["share"] = language.share
    return made


def _asset_addresses() -> Mapping[str, str]:
    return {
        path.name: f"/static/{path.name}?v={blake2b(path.read_bytes(), digest_size=6).hexdigest()}"
        for path in STATIC.iterdir()
    }
