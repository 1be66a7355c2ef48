"""Chromium with tabs that are really hidden.

Playwright tells every page that it is in front, and no page can be told otherwise. Without it, on
Chromium's own protocol over two pipes, one tab is in front and the others are hidden.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from schema.testing.browser import ARGUMENTS

BY_PIPES = ("--headless=new", "--remote-debugging-pipe")
END = b"\0"
# Chromium reads what it is asked from 3 and answers on 4: both are taken in this process.
START = """import os, sys
asked, told, *command = sys.argv[1:]
os.dup2(int(asked), 3)
os.dup2(int(told), 4)
os.execvp(command[0], command)"""


class Tabs:
    def __init__(self, questions: BinaryIO, answers: BinaryIO) -> None:
        self._questions = questions
        self._answers = answers
        self._asked = 0

    def open(self, url: str, *, background: bool = False) -> "Tab":
        opened = self.call("Target.createTarget", url=url, background=background)["targetId"]
        session = self.call("Target.attachToTarget", targetId=opened, flatten=True)["sessionId"]
        return Tab(self, opened, session)

    def call(self, method: str, session: str | None = None, **params: Any) -> Any:
        self._asked += 1
        question = {"id": self._asked, "method": method, "params": params}
        if session:
            question["sessionId"] = session
        self._questions.write(json.dumps(question).encode() + END)
        self._questions.flush()
        while (told := self._receive()).get("id") != self._asked:
            pass  # an event of a page
        if "error" in told:
            raise RuntimeError(f"{method}: {told['error']['message']}")
        return told["result"]

    def _receive(self) -> Any:
        message = b""
        while not message.endswith(END):
            more = self._answers.read(1)
            if not more:
                raise RuntimeError("Chromium has closed the connection.")
            message += more
        return json.loads(message[:-1])


@dataclass(frozen=True, slots=True)
class Tab:
    tabs: Tabs
    target: str
    session: str

    def evaluate(self, expression: str) -> Any:
        answer = self.tabs.call("Runtime.evaluate", self.session, expression=expression)
        return answer["result"].get("value")

    def show(self) -> None:
        """In front of all others, which are hidden from now on."""
        self.tabs.call("Target.activateTarget", targetId=self.target)

    def close(self) -> None:
        self.tabs.call("Target.closeTarget", targetId=self.target)


@contextmanager
def running_tabs(program: str, profile: Path, *arguments: str) -> Iterator[Tabs]:
    asked, questions = os.pipe()
    answers, told = os.pipe()
    chromium = (program, *ARGUMENTS, *BY_PIPES, f"--user-data-dir={profile}", *arguments)
    process = subprocess.Popen(
        [sys.executable, "-c", START, str(asked), str(told), *chromium],
        pass_fds=(asked, told),
        stderr=subprocess.DEVNULL,
    )
    os.close(asked)
    os.close(told)
    try:
        with os.fdopen(questions, "wb") as write, os.fdopen(answers, "rb") as read:
            yield Tabs(write, read)
    finally:
        process.terminate()
        process.wait()
