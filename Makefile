# Each target is a command of scripts/dev.py, which needs nothing but Python 3.11 or newer.
# PYTHON=python3.12 chooses the interpreter; ARGS="…" goes to the command behind the target.
PYTHON ?= python3
ARGS ?=
TARGETS := install demo test run worker lint fmt types check texts bench lock

.DEFAULT_GOAL := help
.PHONY: help $(TARGETS)

help: ## list the targets
	@$(PYTHON) scripts/dev.py help

$(TARGETS):
	@$(PYTHON) scripts/dev.py $@ $(ARGS)
