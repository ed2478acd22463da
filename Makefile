# `make help` lists the targets.
PYTHON ?= python3
VENV := .venv
GATES := .gates
BENCH := .bench
DOCS := .docs
BIN := $(VENV)/bin
WORKERS ?= 2

.DEFAULT_GOAL := help
.PHONY: help .venv reproduce test test-fast build companions sbgn quality engines check gates archive bench cost steady fit sensitivity parameters mutants robustness contradictions readme petab-page fair docs wheel clean renew renew-quick gate-sbml gate-report gate-site gate-fair gate-wheel gate-petab gate-archive gate-input tidy coverage supply gate-tolerances gate-interrupted gate-versions gate-mutation

help: ## list the targets
	@awk -F ':.*## ' '/^[.a-z-]+:.*## / { printf "make %-14s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

.venv: $(VENV)/.installed ## create .venv with the package (editable) and all that it needs, pinned

# --no-deps: constraints.txt is the whole list, without the notebook stack (see there). Bytecode is written
# here, on all cores: without it every start takes twice as long where Python is told to write none.
$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; v = sys.version_info[:2]; sys.exit(0 if (3, 11) <= v < (3, 14) else "$(PYTHON) is Python %d.%d; allowed: 3.11 to 3.13. Say which: make PYTHON=python3.12 ..." % v)'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps -r constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	$(BIN)/python -m compileall -qq -j 0 -x '/(tests?|templates)/' $(VENV)/lib ketamine_mtor
	@touch $@

reproduce: $(VENV)/.installed ## rules to SBML to simulation to the judged claims; writes results/report.html
	$(BIN)/ketamine-mtor reproduce

test: tidy ## run the whole test suite, after `make tidy`
	$(BIN)/python -m pytest -n $(WORKERS)

test-fast: $(VENV)/.installed ## run the tests that neither simulate nor build much (under a minute), after each edit
	$(BIN)/python -m pytest -n $(WORKERS) -m "not slow"

tidy: $(VENV)/.installed ## is the code tidy, do its types fit, does it import one way (half a minute, then seconds)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports --no-logo --no-cache

coverage: $(VENV)/.installed ## run the whole test suite and count the lines that it reaches; fails below the floor of pyproject.toml
	$(BIN)/python -m pytest -n $(WORKERS) --cov

build: $(VENV)/.installed ## rewrite sbml/ from the rules
	$(BIN)/ketamine-mtor build

companions: $(VENV)/.installed ## rewrite the other forms of the model (docs/companions.md) from sbml/ and the rules
	$(BIN)/python -m ketamine_mtor.companions

check: tidy ## say all that has to be renewed or said after a change, and by which command (five minutes)
	@ask() { for each in "$$@"; do echo "$$each --check" >&2; \
	  said=$$($(BIN)/$$each --check 2>&1) || echo "$${said:-$$each --check failed}"; done; }; \
	now=$$(ask \
	  "ketamine-mtor build" \
	  "python -m ketamine_mtor.companions" \
	  "python -m ketamine_mtor.sbgn" \
	  "python -m ketamine_mtor.quality" \
	  "python -m ketamine_mtor.sensitivity.evidence" \
	  "python -m ketamine_mtor.studies.contradictions" \
	  "python -m ketamine_mtor.studies.cost" \
	  "python -m ketamine_mtor.petab_problem" \
	  "python -m ketamine_mtor.report.readme" \
	  "python -m ketamine_mtor.fair" \
	  "python -m gates.supply"); \
	later=$$(ask \
	  "python -m ketamine_mtor.fit" \
	  "python -m ketamine_mtor.sensitivity" \
	  "python -m ketamine_mtor.studies.agreement" \
	  "python -m ketamine_mtor.studies.necessity" \
	  "python -m ketamine_mtor.studies.rivals" \
	  "python -m ketamine_mtor.studies.robustness" \
	  "python -m ketamine_mtor.studies.page"); \
	$(MAKE) test-fast || now="$$now a test fails: see above"; \
	if [ -z "$$now$$later" ]; then printf '\nNothing is out of step.\n'; exit; fi; \
	printf '\nNow (make renew-quick renews all that is generated):\n%s\n' "$${now:-nothing}"; \
	printf '\nStudies, which may be left to whoever merges (make renew makes all of them):\n%s\n' "$${later:-nothing}"; \
	exit 1

