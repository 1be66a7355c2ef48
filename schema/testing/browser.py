"""Finds a Chromium for the browser tests, and installs one where the machine lets us.

`python -m schema.testing.browser` is a step of `make test`: the system's own Chromium first, its
package manager second, Playwright's build third, and a clear sentence when none is possible.
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


def system_chromium() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


def playwright_chromium(playwright: "Playwright") -> str | None:
    path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


def launch(playwright: "Playwright") -> "Browser":
    path = system_chromium() or playwright_chromium(playwright)
    if path is None:
        raise RuntimeError("No Chromium was found; run `python -m schema.testing.browser` first.")
    return playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))


def install() -> str:
    """Makes sure that a browser exists and says which one it is."""
    found = system_chromium() or _from_packages() or _from_playwright()
    if found is None:
        raise SystemExit(
            "The browser tests need Chromium, and it could not be installed here: "
            "install the package `chromium` of your system, then run `make test` again."
        )
    return found


def _from_packages() -> str | None:
    apt = shutil.which("apt-get")
    if apt is None:
        return None
    sudo = [] if os.geteuid() == 0 else ["sudo", "-n"]
    if sudo and shutil.which("sudo") is None:
        return None
    install = [apt, "install", "-y", "-qq", "--no-install-recommends", "chromium"]
    for command in ([apt, "update", "-qq"], install):
        subprocess.run([*sudo, *command], env=os.environ | NO_QUESTIONS, check=False)
    return system_chromium()


def _from_playwright() -> str | None:
    from playwright.sync_api import sync_playwright

    subprocess.run([sys.executable, "-m", "playwright", "install", "chromium"], check=False)
    with sync_playwright() as playwright:
        return playwright_chromium(playwright)


if __name__ == "__main__":
    sys.stdout.write(f"Browser tests run in {install()}\n")
