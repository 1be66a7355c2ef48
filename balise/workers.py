"""Several processes that share one listening socket, and the one that watches over them.

A worker that dies is replaced. The watcher opens nothing and answers nobody: when it is told to
stop, it tells the workers, which answer what they took, and waits for them; when it is killed, they
notice and stop by themselves.
"""

import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType

import structlog

from schema.errors import BaliseError

RESTART_S = 1.0
"""A worker that dies at once, again and again, is not started faster than this."""

_SIGNALS = (signal.SIGTERM, signal.SIGINT)

_log = structlog.get_logger()


class Workers:
    def __init__(self, number: int, run: Callable[[], None]) -> None:
        self._number = number
        self._run = run
        self._children: set[int] = set()
        self._stopping = False
        self._lifeline, self._held = os.pipe()

    def supervise(self) -> None:
        """Returns when it was told to stop and all have ended."""
        for each in _SIGNALS:
            signal.signal(each, self._stop)
        for _ in range(self._number):
            self._start()
        while self._children:
            child, status = os.waitpid(-1, 0)
            self._children.discard(child)
            if not self._stopping:
                _log.error("worker_ended", pid=child, code=os.waitstatus_to_exitcode(status))
                time.sleep(RESTART_S)
                self._start()

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self._stopping = True
        for child in self._children:
            os.kill(child, signal.SIGTERM)

    def _start(self) -> None:
        # No signal may come between a fork and our knowing of the child.
        signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
        if not self._stopping:
            child = os.fork()
            if child == 0:
                self._be_a_worker()
            self._children.add(child)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)

    def _be_a_worker(self) -> None:
        code = 1
        try:
            os.setsid()  # Ctrl-C is for the watcher, which passes it on
            for each in _SIGNALS:
                signal.signal(each, signal.SIG_DFL)
            signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
            os.close(self._held)
            threading.Thread(target=self._follow_the_watcher, daemon=True).start()
            self._run()
            code = 0
        except BaliseError as error:
            _log.error("worker_failed", error=str(error))
        except BaseException:
            _log.exception("worker_failed")
        finally:
            os._exit(code)  # what the watcher would clean up is not ours

    def _follow_the_watcher(self) -> None:
        os.read(self._lifeline, 1)  # ends when the watcher does, however it does
        os.kill(os.getpid(), signal.SIGTERM)
