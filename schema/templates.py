"""Jinja as our pages use it: everything is escaped, a missing value is an error, texts are
translated. Pages add what is their own to `globals` and `filters`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream
from markupsafe import escape


class Texts(Protocol):
    def gettext(self, message: str) -> str: ...

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str: ...


class Translated(Extension):
    """`_("…")` becomes the text itself when a template is read: an environment has one language.

    A page asks for more than a hundred texts. Those with values, and those that hold markup, are
    left to the call.
    """

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        held: list[Token] = []
        for token in stream:
            held.append(token)
            if len(held) == len(_CALL):
                text = self._text(held)
                if text is None:
                    yield held.pop(0)
                else:
                    yield Token(held[0].lineno, "string", text)
                    held.clear()
        yield from held

    def _text(self, tokens: list[Token]) -> str | None:
        if tuple(token.type for token in tokens) != _CALL or tokens[0].value != "_":
            return None
        text: str = self.environment.texts.gettext(tokens[2].value)  # type: ignore[attr-defined]
        return text if text == escape(text) else None


_CALL = ("name", "lparen", "string", "rparen")


def environment(folder: Path, texts: Texts) -> Environment:
    made = Environment(
        loader=FileSystemLoader(folder),
        extensions=["jinja2.ext.i18n", Translated],
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        # Templates ship with the code; nobody edits them under a running server.
        auto_reload=False,
    )
    made.extend(texts=texts)
    made.install_gettext_callables(  # type: ignore[attr-defined]
        texts.gettext, texts.ngettext, newstyle=True
    )
    return made
