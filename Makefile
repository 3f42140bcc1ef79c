# The first target of each kind sets up by itself; a fresh machine needs Python 3.11+ and make.
PYTHON ?= python3
BIN := .venv/bin
READY := .venv/ready

.PHONY: demo test fuzz check bench lock clean

demo: $(READY)
	$(BIN)/repwatch demo

test: $(READY)
	$(BIN)/pytest -n auto

# The same tests in another order and, where they are laws, on twenty times as many examples, all drawn anew.
# It takes half an hour on two processors; a failure prints the example that shows it.
fuzz: $(READY)
	$(BIN)/pytest -n auto --hypothesis-profile=fuzz --randomly-seed=default --timeout=3600

check: $(READY)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/pytest tests/test_layers.py tests/test_docs.py

bench: $(READY)
	$(BIN)/python -m benchmarks

# Exact versions of everything, for every Python and system that is supported.
lock: $(READY)
	$(BIN)/pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --all-extras --no-emit-index-url --no-header \
		pyproject.toml --output-file constraints.txt

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .hypothesis dist repwatch-demo

$(READY): pyproject.toml constraints.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; try: make PYTHON=python3.12")'
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable '.[dev]'
	touch $@
