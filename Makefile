# `make` alone prints this help. Needs git, make and Python 3.11 or newer; everything else is installed into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DONE := $(VENV)/.installed
DONE_DEV := $(VENV)/.installed-dev

.DEFAULT_GOAL := help
.PHONY: help setup run test check fmt bench docs lock

help:  ## show this help
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup: $(DONE_DEV)  ## create the environment with everything for working on Doorstep
	@test ! -d .git || $(BIN)/pre-commit install >/dev/null

run: $(DONE)  ## start a demo shop whose parcels move, and print the links
	$(BIN)/doorstep demo

# Bytecode is kept, whatever the environment says: the tests start dozens of processes that would each compile Doorstep anew.
test: $(DONE_DEV)  ## run the whole test suite
	PYTHONDONTWRITEBYTECODE= $(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

check: $(DONE_DEV)  ## lint, types, layers, spelling
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell

fmt: $(DONE_DEV)  ## format, and mend what can be mended by itself
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(DONE)  ## measure speed and memory beside the baselines
	$(BIN)/doorstep bench

docs: $(DONE_DEV)  ## write the reference pages anew from the code
	$(BIN)/python -m doorstep.cli.reference

lock: $(DONE_DEV)  ## write requirements.lock and requirements-dev.lock anew: hashes, no addresses
	$(BIN)/python -m piptools compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --allow-unsafe -o requirements.lock pyproject.toml
	$(BIN)/python -m piptools compile --quiet --strip-extras --generate-hashes --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --allow-unsafe --extra dev -o requirements-dev.lock pyproject.toml

$(VENV)/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Doorstep needs Python 3.11 or newer; say which with: make PYTHON=python3.12")'
	$(PYTHON) -m venv $(VENV)

$(DONE): $(VENV)/bin/python requirements.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

$(DONE_DEV): $(VENV)/bin/python requirements-dev.lock pyproject.toml
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@ $(DONE)
