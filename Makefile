# A newcomer needs two of these: `make build` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

.PHONY: build test bench samples lock lint test-clients clean

build: .venv/installed
	$(BIN)/ncdof build

test: .venv/installed lint
	$(BIN)/python -m pytest

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo

# Ratios measured in one run; the real published files are used where NCDOF_SHARED points to them.
bench: .venv/installed
	$(BIN)/python -m tests.bench

# The oldest and the newest DuckDB that must open the published file, and the whole suite on the newest.
test-clients: .venv/installed
	$(BIN)/ncdof build
	for version in 1.0.0 1.5.6 2.0.0; do \
	  $(PYTHON) -m venv .venv/clients/$$version && \
	  .venv/clients/$$version/bin/pip install --quiet "duckdb==$$version" && \
	  .venv/clients/$$version/bin/python tests/clients/check_client.py data/marts/ncdof.duckdb || exit 1; \
	done
	$(PYTHON) -m venv .venv/newest
	.venv/newest/bin/pip install --quiet -r requirements.lock
	.venv/newest/bin/pip install --quiet "duckdb==2.0.0" --editable .
	.venv/newest/bin/python -m pytest

# Maintainers only: write the sample releases again, and pin the newest compatible versions.
samples: .venv/installed
	$(BIN)/python -m assets.samples

lock:
	$(PYTHON) -m venv .venv/lock
	.venv/lock/bin/pip install --quiet uv
	echo "duckdb<2" | .venv/lock/bin/uv pip compile --upgrade --universal --python-version 3.11 --extra dev \
	  --no-header --no-annotate --constraint - pyproject.toml --output-file requirements.lock

clean:
	rm -rf .venv .dagster data/staging data/marts/*

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 build")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@
