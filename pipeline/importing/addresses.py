"""Which card a page's address belongs to, for formats that know pages and not cards."""

from collections.abc import Iterable
from urllib.parse import unquote, urlsplit

import polars as pl

from schema.directory.cards import Card
from schema.errors import BadInput
from schema.wire import MEDIA


class Addresses:
    def __init__(self, cards: Iterable[Card], site: str = "") -> None:
        """`site`: the host of the pages, where a format does not tell it."""
        self._site = site.lower()
        self._cards = {(_host(card.url), _path(urlsplit(card.url).path)): card for card in cards}
        self.zones = {card.id: card.zone for card in self._cards.values()}

    def check_site(self) -> None:
        """For a format without hosts: a path must then be of one card."""
        if self._site:
            if not any(host == self._site for host, _ in self._cards):
                raise BadInput(
                    f"No card is on the site {self._site!r}; give its host as cards do, "
                    "without a port."
                )
            return
        paths = [path for _, path in self._cards]
        twice = next((path for path in paths if paths.count(path) > 1), None)
        if twice is not None:
            raise BadInput(
                f"Two cards have the path {twice or '/'!r} on different sites; say with --site "
                "whose pages these are."
            )
        self._cards = {("", path): card for (_, path), card in self._cards.items()}

    def add_cards(self, frame: pl.DataFrame, *, host: str = "", path: str) -> pl.DataFrame:
        """Adds `card`, empty where the page is no card's, by the names of columns."""
        named = pl.col(host).fill_null("") if host else pl.lit(self._site)
        whole = frame.select(pl.concat_str(named, pl.lit("\n"), pl.col(path).fill_null("")))
        pages = whole.to_series().unique()
        cards = [self._of(*page.partition("\n")[::2]) for page in pages]
        found = whole.to_series().replace_strict(pages, pl.Series(cards, dtype=pl.String))
        return frame.with_columns(found.alias("card"))

    def _of(self, host: str, path: str) -> str:
        host = host.lower()
        path = _path(path.partition("?")[0].partition("#")[0])
        for name in (host, host.removeprefix("www.")):
            if card := self._cards.get((name, path)):
                return card.id
        return ""


def medium(query: pl.Expr) -> pl.Expr:
    """The medium in a page's address, as our own links carry it."""
    return query.str.extract(rf"(?:^|[?&])src=({'|'.join(MEDIA)})(?:&|#|$)").fill_null("")


def _host(url: str) -> str:
    return (urlsplit(url).hostname or "").lower()


def _path(path: str) -> str:
    return unquote(path).rstrip("/")
