# Every chore is one word, the same by hand and in CI. Each does its own set-up in .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready

.PHONY: help setup run demo test check bench format clean

help: ## This list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /\1\t/' | expand -t 10

setup: $(STAMP) ## Create .venv with the exact versions of constraints.txt

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("Repo Radar needs Python 3.11 or newer; this is %s. Name another with: make PYTHON=python3.12 …" % sys.version.split()[0])'
	@echo "Setting up $(VENV) (once, about a minute) …"
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --upgrade "pip>=25.1"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable . --group dev
	@touch $(STAMP)

run: $(STAMP) ## Serve on http://localhost:8000 with the settings of .env
	@$(BIN)/python -m bot serve

demo: $(STAMP) ## Show it on real repositories without any account; REPOS="~/src/a ~/src/b" adds yours
	@$(BIN)/python -m tests.demo $(REPOS)

test: $(STAMP) ## Unit tests and contracts, then journeys and browser, two at a time; ARGS="tests/web -k badge" for some
ifdef ARGS
	@$(BIN)/python -m pytest $(ARGS)
else
	@$(BIN)/python -m pytest --quiet --numprocesses 2 --dist loadfile --no-loadscope-reorder -m "not journey and not browser"
	@$(BIN)/python -m pytest --quiet --numprocesses 2 --dist loadfile --no-loadscope-reorder -m "journey or browser"
endif

check: $(STAMP) ## Format, lint, types, architecture
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache

bench: $(STAMP) ## Measure ourselves and a peer in the same run
	@$(BIN)/python -m tests.bench $(ARGS)

format: $(STAMP) ## Let ruff put the code in order
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

clean: ## Remove what the chores made
	@rm -rf $(VENV) .cache .mypy_cache .ruff_cache .pytest_cache .hypothesis .demo
	@find bot tests -name __pycache__ -prune -exec rm -rf {} +
