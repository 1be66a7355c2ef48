"""Finds a Chromium for the browser tests, and installs one where the machine lets us.

`python -m schema.testing.browser` is a step of `make test`: the system's own Chromium first, its
package manager second, Playwright's build third, and a clear sentence when none is possible.

Most tests run in Chromium's headless shell, which is the engine without the windows, profiles and
extensions around it, and what Playwright itself takes: a page in a new context costs 0.15 s of
processor there and 0.6 s in the whole browser. Where the shell is missing the browser serves.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Playwright

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
SHELL = "chromium-headless-shell"
"""The name of the program and of its package."""

# No sandbox: as root, and in most containers, Chromium has no user namespace to build one in.
# The rest keeps a browser that knows no network from trying to reach its makers.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
NO_QUESTIONS = {"DEBIAN_FRONTEND": "noninteractive"}
INSTALL = ("install", "-y", "-qq", "--no-install-recommends")
LISTS = Path("/var/lib/apt/lists")


def system_chromium() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def playwright_chromium(playwright: "Playwright") -> str | None:
    path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def launch(playwright: "Playwright", *, whole: bool = False) -> "Browser":
    """`whole`: the browser that people use, with all that is around its engine."""
    shell = None if whole else shutil.which(SHELL)
    path = shell or system_chromium() or playwright_chromium(playwright)
    if path is None:
        raise RuntimeError("No Chromium was found; run `python -m schema.testing.browser` first.")
    return playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))


def install() -> str:
    """Makes sure that a browser exists and says which one it is."""
    if not (system_chromium() and shutil.which(SHELL)):
        _from_packages()
    found = shutil.which(SHELL) or system_chromium() or _from_playwright()
    if found is None:
        raise SystemExit(
            "The browser tests need Chromium, and it could not be installed here: "
            "install the package `chromium` of your system, then run `make test` again."
        )
    return found


def _from_packages() -> None:
    """Where a browser is there, the lists of packages are fetched only if there are none: a system
    without the shell is not to wait for them at every run."""
    apt = shutil.which("apt-get")
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if apt is None or (sudo and shutil.which("sudo") is None):
        return
    get = [*sudo, apt]
    if system_chromium() is None or not any(LISTS.glob("*_Packages*")):
        _run(*get, "update", "-qq")
    if system_chromium() is None:
        _run(*get, *INSTALL, "chromium")
    if _run("apt-cache", "show", SHELL) == 0:
        _run(*get, *INSTALL, SHELL)


def _run(*command: str) -> int:
    environ = os.environ | NO_QUESTIONS
    return subprocess.run(command, env=environ, stdout=subprocess.DEVNULL, check=False).returncode


def _from_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    with sync_playwright() as playwright:
        return playwright_chromium(playwright)


if __name__ == "__main__":
    sys.stdout.write(f"Browser tests run in {install()}\n")
