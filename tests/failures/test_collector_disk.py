"""A disk that is really full: 503 before anything is lost, and events again when there is room."""

import os
import resource
import subprocess
import time
from contextlib import contextmanager

import pytest

from schema.testing.crowd import connect, view
from schema.testing.installation import install
from schema.testing.junk import faults_in
from schema.testing.server import running

DISK = "6m"
QUOTA_BYTES = 1_500_000
EVENTS = 50
RECOVERED_WITHIN_S = 10


class SmallFileSystem:
    """A file system of a few megabytes, which only root can mount."""

    @contextmanager
    def around(self, data):
        data.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK}", "none", data], check=True)
        try:
            yield
        finally:
            subprocess.run(["umount", "-l", data], check=True)

    def limit(self, server):
        pass

    def make_room(self, server):
        mount = ["mount", "-o", "remount,size=60m", server.data]
        subprocess.run(mount, check=True)


class Quota:
    """The kernel lets the process write no file beyond a size."""

    @contextmanager
    def around(self, data):
        yield

    def limit(self, server):
        self._set(server, QUOTA_BYTES)

    def make_room(self, server):
        self._set(server, resource.RLIM_INFINITY)

    def _set(self, server, size_bytes):
        limits = (size_bytes, resource.RLIM_INFINITY)
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, limits)


DISKS = [Quota(), *([SmallFileSystem()] if os.geteuid() == 0 else [])]


@pytest.mark.parametrize("disk", DISKS, ids=lambda disk: type(disk).__name__)
def test_a_full_disk_gives_503_before_it_gives_a_loss(tmp_path, disk):
    data = tmp_path / "var"
    with disk.around(data):
        install(data)
        with running(data, "collect", free_bytes_min="0") as server:
            disk.limit(server)
            with connect(server.origin) as stream:
                acknowledged = fill(stream)
                assert acknowledged > 10
                for number in range(20):
                    answer = send(stream, f"full-{number}")
                    assert answer.startswith(b"HTTP/1.1 503 ")
                    assert b"retry-after: " in answer
                disk.make_room(server)
                acknowledged += until_taken(stream)
            assert server.stop() == 0
            log = server.log.read_text()
        assert log.count("spool_stopped") == log.count("spool_resumed")
        assert faults_in(data / "spool")[0] == acknowledged * EVENTS


def send(stream, page):
    stream.sendall(view(page.ljust(12, "_"), EVENTS))
    return stream.recv(4096)


def fill(stream):
    for number in range(2_000):
        if not send(stream, f"fill-{number}").startswith(b"HTTP/1.1 204 "):
            return number
    raise AssertionError("It was never full.")


def until_taken(stream):
    until = time.monotonic() + RECOVERED_WITHIN_S
    while time.monotonic() < until:
        if send(stream, "again").startswith(b"HTTP/1.1 204 "):
            return 1
        time.sleep(0.05)
    raise AssertionError("It never took events again.")
