# Two commands are all a newcomer needs: `make demo` and `make test`. Both set up .venv with pinned versions.

PYTHON ?= python3
BIN := .venv/bin
MUTATED := mesaprior/priors mesaprior/hypotheses/log mesaprior/inference/bayes
COVERING := tests/priors tests/hypotheses/log $(addprefix tests/cli/test_,raw_files.py prepare.py people.py why.py) \
	$(addprefix tests/inference/,people theorems test_analysis.py test_checkpoints.py test_end_to_end.py test_fit.py \
	test_interventions.py test_kernels.py test_logspace.py test_noise.py test_odds.py test_posterior.py test_prefixes.py \
	test_reports.py test_result.py test_roles.py test_sample.py test_summaries.py)
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: demo test test-slow lint coverage mutants bench bench-check bench-keep peers claims docs docs-check gallery clean help

help:  ## list the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

DEMO := examples/corridor/corridor.csv --language examples/corridor/corridor.toml --max-bits 28

# What has to hold under other versions than the pinned ones, too; how large a Parquet file is depends on the version.
VERSIONED := tests/golden tests/priors/test_formula.py tests/priors/test_symbolic.py tests/hypotheses/log/test_file_shapes.py \
	tests/hypotheses/test_store.py tests/test_data.py \
	--deselect 'tests/golden/test_golden.py::test_golden[store-show.json]'

.PHONY: picture test-wheel test-lowest test-newest

demo: .venv/demo  ## who holds the posterior over every small program, on a real log
	$(BIN)/mesaprior infer $(DEMO)
	@echo
	@echo 'To run these commands as printed, say once in this shell: . $(BIN)/activate'

picture: .venv/demo  ## draw the pictures of the README again; needs chromium
	mkdir -p build
	$(BIN)/mesaprior infer $(DEMO) --plot build/demo.svg >build/demo.txt
	cp build/demo.svg docs/demo.svg
	$(BIN)/mesaprior report $(DEMO) --out build/page.html
	chromium --headless --no-sandbox --disable-gpu --hide-scrollbars --window-size=1280,960 --virtual-time-budget=20000 \
		--screenshot=docs/page.png file://$(CURDIR)/build/page.html

test: .venv/test  ## the whole test suite, but for what takes minutes, in as many processes as there are cores
	$(BIN)/python -m pytest --numprocesses auto --maxprocesses 4 --dist worksteal -p no:benchmark

test-slow: .venv/test  ## the long tests, and random ones with all their examples
	THOROUGH=1 $(BIN)/python -m pytest -m 'slow or not slow' --numprocesses auto --maxprocesses 4 --dist worksteal -p no:benchmark

test-wheel: .venv/test  ## build the package, install it elsewhere, and run it and its tests there
	$(BIN)/python -m pytest -m slow tests/packaging

test-lowest:  ## the oldest versions of the libraries that the package allows; see constraints-lowest.txt
	$(PYTHON) -m venv --clear build/lowest
	build/lowest/bin/python -m pip install --quiet --constraint constraints-lowest.txt '.[plot]' pytest
	build/lowest/bin/python -m pytest -p no:benchmark $(VERSIONED)

test-newest:  ## the newest versions that there are
	$(PYTHON) -m venv --clear build/newest
	build/newest/bin/python -m pip install --quiet '.[plot]' pytest
	build/newest/bin/python -m pytest -p no:benchmark $(VERSIONED)

lint: .venv/test  ## style, types (also those that users see) and import contracts
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/lint-imports --no-cache
	$(BIN)/pyright
	PATH=$(CURDIR)/$(BIN):$$PATH $(BIN)/pyright --verifytypes mesaprior --ignoreexternal

coverage: .venv/test  ## branch coverage of priors, log and posteriors, kernels as plain Python; a quarter of an hour
	mkdir -p out
	# A random test that is cut short while it draws fails; what counts here is which lines ran.
	-CI=true LONGEST=20 DURATIONS=out/durations.json \
	$(BIN)/python -m coverage run -m pytest -p tests.plain_kernels -p no:benchmark $(COVERING)
	$(BIN)/python -m coverage report

mutants: .venv/test  ## mistakes put into priors, log and posteriors, and which tests notice; after make coverage, minutes
	CI=true $(BIN)/python -m tests.mutation $(MUTATED)

bench: .venv/test  ## the benchmarks; see benchmarks/README.md
	$(BIN)/python -m pytest benchmarks -m '' --benchmark-only

bench-check: .venv/test  ## what got slower than benchmarks/ratios.json says, in ratios; minutes
	$(BIN)/python benchmarks/guard.py check

bench-keep: .venv/test  ## write the ratios that bench-check compares with
	$(BIN)/python benchmarks/guard.py keep

peers: .venv/test  ## the same census by NumPy, Numba and WebPPL, side by side with ours and compared
	$(BIN)/python benchmarks/peers.py

claims: .venv/test  ## the page on all claims, docs/claims, made again; a quarter of an hour on two cores
	$(BIN)/mesaprior claims run --all --out docs/claims

docs: .venv/docs  ## the documentation as a site, in build/docs/index.html; needs no network once installed
	$(BIN)/sphinx-build --fail-on-warning --keep-going --nitpicky --quiet docs build/docs

docs-check: .venv/test .venv/docs  ## every command, snippet and link of the pages, the long ones too, and the search
	$(BIN)/python -m pytest tests/docs -m '' -p no:benchmark

gallery: .venv/test  ## the figures of docs/gallery.md, drawn again
	$(BIN)/python docs/draw_gallery.py

clean:  ## remove what the other targets made
	rm -rf .venv build dist docs/generated

.venv/bin/python:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "mesaprior needs Python 3.11 or newer; say make PYTHON=python3.12, for example")'
	$(PYTHON) -m venv .venv

# Bytecode is written when a module is first imported: half the work to install, and a fifth less on disk.
.venv/demo: .venv/bin/python pyproject.toml constraints.txt $(shell find mesaprior examples -type f -not -name '*.pyc')
	$(PIP) install --no-compile --constraint constraints.txt pip
	$(PIP) install --no-compile --constraint constraints.txt '.[plot,page]'
	@touch $@

.venv/test: .venv/demo
	$(PIP) install --no-compile --constraint constraints.txt --group dev
	@touch $@

.venv/docs: .venv/demo
	$(PIP) install --constraint constraints.txt --group docs
	@touch $@
