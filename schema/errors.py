"""The few errors that cross packages: one sentence each, for the person who can act on it."""


class BaliseError(Exception):
    """Something a person can mend: the message names the value and the remedy."""

    exit_code = 1


class BadInput(BaliseError):
    """A wrong value in a command, a setting or a form. Nothing was done."""

    exit_code = 2


class Unavailable(BaliseError):
    """A store or a folder cannot be reached now. Trying again later may help."""

    exit_code = 3


def described(error: Exception) -> str:
    """For the record of a run: our sentence; of any other error its kind, too."""
    return str(error) if isinstance(error, BaliseError) else f"{type(error).__name__}: {error}"
