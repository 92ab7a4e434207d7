# make run: set everything up and appraise the bundled case.  make test: set up and run the tests.
PYTHON ?= python3
CASE ?= data/interpol-2019
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --compile

.PHONY: run test check lint notebooks bench lock clean

run: .venv/run
	$(BIN)/capworth run $(CASE) --out reports/$(notdir $(CASE))

test: .venv/test
	$(BIN)/python -m pytest

check: .venv/run
	$(BIN)/capworth check $(CASE)

lint: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

notebooks: .venv/test
	$(BIN)/jupyter lab notebooks

bench: .venv/test
	$(INSTALL) --require-hashes -r requirements-bench.lock
	for f in benchmarks/bench_*.py; do $(BIN)/python $$f; done

# Names, versions and hashes only; the locks name no address.
lock:
	uv lock --upgrade
	uv export -q --frozen --no-emit-project --no-header --no-annotate --extra build -o requirements.lock
	uv export -q --frozen --no-emit-project --no-header --no-annotate --extra build --extra notebooks --extra logs --extra dev -o requirements-dev.lock
	uv export -q --frozen --no-emit-project --no-header --no-annotate --all-extras -o requirements-bench.lock

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("capworth needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv

.venv/run: .venv/bin/python requirements.lock pyproject.toml
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

.venv/test: .venv/run requirements-dev.lock
	$(INSTALL) --require-hashes -r requirements-dev.lock
	touch $@
