"""A card's address with something to say to its page."""

from urllib.parse import quote, urlsplit


def with_params(url: str, **params: str) -> str:
    """All else in the address stays as its owner wrote it; a parameter of that name is replaced."""
    parts = urlsplit(url)
    kept = [
        pair for pair in parts.query.split("&") if pair and pair.partition("=")[0] not in params
    ]
    added = [f"{name}={quote(value, safe='')}" for name, value in params.items()]
    return parts._replace(query="&".join(kept + added)).geturl()
