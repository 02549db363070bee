# make demo   makes the embedded comic in demo/, from drawn pages to finished book
# make test   checks style, types and behaviour
#
# Both make .venv themselves, once; they do it again when pyproject.toml or constraints.txt changes.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo test lint check-all docs bench bench-panels bench-straighten bench-lettering bench-classifiers bench-consistency bench-finished bench-clip checkpoint trunk clean

BIN := .venv/bin
# One thread: PyTorch's own threads fight over a small machine, and results must not hang on how many there are.
ONE_THREAD := OMP_NUM_THREADS=1

help:
	@echo "make demo       make the embedded comic in demo/ (no network once installed)"
	@echo "make test       ruff, mypy and all tests"
	@echo "make lint       ruff and mypy alone"
	@echo "make check-all  lint, every test and the demo"
	@echo "make docs       write docs/settings.md and the tables of docs/commands.md anew"
	@echo "make bench      measure times, looks and memory, and the three that follow"
	@echo "make bench-panels measure the finder of panels"
	@echo "make bench-straighten  measure straightening of photos and scans"
	@echo "make bench-lettering  measure how words fit into balloons"
	@echo "make bench-classifiers  measure how well elements are recognised"
	@echo "make bench-consistency  measure whether elements stay themselves (hours; goes on where it was stopped)"
	@echo "make bench-finished  measure what finished panels teach"
	@echo "make bench-clip measure what a step of the look in words costs"
	@echo "make checkpoint train the style network's starting weights anew, and measure them (half an hour)"
	@echo "make trunk      train the classifiers' starting trunk anew (20 minutes)"
	@echo "make clean      remove demo/, caches and build leftovers; .venv stays"

demo: .venv/installed
	$(BIN)/inkwright demo demo

test: lint
	$(ONE_THREAD) $(BIN)/pytest -n auto --dist loadfile

lint: .venv/installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

check-all: lint
	$(ONE_THREAD) HYPOTHESIS_PROFILE=explore $(BIN)/pytest -n auto --dist loadfile -m ""
	$(MAKE) demo

docs: .venv/installed
	$(BIN)/python tools/docs.py

bench: .venv/installed-bench bench-lettering bench-panels bench-straighten
	$(BIN)/python bench/run.py
	$(BIN)/python bench/page.py --docs

bench-panels: .venv/installed
	$(ONE_THREAD) $(BIN)/python bench/panels.py

bench-straighten: .venv/installed
	$(ONE_THREAD) $(BIN)/python bench/straighten.py

bench-lettering: .venv/installed
	$(ONE_THREAD) $(BIN)/python bench/lettering.py --docs

bench-classifiers: .venv/installed
	$(BIN)/python bench/classifiers.py

bench-consistency: .venv/installed-bench
	$(BIN)/python bench/consistency.py --docs
	$(BIN)/python bench/consistency.py --docs --ablations --seeds 1 --only drawn-24 gouache
	$(BIN)/python bench/attack.py

bench-finished: .venv/installed
	$(ONE_THREAD) $(BIN)/python bench/finished.py --docs

bench-clip: .venv/installed-dev
	$(BIN)/python bench/clip.py --docs

checkpoint: .venv/installed
	$(BIN)/python tools/checkpoint.py
	$(BIN)/python tools/checkpoint_figures.py

trunk: .venv/installed
	$(BIN)/python tools/trunk.py

clean:
	rm -rf demo build dist src/*.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find src tests tools -type d -name __pycache__ -prune -exec rm -rf {} +

# pip is what a virtual environment gets last: an interrupted one is made again.
# Python 3.11 where it is there, else python3 if it is new enough. Each is started: a name on the PATH may lead nowhere.
.venv/bin/pip:
	@for candidate in python3.11 python3; do \
	  if $$candidate -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then found=$$candidate; break; fi; \
	done; \
	if [ -z "$$found" ]; then \
	  echo "inkwright needs Python 3.11 or newer; found: $$(python3 --version 2>&1 || echo none). Install Python 3.11 and run make again." >&2; \
	  exit 1; \
	fi; \
	echo "Making .venv with $$($$found --version)."; \
	$$found -m venv .venv || { \
	  echo "The virtual environment could not be made. On Debian and Ubuntu, install the package python3-venv and run make again." >&2; \
	  rm -rf .venv; exit 1; }

.venv/installed: pyproject.toml constraints.txt | .venv/bin/pip
	@echo "Installing inkwright and what it needs into .venv; this is done once and takes some minutes."
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/installed-dev: .venv/installed
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e ".[dev]"
	@touch $@

# What the neutral measure beside the repository reads pictures with; the product does without.
.venv/installed-bench: .venv/installed
	$(BIN)/python -m pip install --disable-pip-version-check -c constraints.txt -e ".[bench]"
	@touch $@
