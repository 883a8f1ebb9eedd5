# Everything works in a fresh clone with nothing but Python >= 3.11: .venv is made on first use.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PYTEST := $(BIN)/python -m pytest
.DEFAULT_GOAL := help
# The tests start hundreds of processes: each module is compiled once, also where the environment would have it otherwise.
unexport PYTHONDONTWRITEBYTECODE
.PHONY: help demo test drills lint editor axe docs bench accuracy hotpath parity scale constraints schemas sample clean

help:  ## show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 12

$(VENV)/made: setup.cfg pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "loadspec needs Python 3.11 or newer; this is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.12 demo"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || \
	  { echo "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/made-dev: $(VENV)/made
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

demo: $(VENV)/made  ## the main job: the reference spec against the mock platform, ending in a report
	$(BIN)/loadspec demo

test: $(VENV)/made-dev  ## all tests but the long fault drills
	$(PYTEST) -n auto --dist loadfile --no-loadscope-reorder -m "not drill"

drills: $(VENV)/made-dev  ## the long fault drills
	$(PYTEST) -m drill

editor: $(VENV)/made-dev  ## install the language server that tests/spec/test_spec_editor.py drives (needs npm)
	npm install --silent --no-save --no-audit --no-fund --prefix $(VENV)/node yaml-language-server@1.25.0

axe: $(VENV)/made-dev  ## install axe-core, which tests/report/test_report_views.py runs in the browser (needs npm)
	npm install --silent --no-save --no-audit --no-fund --prefix $(VENV)/axe axe-core@4.11.0

lint: $(VENV)/made-dev  ## style, types, import floors
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --config setup.cfg

constraints: $(VENV)/made-dev  ## pin what is installed now, for repeatable installs
	$(BIN)/python -m pip install --quiet -e ".[dev,bench]"
	$(BIN)/python -m pip freeze --exclude-editable > constraints.txt

schemas: $(VENV)/made-dev  ## write schemas/ from the code
	$(BIN)/loadspec schema spec > schemas/loadspec.schema.json
	$(BIN)/loadspec schema results > schemas/results.schema.json
	$(BIN)/loadspec schema diagnostics > schemas/diagnostics.schema.json

docs: $(VENV)/made-dev  ## write docs/diagnostics.md, errors.md, results.md and the functions of expressions.md from their tables
	$(BIN)/loadspec explain --format markdown > docs/diagnostics.md
	$(BIN)/python docs/make_functions.py
	$(BIN)/python docs/make_errors.py
	$(BIN)/python docs/make_results.py

bench: $(VENV)/made-dev  ## measure against k6, Locust and wrk; writes bench/RESULTS.md
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench,http2]'
	$(BIN)/python bench/run.py

accuracy: $(VENV)/made-dev  ## measure how exact the figures are, k6's and Locust's too; writes bench/ACCURACY.md
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python -m bench.accuracy

hotpath: $(VENV)/made-dev  ## measure where each microsecond of a request goes; writes bench/HOTPATH.md
	$(BIN)/python bench/hotpath.py

parity: $(VENV)/made-dev  ## run the same loads through k6 and loadspec and compare their counts; writes bench/PARITY.md
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[bench]'
	$(BIN)/python bench/parity.py

scale: $(VENV)/made-dev  ## measure 19 000 users, a million iterations and an hour of samples; writes bench/SCALE.md
	$(BIN)/python bench/scale.py

sample: $(VENV)/made-dev  ## write reports/sample-report.html from a run on the mock platform, and its picture in the README
	$(BIN)/python docs/make_sample.py

clean:  ## remove what was made
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
