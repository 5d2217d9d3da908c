# Everything runs out of .venv; `make setup` builds it and does nothing when nothing changed.
.DEFAULT_GOAL := help
.PHONY: help setup demo check test soak bench clean

PYTHON ?= python3
RUN := .venv/bin/python -m
GOAL ?= become a backend engineer in Go

help: ## what can be made
	@grep -hE '^[a-z]+:.*##' Makefile | sed -E 's/^([a-z]+):.*## (.*)/  make \1\t\2/' | expand -t 16

setup: .venv/.complete ## the virtual environment, with the command .venv/bin/roadmap

.venv/.complete: pyproject.toml constraints.txt
	@test -x .venv/bin/python || $(PYTHON) -m venv .venv
	@echo "Installing into .venv ..." >&2
	@$(RUN) pip install -q uv 2>/dev/null \
		&& .venv/bin/python -m uv pip install -q --compile-bytecode -p .venv/bin/python -c constraints.txt -e ".[dev]" \
		|| $(RUN) pip install -q -c constraints.txt -e ".[dev]"
	@touch .venv/.complete

demo: setup ## create a roadmap for a sample goal and show it
	@id=$$(.venv/bin/roadmap create "$(GOAL)" --json | .venv/bin/python -c "import json, sys; print(json.load(sys.stdin)['roadmap_id'])") \
		&& .venv/bin/roadmap show $$id \
		&& printf '\nNow try:\n  .venv/bin/roadmap show %s --format markdown\n  .venv/bin/roadmap show %s --concept c-1-1-1\n  .venv/bin/roadmap tasks --roadmap %s\n  .venv/bin/roadmap db stop\n' $$id $$id $$id

check: setup ## format, lint, types, imports, dead code, fast tests
	@$(RUN) ruff format --check -q . && $(RUN) ruff check -q .
	@$(RUN) mypy
	@.venv/bin/python -c "from importlinter.cli import lint_imports_command as lint; lint()"
	@$(RUN) vulture
	@$(RUN) pytest -q tests/domain

test: setup ## all tests, with a smoke size of every loop
	@$(RUN) pytest -m "not soak"

soak: setup ## the full size of every loop
	@$(RUN) pytest -m soak

bench: setup ## what it costs, as ratios against baselines of the same run
	@$(RUN) bench

clean: ## remove what was built here; roadmaps and their database stay
	@rm -rf .venv build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +
