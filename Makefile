# Everything runs out of .venv, which `make setup` builds, mends, and leaves alone when nothing changed.
.DEFAULT_GOAL := help
.PHONY: help setup .venv studio studio-setup demo check test test-all coverage soak chaos bench bench-scale eval test-model texts lock audit clean

PYTHON ?= python3
GOAL ?= become a backend engineer in Go
export GOAL

BIN := .venv/bin
# Extras, as in `make setup EXTRAS="anthropic ollama"`; .venv/.extras keeps them, for whoever calls setup without.
comma := ,
ifeq ($(origin EXTRAS),undefined)
EXTRAS := $(shell cat .venv/.extras 2>/dev/null)
endif
# The value as it was given: make would take `$(id)` in it for a variable.
override EXTRAS := $(sort $(subst $(comma), ,$(value EXTRAS)))
export EXTRAS
INSTALL := -c constraints.txt -e ".[$(subst $() ,$(comma),$(strip dev $(EXTRAS)))]"
# The place and what was installed there, as .venv/.complete keeps it: scripts in .venv name the folder they are in.
STATE := { pwd -P; cat pyproject.toml constraints.txt | cksum; printf '%s\n' "$$EXTRAS"; }

help: ## what can be made
	@grep -hE '^[a-z-]+:.*##' Makefile | sed -E 's/^([a-z-]+):.*## (.*)/  make \1\t\2/' | expand -t 20

setup: ## the virtual environment, with the command .venv/bin/roadmap; EXTRAS="anthropic ollama" adds integrations
	@{ test "$$($(STATE))" = "$$(cat .venv/.complete)" && $(BIN)/python -c "import typer"; } 2>/dev/null \
		|| $(MAKE) -s .venv

# uv only warns of an extra that there is none of.
define UNKNOWN_EXTRAS
import os, sys, tomllib
known = sorted(tomllib.load(open("pyproject.toml", "rb"))["project"]["optional-dependencies"].keys() - {"dev", "studio"})
unknown = [name for name in os.environ["EXTRAS"].split() if name not in known]
sys.exit(f"There is no extra {', '.join(unknown)}: EXTRAS may name {', '.join(known)}." if unknown else 0)
endef
export UNKNOWN_EXTRAS

# .complete is written last: without it an earlier attempt was cut off half-way, and only a new beginning is sound.
.venv:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed: make setup PYTHON=python3.x")'
	@$(PYTHON) -c "$$UNKNOWN_EXTRAS"
	@echo "Installing into .venv ..." >&2
	@{ test "$$(pwd -P)" = "$$(head -n 1 .venv/.complete)" && $(BIN)/python -c "import pip"; } 2>/dev/null \
		|| $(PYTHON) -m venv --clear .venv
	@rm -f .venv/.complete
	@echo "$$EXTRAS" >.venv/.extras
	@{ $(BIN)/python -m pip install -q uv \
		&& $(BIN)/python -m uv pip install -q --compile-bytecode -p $(BIN)/python $(INSTALL); } \
		|| { echo "uv could not; pip tries, which takes a minute." >&2; $(BIN)/python -m pip install -q $(INSTALL); }
	@$(STATE) >.venv/.complete

# The dev server of LangGraph, whose pins clash with ours (docs/studio.md). Its threads are kept in STUDIO_FOLDER.
STUDIO := .venv-studio
STUDIO_STATE := { pwd -P; cat pyproject.toml constraints-studio.txt | cksum; }
STUDIO_FOLDER ?= .studio
PORT ?= 2024

studio: studio-setup ## runs to look at node by node, in LangGraph's dev server, offline
	@mkdir -p "$(STUDIO_FOLDER)"
	@top="$$(pwd)"; cd "$(STUDIO_FOLDER)" && ROADMAP_MODEL= LANGGRAPH_CLI_NO_ANALYTICS=1 exec "$$top/$(STUDIO)/bin/langgraph" \
		dev --no-browser --no-reload --host 127.0.0.1 --port $(PORT) --config "$$top/langgraph.json"

studio-setup: setup
	@{ test "$$($(STUDIO_STATE))" = "$$(cat $(STUDIO)/.complete)"; } 2>/dev/null || { \
		echo "Installing into $(STUDIO) ..." >&2; \
		$(BIN)/python -m uv venv -q --clear -p $(BIN)/python $(STUDIO) \
		&& $(BIN)/python -m uv pip install -q --compile-bytecode -p $(STUDIO)/bin/python \
			-c constraints-studio.txt -e ".[studio]" \
		&& $(STUDIO_STATE) >$(STUDIO)/.complete; }