renew-quick: ## rewrite all that follows from tables, rules and committed studies, but for the steady state (three minutes)
	$(MAKE) build companions sbgn quality parameters contradictions cost readme petab-page
	$(MAKE) fair

renew: ## rewrite all that follows from a changed rule or number, in order (an hour and a half; goes on where studies were stopped)
	$(MAKE) steady build
	$(MAKE) fit sensitivity engines mutants robustness
	$(MAKE) renew-quick

quality: $(VENV)/.installed ## check the SBML and rewrite the table of docs/sbml.md
	$(BIN)/python -m ketamine_mtor.quality

engines: $(VENV)/.installed ## run every experiment of the claims in every engine, for docs/engines.md (a quarter of an hour)
	$(BIN)/python -m ketamine_mtor.studies.agreement

gates: gate-sbml gate-report gate-site gate-fair gate-wheel gate-petab gate-archive gate-input gate-tolerances gate-interrupted gate-versions gate-mutation coverage ## what tools of others say, each in an environment of its own; one alone: make gate-NAME

gate-sbml: $(GATES)/sbml/.installed ## sbmlutils' strict validator, of the SBML
	$(GATES)/sbml/bin/python gates/strict.py sbml/*.xml sbml/variants/*.xml

gate-report: $(GATES)/sbml/.installed $(VENV)/.installed ## Chromium, of the report
	@mkdir -p results/gates
	$(BIN)/ketamine-mtor validate --out results/gates/report.html
	$(GATES)/sbml/bin/python gates/page.py results/gates/report.html results/gates

gate-site: $(GATES)/sbml/.installed $(VENV)/.installed ## Chromium, of the documentation, on screens from a telephone's on
	$(BIN)/python -m docs.site results/gates/site --without-runs
	$(GATES)/sbml/bin/python gates/site_pages.py results/gates/site results/gates

gate-fair: $(GATES)/fair/.installed ## readers of metadata, of the descriptions
	$(GATES)/fair/bin/python gates/fair.py .

gate-wheel: $(VENV)/.installed ## the wheel alone, with neither Perl nor a compiler
	$(BIN)/python gates/wheel.py

gate-petab: $(GATES)/petab/.installed $(VENV)/.installed ## petablint, libRoadRunner and COPASI, of the PEtab problem
	$(BIN)/python -m ketamine_mtor.petab_problem --out results/gates/petab
	$(GATES)/petab/bin/python gates/petab_objective.py results/gates/petab

gate-archive: $(GATES)/tellurium/.installed $(GATES)/copasi/.installed $(VENV)/.installed ## tellurium and COPASI, as they are and in BioSimulators, of the COMBINE archive (ten minutes)
	$(BIN)/python -m ketamine_mtor.archive --out results/gates/archive
	$(BIN)/python gates/archive.py results/gates/archive/ketamine_mtor.omex $(GATES)

gate-input: $(VENV)/.installed ## every bad input of tests/bad_inputs.tsv through the real command (ten minutes)
	$(BIN)/python -m gates.bad_inputs

gate-tolerances: $(VENV)/.installed ## all runs of the claims at a ten thousandth of the tolerances (a minute)
	$(BIN)/python -m gates.tolerances

gate-versions: $(VENV)/.installed ## each Python, and the oldest and newest packages that are allowed (ten minutes)
	$(BIN)/python -m gates.versions

gate-mutation: $(GATES)/mutation/.installed $(VENV)/.installed ## changes to the judge and to the emitter, which tests have to see (three quarters of an hour)
	@$(call on_venv,$(GATES)/mutation)
	$(GATES)/mutation/bin/python -m gates.mutation

gate-interrupted: $(VENV)/.installed ## commands killed at random moments (ten minutes)
	$(BIN)/python -m gates.interrupted

# COPASI 4.40, which the archive's gate needs (see gates/copasi-constraints.txt), is for no later Python.
$(GATES)/copasi/.installed: PYTHON := $(or $(shell command -v python3.11),$(PYTHON))

# --ignore-requires-python: of one package of fair's, which wants 3.14, only the data are read.
$(GATES)/%/.installed: gates/%-constraints.txt
	$(PYTHON) -m venv $(GATES)/$*
	$(GATES)/$*/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps --ignore-requires-python -r $<
	@touch $@

archive: $(VENV)/.installed ## write dist/: the COMBINE archive, submission/ for BioModels (docs/archive.md), petab/ (docs/petab.md)
	$(BIN)/python -m ketamine_mtor.archive
	$(BIN)/python -m ketamine_mtor.petab_problem

