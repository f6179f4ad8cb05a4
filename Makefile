# Two commands do all the set-up: `make demo` and `make test`.
PYTHON ?= python3
BIN := .venv/bin
export ORT_DISABLE_TELEMETRY := 1
.DEFAULT_GOAL := help

help:  ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## */\1\t/' | expand -t 16

.venv/demo: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[mock,report]'
	@touch $@

.venv/dev: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[all,dev]'
	@touch $@ .venv/demo

.venv-cluster/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-cluster
	.venv-cluster/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt \
		-e '.[cluster]' hypothesis pytest
	@touch $@

demo: .venv/demo  ## start the mock, judge it, write reports/ (JSON and HTML)
	@mkdir -p reports
	$(BIN)/gonogo check --report json=reports/gonogo.json --report html=reports/gonogo.html

test: .venv/dev  ## install everything and run the tests
	$(BIN)/python -m pytest -n 2 --dist loadgroup

check: .venv/dev  ## format, lint, types, layers, and that what is installed fits together
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pip check

panel: .venv/dev  ## the full matrix: clean mock, every variant, every fault; writes docs/panel.md
	$(BIN)/python -m bench.panel --write

voices: .venv/dev  ## judge the small Gemma, its base and both adapters, in both scopes
	$(BIN)/python -m bench.voices

campaign: .venv/dev  ## hunt every fault with the fuzz alone, kill rate; writes docs/fuzz-campaign.md
	$(BIN)/python -m bench.campaign --write

docs: .venv/dev  ## write the documentation site and build it into build/site
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	$(BIN)/python -m scripts.write_site build/site-pages
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict

.venv-clients/done: bench/clients/requirements.txt bench/clients/constraints.txt .venv/dev
	$(PYTHON) -m venv .venv-clients
	.venv-clients/bin/python -m pip install --quiet --disable-pip-version-check -c bench/clients/constraints.txt -r bench/clients/requirements.txt
	npm install --prefix .venv-clients --no-package-lock --no-save --silent openai@6.49.0
	@touch $@

clients: .venv-clients/done  ## other people's clients against the mock; writes docs/clients.md, holds docs/report-cards.md
	$(BIN)/python -m bench.clients .venv-clients/bin/python --write
	GONOGO_CLIENTS=.venv-clients $(BIN)/python -m pytest tests/clients

cluster-test: .venv-cluster/ready  ## run the mock on a local Ray, kill a replica, and do the books
	GONOGO_CLUSTER_TEST=1 .venv-cluster/bin/python -m pytest tests/meeting/cluster

soak: .venv/dev  ## twenty minutes of mixed load and faults on the mock; writes docs/reliability.md
	$(BIN)/python -m bench.hostile --write
	$(BIN)/python -m bench.soak.idle --write
	$(BIN)/python -m bench.soak --write

parsers: .venv/dev  ## five minutes of damaged documents for every reader; writes docs/reliability.md
	$(BIN)/python -m bench.parsers --write

mutation: .venv/dev  ## change the pure cores in small ways, see that their tests notice; writes docs/mutation.md
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt cosmic-ray
	$(BIN)/python -m bench.mutation --write

.venv-peers/ready: bench/peers.txt
	$(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check -r bench/peers.txt
	npm install --prefix .venv-peers --no-package-lock --no-save --silent @copilotkit/aimock@1.43.0 @stoplight/prism-cli@5.14.2
	@touch $@

bench: .venv/dev .venv-peers/ready  ## measure both sides, and other mocks, in one run; writes docs/performance.md
	$(BIN)/python -m bench --write

.PHONY: help cluster-test demo test check panel voices campaign docs clients soak parsers mutation bench
