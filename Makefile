# The commands of this project. `make` alone lists them.
SHELL := /bin/bash
.DEFAULT_GOAL := help
PORT ?= 8000
ONLY ?=
PYTHON_HERE := .venv/bin/python

.PHONY: help setup run test check bench lock

help: ## list these commands
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## */make \1\t/' | expand -t 16

setup: ## all that `make run` does before it starts
	@scripts/setup

run: ## start the product: make run [PORT=8000]
	@scripts/setup
	@exec $(PYTHON_HERE) manage.py up --tied --port $(PORT)

check: ## lint, types, import direction, missing migrations
	@scripts/setup test
	@$(PYTHON_HERE) scripts/check.py

test: ## everything: checks, the suite on SQLite and on PostgreSQL + Redis, browser journeys
	@scripts/setup test
	@exec $(PYTHON_HERE) scripts/test.py

bench: ## measure speed and memory: make bench [ONLY=name]
	@scripts/setup test
	@exec $(PYTHON_HERE) -m benchmarks $(ONLY)

lock: ## recompile the hashed requirements after a change to requirements/*.in
	@for name in base.in:../requirements.txt test.in:test.txt hsm.in:hsm.txt assets.in:assets.txt; do \
	  uv pip compile -q --generate-hashes --no-strip-extras --no-header --python-version 3.11 \
	    requirements/$${name%%:*} -o requirements/$${name##*:} || exit 1; done
