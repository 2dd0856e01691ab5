# Every task of the workshop. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash

# The first interpreter that works and is recent enough; override with `make PYTHON=/path/to/python3.12 setup`.
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
  $$name -c 'import sys, ensurepip, venv; sys.exit(sys.version_info < (3, 11))' 2> /dev/null \
  && { command -v $$name; break; }; done)
BIN := .venv/bin
STAMP := .venv/.installed
LOCK := requirements/dev.txt

.PHONY: help setup demo run test check format lint types contracts schema lock places ngrams bench-poll bench-editorial bench-candidates bench-search bench-feeds bench-placements bench-serve bench-busy bench-mail bench-ledger proof-hostile proof-fuzz proof-mail picture clean

help: ## list the tasks
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(STAMP) ## make .venv/ with the command at .venv/bin/aggregator

$(STAMP): $(LOCK) pyproject.toml
	@test -x $(BIN)/python || test -n "$(PYTHON)" || { \
	  echo "No Python 3.11 or newer with its venv module was found."; \
	  echo "Install it (Debian: apt-get install python3 python3-venv), or name it: make PYTHON=… setup"; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv .venv
	@echo "Installing the locked libraries into .venv/ …"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(LOCK)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

demo: setup ## the whole job against the sample world, on one page in the browser
	@$(BIN)/aggregator demo

run: setup ## the whole job for your own region, as config.yaml says
	@$(BIN)/aggregator run

test: setup ## every test
	@$(BIN)/python -m pytest -n 2 --dist loadscope --no-loadscope-reorder --cov --cov-report=term:skip-covered -q

check: format lint types contracts test ## format, lint, types, import contracts, tests

format: setup ## format the code
	@$(BIN)/ruff format .

lint: setup ## lint the code
	@$(BIN)/ruff check .

types: setup ## check the types
	@$(BIN)/mypy

contracts: setup ## check who may import whom
	@$(BIN)/lint-imports

schema: setup ## write config.schema.json anew
	@$(BIN)/python -m aggregator.config.schema > config.schema.json

lock: setup ## renew the locked dependencies
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
	  --no-header --group dev pyproject.toml -o requirements/dev.txt > /dev/null
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
	  --no-header pyproject.toml -o requirements/run.txt -c requirements/dev.txt > /dev/null
	@$(BIN)/uv pip compile --quiet --upgrade --universal --python-version 3.11 --generate-hashes --no-annotate \
	  --no-header --group places -o requirements/places.txt > /dev/null

places: setup ## choose the world's cities and towns anew from GeoNames
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes --target .places/lib \
	  --upgrade -r requirements/places.txt
	@PYTHONPATH=.places/lib $(BIN)/python scripts/places.py

ngrams: setup ## write the model by which languages are told anew from py3langid
	@$(BIN)/python scripts/ngrams.py

bench-poll: setup ## poll 1,000 made-up feeds beside `reader` (READER=python that has it)
	@$(BIN)/python benchmarks/bench_poll.py $(if $(READER),--reader $(READER))

bench-editorial: setup ## describe and judge made-up entries, with up to 300,000 stored
	@$(BIN)/python benchmarks/bench_editorial.py

bench-candidates: setup ## what looking back and writing cost, with up to 300,000 entries stored
	@$(BIN)/python benchmarks/bench_candidates.py

bench-search: setup ## search 100,000 made-up stories, and write more of them
	@$(BIN)/python benchmarks/bench_search.py

bench-feeds: setup ## a feed of 1,000 entries, cold and from kept entries, beside feedgen alone
	@$(BIN)/python benchmarks/bench_feeds.py

bench-placements: setup ## say which of 100,000 stories stand in which of 200 feeds
	@$(BIN)/python benchmarks/bench_placements.py

bench-serve: setup ## what an answer of the built-in server costs beside nginx (needs wrk and nginx)
	@$(BIN)/python benchmarks/bench_serve.py

bench-busy: setup ## how long pages wait while an issue goes out and all is polled (needs smtp-sink)
	@$(BIN)/python benchmarks/bench_busy.py

bench-mail: setup ## an issue to 5,000 readers, signed, beside the naive way (needs smtp-sink)
	@$(BIN)/python benchmarks/bench_mail.py

bench-ledger: setup ## how many letters a second the delivery ledger alone bears
	@$(BIN)/python benchmarks/bench_ledger.py

proof-hostile: setup ## poll 10,000 sources of which half are hostile
	@$(BIN)/python benchmarks/proof_hostile.py --sources 10000

proof-fuzz: setup ## fuzz the reading of feeds for ten minutes, or FUZZ_SECONDS
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --target .fuzz/lib --upgrade 'atheris>=3,<4'
	@PYTHONPATH=.fuzz/lib $(BIN)/python benchmarks/proof_fuzz.py .fuzz/findings -max_total_time=$(or $(FUZZ_SECONDS),600)

proof-mail: setup ## kill senders 50 times while 2,000 readers get an issue, and account for every letter
	@$(BIN)/python benchmarks/proof_mail.py

picture: setup ## take README's picture again, from the demo (needs Chromium)
	@$(BIN)/python scripts/picture.py

clean: ## remove what was made here; config.yaml, data/ and public/ stay
	@rm -rf .venv .fuzz .places .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis .coverage htmlcov dist
