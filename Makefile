# Parvis. Every target does its own set-up: Python 3.11 or later is all a machine needs.
.DEFAULT_GOAL := help
.PHONY: help demo test check format bench docs clean

# the first that runs, is recent enough and can make environments: a name alone may be a mere shim
PYTHON ?= $(shell for p in python3 python3.13 python3.12 python3.11; do \
  $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1
DEMO ?= demo
PORT ?= 8484

help: ## Show this list
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-8s %s\n", $$1, $$2}'

demo: $(VENV)/.demo ## Make a workspace of 2,469 real customers and serve it at http://127.0.0.1:8484
	$(BIN)/parvis demo $(DEMO) --port $(PORT)

test: peers $(VENV)/.test peers-ready browser ## Run all tests (installs Chromium and servers where it may)
	$(BIN)/python -m pytest -n auto --dist loadfile --no-loadscope-reorder $(TESTS)

check: $(VENV)/.check ## Check style, types, layers and that the reference is up to date
	$(BIN)/ruff check src tests bench docs training
	$(BIN)/ruff format --check src tests bench docs training
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python docs/make_reference.py --check

format: $(VENV)/.check ## Mend what a machine can mend
	$(BIN)/ruff check --fix src tests bench docs training
	$(BIN)/ruff format src tests bench docs training

bench: $(VENV)/.bench browser ## Measure what the README promises, on this machine
	$(BIN)/python -m bench $(BENCH)

docs: $(VENV)/.demo ## Write the reference (docs/reference) from the code
	$(BIN)/python docs/make_reference.py

clean: ## Remove the virtual environment, caches and the demo's workspace
	rm -rf $(VENV) .venv-peers .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache demo bench/results

$(BIN)/pip:
	@test -n "$(PYTHON)" \
	  || { echo "Parvis needs Python 3.11 or later with its venv module. Name one: make $(MAKECMDGOALS) PYTHON=/path/to/python3.11"; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: pyproject.toml | $(BIN)/pip
	@echo "Installing Parvis and what it stands on into $(VENV) (once) ..."
	@$(BIN)/pip install --quiet --editable '.[demo]'
	@touch $@

$(VENV)/.test: pyproject.toml | $(BIN)/pip
	@echo "Installing Parvis and its tests' tools into $(VENV) (once) ..."
	@$(BIN)/pip install --quiet --editable '.[demo,test]'
	@touch $@ $(VENV)/.demo

$(VENV)/.bench: pyproject.toml | $(BIN)/pip
	@echo "Installing Parvis, its tests' tools and its peers into $(VENV) (once) ..."
	@$(BIN)/pip install --quiet --editable '.[demo,test,bench]'
	@touch $@ $(VENV)/.demo $(VENV)/.test

$(VENV)/.check: pyproject.toml | $(BIN)/pip
	@echo "Installing Parvis and its checks' tools into $(VENV) (once) ..."
	@$(BIN)/pip install --quiet --editable '.[demo,test,check]'
	@touch $@ $(VENV)/.demo $(VENV)/.test

# the browser tests use Debian's Chromium; elsewhere they say that they were skipped
.PHONY: browser
browser:
	@if ! command -v chromium >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing Chromium for the browser tests (once) ..."; \
	  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core; } >/dev/null 2>&1 \
	    || echo "Chromium could not be installed; the browser tests will be skipped."; \
	fi

# the servers that connectors are tested against, fetched while Python's packages are installed;
# elsewhere the tests say that they were skipped
PEERS := dovecot-imapd wordpress php-cli php-mysql mariadb-server php-curl php-xml php-mbstring
LOG := $(VENV)-peers
.PHONY: peers peers-ready
peers:
	@if ! dpkg -s $(PEERS) >/dev/null 2>&1 && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
	  echo "Installing servers for the connectors' tests (once) ..."; \
	  { export DEBIAN_FRONTEND=noninteractive; \
	    { apt-get update -qq && apt-get install -y -qq --no-install-recommends $(PEERS); } || rm -f $(LOG); \
	  } >/dev/null 2>&1 </dev/null & echo $$! > $(LOG); \
	fi

peers-ready:
	@if [ -f $(LOG) ]; then tail --pid=$$(cat $(LOG)) -f /dev/null; \
	  [ -f $(LOG) ] || echo "The servers could not be installed; their tests will be skipped."; rm -f $(LOG); \
	fi
