# make run: set up and open the app. make test: set up and run the tests. Nothing but Python 3.11+ and make is needed.
PYTHON ?= python3
# PyTorch's CPU build is ten times smaller than the CUDA build that Linux gets by default. `make run TORCH_INDEX=` takes the default.
TORCH_INDEX ?= $(if $(filter Linux,$(shell uname)),https://download.pytorch.org/whl/cpu)
BIN := .venv/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
# glibc gives large blocks back after each step and asks for them again in the next: keeping them doubles training speed.
MALLOC := GLIBC_TUNABLES=glibc.malloc.hugetlb=1:glibc.malloc.mmap_threshold=4000000000:glibc.malloc.trim_threshold=40000000000:glibc.malloc.top_pad=500000000
CONFIG ?= transformer-en-fr

.PHONY: run test check train bench samples

run: .venv/app
	$(BIN)/streamlit run app.py

# Journeys in Chromium come last, in their own order (test_access.py opens what no other has); a server and a browser
# for each process.
test: .venv/dev
	$(BIN)/pytest -n 2 --dist loadfile -m "not browser"
	$(BIN)/pytest -n 3 --dist loadfile --no-loadscope-reorder -m browser

check: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

# make train CORPUS="pairs.tsv.gz more.tsv.gz:4" VALID=held-out.tsv.gz [WITHOUT=held-out.tsv.gz] [CONFIG=transformer-en-fr] [OUT=runs/...]
train: .venv/dev
	$(MALLOC) $(BIN)/python -m core.train --config $(CONFIG) --corpus $(CORPUS) --valid $(VALID) $(if $(WITHOUT),--without $(WITHOUT)) --out $(or $(OUT),runs/$(CONFIG))

samples: .venv/app
	$(BIN)/python -m core.samples

bench: .venv/dev
	$(PIP) install -q -r benchmarks/requirements.txt
	for file in benchmarks/bench_*.py; do $(BIN)/python $$file || exit 1; done

.venv/torch:
	$(PYTHON) -m venv .venv
	$(PIP) install --retries 1 $(if $(TORCH_INDEX),--extra-index-url $(TORCH_INDEX)) $$(grep '^torch==' requirements.txt)
	touch $@

.venv/app: requirements.txt .venv/torch
	$(PIP) install -r requirements.txt
	touch $@

.venv/dev: requirements-dev.txt .venv/app
	$(PIP) install -r requirements-dev.txt
	touch $@
