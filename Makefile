# Footnote: `make run` and `make test` need nothing but Python 3.11+ and this folder.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed
PORT ?= 8000
SOAK_MINUTES ?= 20
FUZZ_SECONDS ?= 300
AUDIT := .venv/audit
AUDIT_SERVICE ?= pypi

.DEFAULT_GOAL := help
.PHONY: help setup run test lint format bench soak fuzz audit clean

help: ## show this
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## create .venv and install everything, pinned

$(STAMP): pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	@touch $(STAMP)

run: $(STAMP) ## ingest seeds/, answer a sample question, then serve the page and the API
	$(BIN)/qa ingest seeds
	@echo
	@echo '$$ qa ask "Which countries remain closely aligned with Venezuela?"'
	@$(BIN)/qa ask "Which countries remain closely aligned with Venezuela?"
	@echo
	$(BIN)/qa serve --port $(PORT)

test: lint ## check style, types and layers, then run every test
	$(BIN)/pytest -n 2 --dist loadfile

lint: $(STAMP) ## ruff, mypy and import-linter
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(STAMP) ## let ruff format and mend what it can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

soak: $(STAMP) ## load a server for SOAK_MINUTES (20), with faults thrown in; fails if anything is wrong
	$(BIN)/python -m tests.soak --minutes $(SOAK_MINUTES)

bench: $(STAMP) ## measure speed, memory and disk beside their limits; takes long, wants a quiet machine
	$(BIN)/qa bench $(BENCH)

fuzz: $(STAMP) ## send the API and every parser what nobody would; FUZZ_SECONDS for each of the two
	$(BIN)/python -m tests.fuzz_api --seconds $(FUZZ_SECONDS)
	$(BIN)/python -m tests.fuzz_parsers --seconds $(FUZZ_SECONDS)

audit: $(STAMP) ## look the pinned packages up among known vulnerabilities, and check their licences
	$(BIN)/python -m tests.licences
	$(PYTHON) -m venv $(AUDIT)
	$(AUDIT)/bin/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt pip-audit
	@$(AUDIT)/bin/pip-audit --requirement constraints.txt --no-deps --disable-pip --progress-spinner off \
		--vulnerability-service $(AUDIT_SERVICE) --strict \
		|| { echo 'The audit found something, or could not ask: see above. It needs a network, and the'; \
		     echo "package index's own service of known vulnerabilities, or OSV's (AUDIT_SERVICE=osv)."; exit 1; }

clean: ## remove .venv, caches and build files; data/ stays
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache
