"""A second engine for the browser tests: the system's Firefox, driven by its own protocol.

Playwright drives a Firefox of its own making. A stock one speaks Marionette, which is JSON with its
length in front: one class is all that the tests need of it, and no package more.
"""

import json
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

NAMES = ("firefox", "firefox-esr")
ANSWER_S = 60
PREFERENCES = {
    "intl.accept_languages": "fr-FR, fr",
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "network.protocol-handler.external-default": False,
}


def system_firefox() -> str | None:
    return next(filter(None, map(shutil.which, NAMES)), None)


class Firefox:
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._asked = 0
        self._receive()  # it says hello
        self._call("WebDriver:NewSession")

    def open(self, url: str) -> None:
        self._call("WebDriver:Navigate", url=url)

    def reload(self) -> None:
        self._call("WebDriver:Refresh")

    def back(self) -> None:
        self._call("WebDriver:Back")

    def click(self, selector: str) -> None:
        found = self._call("WebDriver:FindElement", using="css selector", value=selector)
        (element,) = found["value"].values()
        self._call("WebDriver:ElementClick", id=element)

    def evaluate(self, expression: str) -> Any:
        asked = self._call("WebDriver:ExecuteScript", script=f"return {expression}", args=[])
        return asked["value"]

    @contextmanager
    def another_tab(self) -> Iterator[None]:
        """The page that was shown is in the background meanwhile."""
        shown = self._call("WebDriver:GetWindowHandle")["value"]
        opened = self._call("WebDriver:NewWindow", type="tab", focus=True)["handle"]
        self._call("WebDriver:SwitchToWindow", handle=opened, focus=True)
        yield
        self._call("WebDriver:CloseWindow")
        self._call("WebDriver:SwitchToWindow", handle=shown, focus=True)

    def _call(self, command: str, **params: Any) -> Any:
        self._asked += 1
        message = json.dumps([0, self._asked, command, params]).encode()
        self._connection.sendall(b"%d:%b" % (len(message), message))
        _, _, error, value = self._receive()
        if error:
            raise RuntimeError(f"{command}: {error['message']}")
        return value

    def _receive(self) -> Any:
        length = b""
        while not length.endswith(b":"):
            length += self._read(1)
        return json.loads(self._read(int(length[:-1])))

    def _read(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = self._connection.recv(size - len(data))
            if not more:
                raise RuntimeError("Firefox has closed the connection.")
            data += more
        return data


@contextmanager
def running_firefox(program: str, profile: Path) -> Iterator[Firefox]:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    lines = (
        f"user_pref({json.dumps(name)}, {json.dumps(value)});\n"
        for name, value in ({"marionette.port": port} | PREFERENCES).items()
    )
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "user.js").write_text("".join(lines))
    process = subprocess.Popen(
        [program, "--headless", "--marionette", "--no-remote", "--profile", str(profile)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        with _connect(port) as connection:
            yield Firefox(connection)
    finally:
        process.terminate()
        process.wait()


def _connect(port: int) -> socket.socket:
    deadline_s = time.monotonic() + ANSWER_S
    while True:
        try:
            return socket.create_connection(("127.0.0.1", port), ANSWER_S)
        except OSError:
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.1)
