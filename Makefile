# Two commands for a newcomer: `make demo` and `make test`. Everything lives in .venv.
PYTHON ?= python3
BIN := .venv/bin
TASVIR_DATA ?= $(abspath $(CURDIR)/../shared/data)
export TASVIR_DATA

.PHONY: words demo test test-real lint coverage bench setup constraints clean

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

# Templates of the report that are new, changed or gone, in the catalogues of all languages.
words: setup
	$(BIN)/python tests/catalogues.py

coverage: setup
	$(BIN)/python -m pytest --cov=tasvir --cov-report=term-missing:skip-covered

# Peers live in environments of their own, so that none gets the versions of another.
.bench/ready:
	$(PYTHON) -m venv .bench/keras
	.bench/keras/bin/python -m pip install --quiet --disable-pip-version-check keras==3.15.1 tensorflow-cpu==2.21.0
	$(PYTHON) -m venv .bench/pythae
	.bench/pythae/bin/python -m pip install --quiet --disable-pip-version-check torch==2.13.0
	.bench/pythae/bin/python -m pip install --quiet --disable-pip-version-check torch==2.13.0 pythae==0.1.2
	touch .bench/ready

bench: setup .bench/ready
	$(BIN)/python benchmarks/speed.py

# After a deliberate upgrade: what is installed now becomes the constraints.
constraints: setup
	$(BIN)/python -m pip freeze --exclude-editable --exclude tasvir | sed 's/+cpu$$//' > constraints.txt

clean:
	rm -rf .venv .bench dist build
