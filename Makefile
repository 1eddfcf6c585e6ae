# The doors of the project. Everything that these make lies inside this folder: .venv, var, caches.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help install check test e2e simulate crash bench demo up clean

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
ROOT := $(CURDIR)

# What goes to standard output is the command's own: `make demo ARGS=--json` prints one object.
# Tools write where they are told to: nothing lies outside the clone afterwards.
export TMPDIR := $(ROOT)/var/tmp
export PIP_CACHE_DIR := $(ROOT)/.cache/pip
export XDG_CACHE_HOME := $(ROOT)/.cache
export PREFECT_HOME ?= $(ROOT)/var/prefect
export RUFF_CACHE_DIR := $(ROOT)/.cache/ruff
export MYPY_CACHE_DIR := $(ROOT)/.cache/mypy
export HYPOTHESIS_STORAGE_DIRECTORY := $(ROOT)/.cache/hypothesis
export COVERAGE_FILE := $(ROOT)/.cache/coverage/data
export GX_ANALYTICS_ENABLED := false
export DO_NOT_TRACK := 1
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help:
	@echo "make demo    a shop's day, or ARGS=\"--online-retail FILE\"; make up    everything until Ctrl-C"
	@echo "make test    make check    make e2e    make install    make clean"
	@echo "make simulate SEEDS=2000    weeks of a shop on virtual time; make crash KILLS=200    real kill -9; make bench    ratios to the raw limit"

install: $(STAMP)

$(STAMP): pyproject.toml constraints.txt
	@command -v $(PYTHON) > /dev/null || { echo "$(PYTHON) is needed; set PYTHON to a Python 3.11 or later" >&2; exit 1; }
	@mkdir -p $(TMPDIR)
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "installing into $(VENV)" >&2
	@$(BIN)/python -m pip install --quiet --no-cache-dir -e ".[dev]" -c constraints.txt >&2
	@touch $@

check: install | $(TMPDIR)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --cache-dir .cache/import-linter
	$(BIN)/codespell

test: install | $(TMPDIR)
	$(BIN)/pytest -n 2 --dist loadfile $(ARGS)

e2e: install | $(TMPDIR)
	$(BIN)/pytest $(if $(filter tests/e2e/%,$(ARGS)),,tests/e2e) $(ARGS)

SEEDS ?= 200
simulate: install | $(TMPDIR)
	@$(BIN)/python -m tests.simulation --seeds $(SEEDS) $(ARGS)

KILLS ?= 20
crash: install | $(TMPDIR)
	@$(BIN)/python -m tests.crash --kills $(KILLS) $(ARGS)

bench: install | $(TMPDIR)
	@$(BIN)/python -m tests.bench $(ARGS)

demo: install | $(TMPDIR)
	@$(BIN)/tandem demo $(ARGS)

up: install | $(TMPDIR)
	@$(BIN)/tandem up

$(TMPDIR):
	@mkdir -p $@

clean:
	rm -rf $(VENV) .cache build dist *.egg-info .mypy_cache .ruff_cache .hypothesis .import_linter_cache
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
