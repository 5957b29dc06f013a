# Two commands for a newcomer: `make demo` and `make test`. Everything lives in .venv.
PYTHON ?= python3
BIN := .venv/bin
TASVIR_DATA ?= $(abspath $(CURDIR)/../shared/data)
export TASVIR_DATA

.PHONY: demo test test-real lint coverage setup constraints clean

# Torch first, and as a CPU build: a wider request downloads gigabytes of CUDA.
.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt torch
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[test]"
	touch .venv/ready

setup: .venv/ready

demo: setup
	$(BIN)/tasvir run digits

# Two workers for two cores; files stay whole, so that what a file makes once is made once.
test: setup lint
	$(BIN)/python -m pytest -n 2 --dist loadfile

test-real: setup
	$(BIN)/python -m pytest -m real

lint: setup
	$(BIN)/ruff check src tests benchmarks examples
	$(BIN)/ruff format --check src tests benchmarks examples
	$(BIN)/mypy

coverage: setup
	$(BIN)/python -m pytest --cov=tasvir --cov-report=term-missing:skip-covered

# After a deliberate upgrade: what is installed now becomes the constraints.
constraints: setup
	$(BIN)/python -m pip freeze --exclude-editable --exclude tasvir | sed 's/+cpu$$//' > constraints.txt

clean:
	rm -rf .venv dist build
