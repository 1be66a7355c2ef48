# The verbs of this repository. `make up` and `make test` need only Python 3.11, make and a package
# index: each installs what it needs, from the lock file, into .venv.

PYTHON ?= $(or $(shell command -v python3.11),$(shell command -v python3))
UV_VERSION = 0.13.8
BIN = .venv/bin
# Tests wait for disks, browsers and clocks: one process more than the two cores of a small machine.
# In the order of their names, no file that takes long is left for the end.
TEST_PROCESSES ?= 3
STAMPS = .venv/.balise

.PHONY: up test check bench format docs clean
.DEFAULT_GOAL := help

help:
	@echo "make up      the product with demo data on http://127.0.0.1:8000"
	@echo "make test    every test, browser tests included"
	@echo "make check   format, lint, types, import contract"
	@echo "make bench   the figures of benchmarks/, written to benchmarks/results/"
	@echo "make format  mend what the formatter and the linter can mend"

up: $(STAMPS)/run
	@$(BIN)/balise serve --demo

test: $(STAMPS)/all
	@$(BIN)/python -m schema.testing.browser
	$(BIN)/pytest -n $(TEST_PROCESSES) --dist loadfile --no-loadscope-reorder

check: $(STAMPS)/all
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMPS)/all
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

docs: $(STAMPS)/all
	$(BIN)/python -m schema.settings_page > docs/settings.md

bench: $(STAMPS)/all
	$(BIN)/python -m benchmarks

clean:
	rm -rf .venv

$(STAMPS)/uv:
	@test -n "$(PYTHON)" || { echo "Python is missing: install Python 3.11 or newer, then run make again." >&2; exit 2; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "$$($(PYTHON) --version) is too old: Balise needs Python 3.11 or newer. Name it with: make PYTHON=/path/to/python3.11" >&2; exit 2; }
	@test -w . || { echo "$(CURDIR) is not writable: clone the repository into a folder of yours." >&2; exit 2; }
	@$(PYTHON) -m venv .venv || { echo "$(PYTHON) cannot make a virtual environment: install its venv module (Debian: apt install python3-venv)." >&2; exit 2; }
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)
	@mkdir -p $(STAMPS) && touch $@

# The environment follows the lock file: what is needed to run, then what is needed to develop.
$(STAMPS)/run: $(STAMPS)/uv uv.lock pyproject.toml
	@$(BIN)/uv sync --frozen --quiet --inexact --python $(BIN)/python
	@touch $@

$(STAMPS)/all: $(STAMPS)/uv uv.lock pyproject.toml
	@$(BIN)/uv sync --frozen --quiet --inexact --all-groups --python $(BIN)/python
	@touch $@ $(STAMPS)/run
