# Two commands do everything: `make demo` and `make test`.
PYTHON ?= $(shell for p in python3.13 python3.12 python3.11 python3; do \
	command -v $$p >/dev/null 2>&1 && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& { echo $$p; break; }; done)
DIR ?= build/demo
# A thousand commands run in the tests: compiled once, whatever the machine has set.
unexport PYTHONDONTWRITEBYTECODE
PIP = .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-input

.PHONY: help demo test test-slow lint check serve clean

help:
	@echo "make demo   set up and run the main job on the demo case (in $(DIR))"
	@echo "make serve  open the pages of the demo case"
	@echo "make test   set up what tests need and run them"
	@echo "make lint   format, lint, types, import layers"
	@echo "make clean  remove everything that was made"

.venv/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or later is needed; none was found. Debian: apt install python3"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || .ci/packages python3-venv
	$(PYTHON) -m venv .venv
	@touch $@

.venv/ready: .venv/python requirements.lock pyproject.toml
	$(PIP) --require-hashes -r requirements.lock
	$(PIP) --no-deps --no-build-isolation -e .
	@touch $@

.venv/ready-to-test: .venv/ready requirements-dev.lock
	$(PIP) --require-hashes -r requirements-dev.lock
	@touch $@

demo: .venv/ready
	@rm -rf "$(DIR)"
	@mkdir -p "$(dir $(DIR))"
	.venv/bin/amparo demo --dir "$(DIR)"

serve: .venv/ready
	AMPARO_PASSPHRASE_FILE="$(DIR)/passphrase.txt" .venv/bin/amparo serve "$(DIR)/vault"

test: .venv/ready-to-test
	@.ci/packages
	.venv/bin/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder

test-slow: .venv/ready-to-test
	.venv/bin/python -m pytest -n 2 -m slow

lint: .venv/ready-to-test
	.venv/bin/ruff format --check src tests bench
	.venv/bin/ruff check src tests bench
	.venv/bin/mypy
	.venv/bin/lint-imports

check: lint test

clean:
	rm -rf .venv build dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
