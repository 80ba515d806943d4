# A newcomer needs two of these: `make build` and `make test`.
PYTHON ?= python3
BIN := .venv/bin

# Programs that are started again and again would compile every module again where the environment forbids to keep it.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: build test test-quick coverage bench fuzz demo docs samples records lock lint test-clients test-pages test-programs \
  test-records test-service clean

build: .venv/installed
	$(BIN)/ncdof build

# A test module is one process's, because its tests share what they set up; conftest orders them and numbers processes.
IN_PARALLEL := --numprocesses auto --dist loadfile --no-loadscope-reorder

test: .venv/installed lint
	$(BIN)/python -m pytest $(IN_PARALLEL)

# The tests nearest to what differs from main, but for those that take a whole build or as long as one.
test-quick: .venv/installed
	$(BIN)/python -m pytest $(IN_PARALLEL) -m "not whole" $$($(BIN)/python -m tests.quick)

coverage: .venv/installed
	$(BIN)/python -m pytest $(IN_PARALLEL) --cov=pipeline --cov=assets --cov=schemas --cov-report=term

lint: .venv/installed
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-logo
	$(BIN)/mypy

# Ratios measured in one run; the real published files are used where NCDOF_SHARED points to them.
bench: .venv/installed
	$(BIN)/python -m tests.bench

# Altered files with a known truth, and files damaged in their bytes: what is read of them. An hour on two processors.
fuzz: .venv/installed
	nice $(BIN)/python -m tests.fuzz

# Clients that must read the published file, each in an environment of its own, then the whole suite on the newest DuckDB.
CLIENTS := $(patsubst tests/clients/environments/%.txt,.venv/clients/%/installed,$(wildcard tests/clients/environments/*.txt))

test-clients: .venv/installed .venv/clients/node/installed $(CLIENTS)
	$(BIN)/python -m pytest -rs tests/clients
	$(PYTHON) -m venv .venv/newest
	.venv/newest/bin/pip install --quiet -r requirements.lock
	.venv/newest/bin/pip install --quiet -r tests/clients/environments/duckdb-newest.txt --editable .
	.venv/newest/bin/python -m pytest $(IN_PARALLEL)

# Records by the million: both engines, Spark on a cluster of two workers; Java 17 or newer from the system's packages.
ROWS ?= 1e7

test-records: .venv/spark/installed
	.venv/spark/bin/python -m pytest -rs tests/records
	ROWS=1e5 .venv/spark/bin/python -m pytest -rs tests/spark
	.venv/spark/bin/python -m tests.bench.records $(ROWS)

.venv/spark/installed: requirements.lock pyproject.toml tests/spark/requirements.txt
	@command -v java >/dev/null || { echo "this target runs Spark: install Java 17 or newer"; exit 1; }
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --requirement requirements.lock --requirement tests/spark/requirements.txt
	$(@D)/bin/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@

# Area pages in headless Chromium, which CHROMIUM names.
test-pages: .venv/installed .venv/clients/pages/installed
	$(BIN)/python -m pytest -rs tests/pages

# Workbooks that LibreOffice, which SOFFICE names, opens and saves again; a quarter of an hour.
test-programs: .venv/installed
	SOFFICE=$${SOFFICE:-soffice} $(BIN)/python -m pytest -rs tests/programs

# A publication day on this machine, with made-up figures: a release is announced, appears, and finds its own way in.
demo: .venv/installed
	$(BIN)/python -m tests.service.rehearsal

# The processes of service/compose.yaml on this machine, with PostgreSQL from the system's packages.
test-service: .venv/installed
	$(BIN)/python -m pytest -rs tests/service

.venv/clients/%/installed: tests/clients/environments/%.txt
	$(PYTHON) -m venv --clear $(@D)
	$(@D)/bin/pip install --quiet --disable-pip-version-check --requirement $<
	touch $@

.venv/clients/node/installed: tests/clients/node/package-lock.json
.venv/clients/pages/installed: tests/pages/package-lock.json
.venv/clients/node/installed .venv/clients/pages/installed:
	@command -v npm >/dev/null || { echo "this target runs Node.js too: install Node.js 20 or newer, with npm"; exit 1; }
	mkdir -p $(@D)
	cp $< $(<D)/package.json $(@D)
	npm ci --silent --no-audit --no-fund --prefix $(@D)
	touch $@

# Maintainers only: write the generated pages and the sample releases again, and pin the newest compatible versions.
docs: .venv/installed
	$(BIN)/ncdof build
	$(BIN)/python -m pipeline.editions.dictionary
	$(BIN)/python -m docs.architecture

samples: .venv/installed
	$(BIN)/python -m assets.samples

# Made-up records: `make records ROWS=1e6` writes as many treatment journeys, and other tables to fit, to data/records.
records: .venv/installed
	$(BIN)/python -m assets.samples.records $(ROWS)

lock:
	$(PYTHON) -m venv .venv/lock
	.venv/lock/bin/pip install --quiet uv
	echo "duckdb<2" | .venv/lock/bin/uv pip compile --upgrade --universal --python-version 3.11 --extra dev --extra service \
	  --no-header --no-annotate --constraint - pyproject.toml --output-file requirements.lock
	.venv/lock/bin/uv pip compile --upgrade --universal --python-version 3.11 --no-header --no-annotate \
	  tests/clients/environments/superset.in --output-file tests/clients/environments/superset.txt

clean:
	rm -rf .venv .dagster .demo .pytest_cache data/staging data/marts/*

.venv/installed: requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make PYTHON=python3.12 build")'
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement requirements.lock
	$(BIN)/pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $@