bench: $(VENV)/.installed $(BENCH)/.installed ## measure how quick it is beside other simulators, for docs/benchmarks.* (a quarter of an hour)
	$(BIN)/python -m tests.benchmarks

# Where AMICI cannot be built, the page says that it is not here. PySB finds Cython in a folder of its own.
$(BENCH)/.installed: tests/benchmarks/constraints.txt
	$(PYTHON) -m venv $(BENCH)
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps -r $<
	$(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --target $(BENCH)/cython cython==3.3.1
	-PATH="$(abspath $(BENCH))/bin:$$PATH" $(BENCH)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps amici==1.0.1
	@touch $@

cost: $(VENV)/.installed ## count what a run costs a solver, for docs/cost.md (a minute)
	$(BIN)/python -m ketamine_mtor.studies.cost

steady: $(VENV)/.installed ## recompute the drug-free steady state
	$(BIN)/python -m ketamine_mtor.build steady

fit: $(VENV)/.installed ## find the fitted numbers from their data, for validation/results/ and docs/fit.* (minutes)
	$(BIN)/python -m ketamine_mtor.fit

sensitivity: $(VENV)/.installed ## recompute validation/results/ and what `make parameters` writes (twenty minutes)
	$(BIN)/python -m ketamine_mtor.sensitivity

mutants: $(VENV)/.installed ## judge all claims without each rule, and on rival variants, for validation/results/ and docs/studies.md (twenty minutes; goes on where it was stopped)
	$(BIN)/python -m ketamine_mtor.studies.necessity
	$(BIN)/python -m ketamine_mtor.studies.rivals
	$(BIN)/python -m ketamine_mtor.studies.page

robustness: $(VENV)/.installed ## judge the caption's claims on 14,000 parameter sets, for validation/results/ and docs/studies.md (twenty minutes; goes on where it was stopped)
	$(BIN)/python -m ketamine_mtor.studies.robustness
	$(BIN)/python -m ketamine_mtor.studies.page

parameters: $(VENV)/.installed ## rewrite docs/parameters.md and docs/sensitivity.* from the tables and validation/results/
	$(BIN)/python -m ketamine_mtor.sensitivity.evidence

contradictions: $(VENV)/.installed ## recompute the tables of docs/contradictions/ (a minute)
	$(BIN)/python -m ketamine_mtor.studies.contradictions

readme: $(VENV)/.installed ## rewrite the table of claims in README.md
	$(BIN)/python -m ketamine_mtor.report.readme

petab-page: $(VENV)/.installed ## rewrite the tables of docs/petab.md
	$(BIN)/python -m ketamine_mtor.petab_problem --page

sbgn: $(VENV)/.installed ## rewrite the maps: sbml/*.sbgn, sbml/maps/, docs/maps/ and their list in docs/sbgn.md
	$(BIN)/python -m ketamine_mtor.sbgn

supply: $(VENV)/.installed ## rewrite the tables of docs/supply.md
	$(BIN)/python -m gates.supply

fair: $(VENV)/.installed ## rewrite codemeta.json, .zenodo.json, the RO-Crate and the table of docs/fair.md
	$(BIN)/python -m ketamine_mtor.fair

# What .venv has is there in another environment too.
on_venv = $(BIN)/python -c 'import sysconfig; print("import site; site.addsitedir(%r)" % sysconfig.get_path("purelib"))' \
	> $$($(1)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/ketamine_mtor.pth

docs: $(DOCS)/.installed ## build the documentation in dist/site/, with the notebooks and the gallery run (three minutes)
	$(DOCS)/bin/python -m docs.site dist/site

# What .venv has, and the notebook stack.
$(DOCS)/.installed: docs/constraints.txt $(VENV)/.installed
	$(PYTHON) -m venv $(DOCS)
	$(DOCS)/bin/python -m pip install --quiet --disable-pip-version-check --no-compile --no-deps -r docs/constraints.txt
	$(call on_venv,$(DOCS))
	@touch $@

wheel: $(VENV)/.installed ## write the wheel to dist/
	$(BIN)/python -m hatchling build -t wheel

clean: ## delete all that is generated and not committed, .venv too
	rm -rf $(VENV) $(GATES) $(BENCH) $(DOCS) mutants results dist .hypothesis .ruff_cache .mypy_cache .coverage*
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
