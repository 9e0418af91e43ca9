# `make serve` and `make test` do everything they need on a fresh machine; the other targets are their steps.
.DEFAULT_GOAL := help
.PHONY: help install develop train serve test test-training walk fuzz lint types check browser nginx postgres
.PHONY: deploy-tools widget widget-types sri encoder sbom audit clean docs reference quick hooks

PYTHON_VERSION := 3.13
TOOLS := .tools
PY := .venv/bin/python
UV = $$(command -v uv || echo $(TOOLS)/bin/uv)
export UV_PYTHON_PREFERENCE ?= managed
export RASA_TELEMETRY_ENABLED := false

help:  ## List the targets
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 14

install: .venv/.installed  ## Bring uv, Python 3.13 and the locked packages into .venv

.venv/.installed: .python-version pyproject.toml uv.lock $(wildcard compat/src/*/*.py) scripts/install.sh scripts/uv.txt
	@sh scripts/install.sh $(PYTHON_VERSION) train commands
	@rm -f .venv/.installed-dev
	@touch $@

develop: .venv/.installed-dev  ## The same, with what tests, style and types need

.venv/.installed-dev: .python-version pyproject.toml uv.lock $(wildcard compat/src/*/*.py) scripts/install.sh scripts/uv.txt
	@sh scripts/install.sh $(PYTHON_VERSION) train commands dev
	@touch .venv/.installed $@

train: install  ## Train a model, unless one fits the present data and code
	@$(PY) -m bot train

serve: train  ## Start website and console (PORT, CONSOLE_PORT) and print Ready
	@exec $(PY) -m bot up

browser: develop  ## Install the browser that the browser tests drive (Debian, as root)
	@sh scripts/browser.sh

nginx: develop  ## Bring the nginx that the tests of the proxy run (Debian, as root)
	@sh scripts/nginx.sh

postgres: develop  ## Install the PostgreSQL that the tests start for themselves (Debian, as root)
	@sh scripts/postgres.sh

deploy-tools: develop  ## Bring what looks at deploy/ in the tests: linters and schemas, and on Debian, as root, promtool
	@UV_PROJECT_ENVIRONMENT=$(TOOLS)/deploy $(UV) sync --frozen --quiet --only-group deploy --python $(PY) \
		|| echo "The linters of deploy/ could not be brought, so their tests are skipped." >&2
	@sh scripts/promtool.sh

WORKERS ?= auto
test: develop train browser nginx postgres deploy-tools  ## Run every test, in parallel (WORKERS=2; by default one more than there are cores)
	$(PY) -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder

test-training: develop train browser  ## Run the tests that train a model of their own (minutes)
	$(PY) -m pytest -m training

walk: develop train  ## A random visitor takes 10,000 turns
	OZONE_WALK_TURNS=10000 $(PY) -m pytest tests/conversation/test_walk.py

FUZZ ?= 100000
fuzz: develop train  ## Attack website and console with FUZZ requests (100,000), and what reads files with many inputs
	$(PY) -m benchmarks.hostile --requests $(FUZZ)
	OZONE_FUZZ_EXAMPLES=500 $(PY) -m pytest tests/test_fuzz_files.py

lint: develop  ## Style and import order
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/lint-imports

types: develop  ## Types, strictly
	.venv/bin/mypy

widget: install  ## Build the widget's one file (brings Node.js if there is none)
	@$(PY) scripts/widget.py build

widget-types: develop  ## Types of the widget, strictly
	@$(PY) scripts/widget.py types

sri: install  ## Print the widget's tag with the hash that pins this version
	@$(PY) scripts/widget.py sri

encoder: install  ## Tune the sentence encoder on data/nlu (gigabytes of packages, forty minutes or more)
	@$$(command -v uv || echo $(TOOLS)/bin/uv) run --script scripts/tune_encoder.py

sbom: develop  ## List what is installed to serve in sbom.cdx.json (CycloneDX)
	@$(PY) scripts/supply_chain.py sbom sbom.cdx.json

audit: develop  ## Compare all locks with published advisories (docs/advisories.yml has what was accepted)
	@$(PY) scripts/supply_chain.py audit

check: train  ## Check the approved content and Rasa's own data
	$(PY) -m bot content check
	.venv/bin/rasa data validate --fail-on-warnings

docs: install  ## Build the documentation in site/ (its tools in an environment of their own)
	@UV_PROJECT_ENVIRONMENT=$(TOOLS)/docs $(UV) sync --frozen --quiet --only-group docs --python $(PY)
	@$(TOOLS)/docs/bin/sphinx-build --quiet --fail-on-warning --keep-going --nitpicky --jobs auto docs site
	@echo "The documentation is in site/index.html"

reference: develop  ## Write what the documentation says of the code anew, and the schemas of data/
	@$(PY) scripts/reference.py

quick: develop  ## Run the tests of what you changed, or of one room (ROOM=safety): seconds
	@$(PY) scripts/quick.py $(ROOM)

hooks: develop  ## Look at each commit before it is made (pre-commit, in an environment of its own)
	@UV_PROJECT_ENVIRONMENT=$(TOOLS)/hooks $(UV) sync --frozen --quiet --only-group hooks --python $(PY)
	@$(TOOLS)/hooks/bin/pre-commit install

clean:  ## Remove everything that can be made again (not the record in var/)
	rm -rf .venv .tools models site .rasa .pytest_cache .mypy_cache .ruff_cache .hypothesis