demo: setup ## play a recorded course and show it; GOAL="..." for another goal
	@set -e; made=$$($(BIN)/roadmap create "$$GOAL" --json); \
	id=$$(printf '%s' "$$made" | $(BIN)/python -c 'import json, sys; print(json.load(sys.stdin)["roadmap_id"])'); \
	$(BIN)/roadmap show "$$id"; \
	printf '\nNow try:\n'; \
	printf '  $(BIN)/roadmap %s\n' "show $$id --concept c-1-1-1" "show $$id --format markdown > roadmap.md" \
		"retry $$id c-1-1-1 quiz" "status $$id" "tasks --roadmap $$id" "--help" \
		"db stop      (the database runs on until then)"

check: setup ## format, lint, types, imports, dead code, fast tests
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/vulture
	@$(BIN)/pytest tests/domain

# tests/conftest.py sets the number of workers behind `-n auto`.
PYTEST := $(BIN)/pytest -n auto --dist worksteal
# More examples of each property than `make test` and `make test-all` try.
THOROUGH := --hypothesis-profile=thorough

test: setup ## everything in one process, and one end-to-end test for each promise of the documents
	@$(PYTEST) -m "not slow and not soak and not model"

test-all: setup ## `make test` and every other end-to-end test, with a smoke size of every loop
	@$(PYTEST) -m "not soak and not model"

coverage: setup ## lines and branches that `make test` runs, by file; `htmlcov/` shows them
	@$(BIN)/coverage erase
	@$(BIN)/coverage run -m pytest -n auto --dist worksteal -m "not slow and not soak and not model"
	@$(BIN)/coverage combine -q
	@$(BIN)/coverage html -q
	@$(BIN)/coverage report --skip-covered --sort=cover

soak: export NO_FORKS = 1
soak: setup ## the full size of every loop, and what takes long
	@$(BIN)/pytest -m soak $(THOROUGH)
	@$(BIN)/pytest -m "not soak and not model" --server tcp $(THOROUGH)
	@$(BIN)/pytest -m "not soak and not model" --server pg15

chaos: setup ## kill processes and the database at random for CHAOS_MINUTES (5), lose nothing; CHAOS_SEED picks what and when
	@$(BIN)/python -m tests.chaos_program

test-model: setup ## a real model goes through every kind of run: ROADMAP_MODEL=openai:..., OPENAI_BASE_URL=...
	@test -n "$(ROADMAP_MODEL)" || { echo "Name a model: make test-model ROADMAP_MODEL=provider:name" >&2; exit 2; }
	@MODEL_UNDER_TEST="$(ROADMAP_MODEL)" $(BIN)/pytest -m model -s

bench: setup ## measure what runs, requests and streams cost, as ratios to baselines of the same run
	@$(BIN)/python -m bench

bench-scale: setup ## measure every query on a million tasks; fails if one scans a large table
	@$(BIN)/python -m bench.scale

eval: setup ## score the answers of models; MODELS="offline openai:..." names them
	@$(BIN)/python -m bench.eval $(MODELS)

# For deployments: all that runs, model providers included, each file by its hash. constraints.txt has the versions.
LOCKED := --universal --generate-hashes --no-header --no-annotate --no-emit-index-url

texts: setup ## add new messages of pages and exports to the catalogues of languages
	@$(BIN)/python -m tests.support.texts

lock: setup ## requirements.lock and docs/licences.md, from pyproject.toml and constraints.txt
	@$(BIN)/python -m uv pip compile -q $(LOCKED) -c constraints.txt pyproject.toml \
		--extra openai --extra anthropic --extra ollama -o requirements.lock
	@$(BIN)/python -m uv venv -q --clear -p $(BIN)/python .venv-locked
	@$(BIN)/python -m uv pip install -q -p .venv-locked/bin/python --require-hashes -r requirements.lock
	@$(BIN)/python -m tests.support.licences .venv-locked >docs/licences.md

audit: setup ## known advisories on what requirements.lock installs; asks osv.dev
	@$(BIN)/python -m uv tool run -q pip-audit --requirement requirements.lock --disable-pip --vulnerability-service osv

clean: ## remove what was built here; roadmaps and their database stay
	@rm -rf .venv .venv-* .studio build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage .coverage.* htmlcov
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
