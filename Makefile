# GNU make and Python 3.11+ are enough: everything else is pinned and installed into .venv.
#   make run      set up, then serve on this machine        make test   the whole gate
#   make check    the gate without the tests                make fmt    format, mend what can be mended
#   make bench    measure the budget                        make lock   pin newer versions
#   make soak     faults for MINUTES=10 under load, ending with a clean verify
#   make ui       bundle the browser assets                 make wheel  one file to install on servers
#   make screens  pictures of a running county, docs/screens
PYTHON ?= python3
PYTEST_ARGS ?= -n 2
VENV := .venv
BIN := $(VENV)/bin
PACKAGES := $(wildcard duban engine monitor web)
CODE := $(PACKAGES) $(wildcard run.py bench tests tools)

SHELL := /bin/sh
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

PYTHON_READY := $(VENV)/.ready
NODE_READY := node_modules/.package-lock.json
UI_READY := web/static/dist/manifest.json
UI_SOURCES := $(shell find web/static ui -path web/static/dist -prune -o -type f -print 2>/dev/null)

.PHONY: help
help:
	@sed -n '1,/^PYTHON/{/^#/s/^# \{0,1\}//p}' Makefile

# --- Set-up ---------------------------------------------------------------------------------

.PHONY: setup ui
setup: $(PYTHON_READY) $(UI_READY)
ui: $(UI_READY)

$(PYTHON_READY): requirements/base.txt requirements/dev.txt
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or newer is needed, found " + sys.version.split()[0] + ": set PYTHON" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --only-binary :all: \
	    -r requirements/base.txt -r requirements/dev.txt
	@touch $@

$(NODE_READY): package.json package-lock.json .npmrc | $(PYTHON_READY)
	ui/with-node $(VENV) npm ci --ignore-scripts --loglevel=error
	@touch $@

$(UI_READY): $(NODE_READY) $(UI_SOURCES)
	ui/with-node $(VENV) node ui/build.mjs

# --- Running --------------------------------------------------------------------------------

.PHONY: run bench
run: setup
	$(BIN)/python run.py all

bench: setup
	$(BIN)/python -m bench

# DUE=100000 sets how many timers fall due at one moment, SEED repeats a run.
MINUTES ?= 10
.PHONY: soak
soak: setup
	$(BIN)/python -m tests.faults.soak --minutes $(MINUTES) $(if $(DUE),--due $(DUE)) $(if $(SEED),--seed $(SEED))

# --- The gate -------------------------------------------------------------------------------

# One target per step; a new step is a new target in this list.
CHECKS := check-format check-lint check-imports check-types check-catalogue \
    check-processes check-coverage

.PHONY: test check $(CHECKS)
test: check
	$(BIN)/python -m pytest $(PYTEST_ARGS)

check: $(CHECKS)

$(CHECKS): setup

check-format:
	$(BIN)/ruff format --check $(CODE)

check-lint:
	$(BIN)/ruff check $(CODE)

check-imports:
	$(BIN)/lint-imports

check-types:
	$(BIN)/mypy $(CODE)

check-catalogue:
	$(BIN)/python -m engine.i18n check

check-processes:
	$(BIN)/python run.py lint processes/

# Clauses that name what does not exist, or a page that says otherwise than the code.
check-coverage:
	$(BIN)/python run.py coverage --check

# --- Upkeep ---------------------------------------------------------------------------------

.PHONY: fmt lock wheel screens clean
fmt: $(PYTHON_READY)
	$(BIN)/ruff check --fix $(CODE) || true
	$(BIN)/ruff format $(CODE)

# The locks hold versions and hashes only: no address and no path of the machine that wrote them.
PIN = $(BIN)/uv pip compile --quiet --upgrade --no-config --universal --python-version 3.11 \
    --generate-hashes --no-annotate --no-header --no-emit-index-url --no-emit-find-links
lock: $(PYTHON_READY)
	$(PIN) -o requirements/base.txt requirements/base.in
	$(PIN) -o requirements/dev.txt requirements/dev.in
	$(PIN) -o requirements/ui.txt requirements/ui.in
	ui/with-node $(VENV) npm install --package-lock-only --ignore-scripts --loglevel=error
	ui/with-node $(VENV) node ui/tidy-lock.mjs

wheel: setup
	$(BIN)/python -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist .

# Look at each picture before it is committed.
screens: setup
	$(BIN)/python -m tools.screens

clean:
	rm -rf $(VENV) node_modules web/static/dist build dist *.egg-info \
	    .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
