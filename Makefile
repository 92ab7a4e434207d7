# make run: set everything up and appraise the bundled case.  make test: set up and run the tests.
# The other targets stand in README.md.
PYTHON ?= python3
CASE ?= data/interpol-2019
BIN := .venv/bin
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check --compile

WORKERS ?= 2
# A file stays with one process, as its tests share what they need; long files begin first.
SIDE_BY_SIDE = -n $(WORKERS) --dist loadfile --no-loadscope-reorder
# What is compiled is kept, whatever the machine says: tests begin processes, each of which would compile all.
PYTEST = env -u PYTHONDONTWRITEBYTECODE $(BIN)/python -m pytest
# What answers in a few seconds: the rules of the house, the documents, the door of a case, and
# worked examples of the methods that answers change with. No run, no paper, no notebook, no property.
QUICK := tests/test_architecture.py tests/test_docs.py tests/test_streams.py tests/case/test_case_errors.py \
	tests/case/test_dictionary.py tests/case/test_register.py tests/methods/cost_benefit \
	tests/methods/portfolio tests/methods/uncertainty

# What says no more but of more cases, languages or processes is long: .ci/run tries it, as does
# CAPWORTH_CI=1 make test.
.PHONY: run test quick nightly faults check lint smoke wheel notebooks docs spark bench lock clean

run: .venv/run
	$(BIN)/capworth run $(CASE) --out reports/$(notdir $(CASE))

test: .venv/test
	$(PYTEST) $(SIDE_BY_SIDE) $(if $(CAPWORTH_CI),,-m "not long")

quick: .venv/test
	$(PYTEST) -q $(SIDE_BY_SIDE) -m "not hypothesis" $(QUICK)

# Other examples every night, and mistakes planted in a copy of the package.
nightly: .venv/test
	for round in 1 2 3; do \
		$(PYTEST) -q $(SIDE_BY_SIDE) -m hypothesis --hypothesis-profile nightly || exit 1; \
	done
	$(BIN)/python tests/mutants/plant.py --random 40

# What can break is broken at random, for about an hour: cases, workbooks, writes, runs that are killed.
faults: .venv/test
	$(BIN)/python -m pytest -q -n 0 tests/faults
	$(BIN)/python tests/faults/harness.py

check: .venv/run
	$(BIN)/capworth check $(CASE)

lint: .venv/test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/vulture

# The wheel alone, in a folder and an environment of its own.
wheel: .venv/test
	PYTHON=$(BIN)/python .ci/wheel

# Every benchmark in a few seconds: that it runs, not how fast.
smoke: .venv/test
	for f in benchmarks/bench_*.py; do echo $$f; $(BIN)/python $$f smoke || exit 1; done

notebooks: .venv/test
	$(BIN)/jupyter lab notebooks

# The documents as pages that need no server, in build/site, with every notebook as it runs; a link that
# leads nowhere is an error, and so is what axe finds on a page or on that of the workshop.
docs: .venv/test
	$(INSTALL) --require-hashes -r requirements-docs.lock
	for made in reference gallery notebooks; do $(BIN)/python docs/make_$$made.py || exit 1; done
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet
	$(BIN)/python .ci/pages

# Exchange logs counted by a master and a worker of Spark on this machine, which end with the tests. The
# package is 460 MB and built once; it needs a Java 17 or 21 (Debian: default-jre-headless).
spark: .venv/test
	$(INSTALL) --require-hashes -r requirements-spark.lock
	CAPWORTH_SPARK=1 $(PYTEST) -n 0 tests/logs/test_spark.py

# Writes benchmarks/RESULTS.md, in about half an hour. The peers are in no environment but their own.
bench: build/bench/ready
	build/bench/bin/python benchmarks/bench_peers.py --write $(JOBS)

build/bench/ready: requirements-bench.lock pyproject.toml
	$(PYTHON) -m venv build/bench
	build/bench/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-bench.lock
	build/bench/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Names, versions and hashes only; the locks name no address. What is pinned stays as it is, unless
# asked otherwise: make lock UPGRADE=--upgrade
LOCK = $(BIN)/uv pip compile -q $(UPGRADE) --universal --python-version 3.11 --generate-hashes \
	--no-header --no-annotate pyproject.toml
lock: .venv/bin/uv
	$(LOCK) --extra build -o requirements.lock
	$(LOCK) --extra build --extra notebooks --extra logs --extra cluster --extra word --extra labels --extra dev -o requirements-dev.lock
	$(LOCK) --extra build --extra notebooks --extra logs --extra dev --extra bench -o requirements-bench.lock
	$(LOCK) --extra build --extra notebooks --extra dev --extra docs -c requirements-dev.lock -o requirements-docs.lock
	$(LOCK) --extra logs --extra spark -c requirements-dev.lock -o requirements-spark.lock

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit("capworth needs Python 3.11 or newer" if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv .venv

.venv/bin/uv: .venv/bin/python
	$(INSTALL) uv

.venv/run: .venv/bin/python requirements.lock pyproject.toml
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation --editable .
	touch $@

.venv/test: .venv/run requirements-dev.lock
	$(INSTALL) --require-hashes -r requirements-dev.lock
	touch $@
