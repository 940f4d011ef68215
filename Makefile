# `make` lists the targets. Needs Python 3.11 or newer with venv, make and git; everything else is installed
# into .venv from hash-checked locks by stock pip, which keeps to whatever index it is configured for.

PY ?= python3
PORT ?= 8000
EMULATOR_PORT ?= 8001
# How many test processes run side by side (a third of their time is waiting, so one more than the processors), and on
# which databases (sqlite, postgresql or both).
WORKERS ?= $(shell expr 1 + `nproc 2>/dev/null || echo 2`)
DATABASE ?= both
# How many random histories `make histories` runs, and from which seed. From 1000 on, nine in ten kinds of faults
# have to have struck in all of them together, from 5000 on every kind (LEAST in tests/story/test_histories.py).
N ?= 20000
SEED ?= 1
# How long `make soak` lets it storm.
MINUTES ?= 10

VENV := .venv
PYTHON := $(VENV)/bin/python
# Bytecode is made when a module is first used: a third of the installation's time is saved.
INSTALL := -m pip install -qq --no-compile --disable-pip-version-check --require-hashes
PIP := $(PYTHON) $(INSTALL)
RUN := $(VENV)/.run.stamp
DEV := $(VENV)/.dev.stamp
JUDGES := .venv-judges/.stamp
ENGINES := .venv-engines/.stamp
MORE_ENGINES := .engines/.stamp
PEERS := .venv-peers/.stamp
HTMX := webapp/static/vendor/htmx.min.js
HTMX_SHA256 := 71ea67185bfa8c98c39d31717c6fce5d852370fcdfd129db4543774d3145c0de
COMPILE := .venv-lock/bin/uv pip compile -q --universal --python-version 3.11 \
           --generate-hashes --no-annotate --no-header
export PORT EMULATOR_PORT
# Where it is set, every program that the tests or the demo start would compile all it imports.
unexport PYTHONDONTWRITEBYTECODE

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(RUN) $(HTMX) ## make the environment that the program runs in

demo: setup ## start everything on this machine; Ctrl-C stops it
	@$(PYTHON) -m demo

demo-reset: ## forget the demo's data (stop the demo first)
	@rm -rf .demo

test: environments ## run every test, on SQLite and on PostgreSQL
	$(PYTHON) -m pytest -n $(WORKERS) --dist worksteal --database=$(DATABASE)

environments: setup $(DEV) $(JUDGES) $(ENGINES) # all that the tests need

long: environments ## the tests that take longer than CI has time for
	$(PYTHON) -m pytest -n $(WORKERS) -m long --database=$(DATABASE)

judges: $(JUDGES) ## install other people's clients, which the emulator's tests run

histories: setup $(DEV) ## many more random histories: make histories N=100000 SEED=7
	HISTORIES=$(N) HISTORIES_SEED=$(SEED) $(PYTHON) -m pytest -q -n $(WORKERS) -o faulthandler_timeout=0 tests/story/test_histories.py tests/story/test_histories_inbound.py tests/story/test_histories_connection.py

crashes: setup $(DEV) ## death at every boundary of the longer stories, too
	CRASHES=all $(PYTHON) -m pytest -q -n $(WORKERS) tests/story/test_crash_points.py -m "" \
	  tests/story/test_connection_crashes.py tests/story/crashing_journeys.py

soak: setup $(DEV) ## real processes in a storm of faults: make soak MINUTES=10 SEED=1
	$(PYTHON) -m tests.soak --minutes $(MINUTES) --seed $(SEED)

load: MINUTES = 1
load: setup $(DEV) ## measure the load targets on this machine: make load MINUTES=5
	$(PYTHON) -m benchmarks load --json --minutes $(MINUTES)

check: lint types contracts test ## what CI runs: lint, types, layer contracts, locks, tests

lint: $(DEV) ## ruff, its formatting, the templates and the spelling
	$(PYTHON) -m ruff check .
	$(PYTHON) -m ruff format --check .
	$(PYTHON) -m djlint --lint --quiet webapp/templates emulator/templates
	$(PYTHON) -m codespell_lib README.md CONTRIBUTING.md CHANGELOG.md docs webapp jobs emulator demo benchmarks tests

types: $(DEV) ## mypy, strict
	$(PYTHON) -m mypy

contracts: $(DEV) ## import-linter: which layer may import which
	@$(PYTHON) -c 'import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports())'

format: $(DEV) ## put imports and code in the house's form
	$(PYTHON) -m ruff check --fix-only --quiet .
	$(PYTHON) -m ruff format .

pictures: setup $(DEV) ## take the README's screenshot again, from the browser test
	PICTURES=build/pictures $(PYTHON) -m pytest -q tests/story/test_walk.py
	mkdir -p docs/images && cp build/pictures/sync-page.png docs/images/

engines: setup $(DEV) $(ENGINES) $(MORE_ENGINES) ## read our feeds with every engine that installs (npm, Debian)
	ENGINES=all $(PYTHON) -m pytest -q tests/feeds/engines tests/story/test_corpus_occurrences.py --database=sqlite

bench: setup $(DEV) $(PEERS) $(JUDGES) ## run every benchmark (feed needs nginx, push_latency Chromium)
	$(PYTHON) -m benchmarks all --json

assets: $(HTMX) ## fetch the browser's script from its package, checked by its hash

lock: ## maintainers only: write requirements/*.lock anew from pyproject.toml
	$(PY) -m venv .venv-lock
	.venv-lock/bin/python -m pip install -qq --disable-pip-version-check uv==0.13.9
	$(COMPILE) pyproject.toml -o requirements/run.lock
	$(COMPILE) --group dev -c requirements/run.lock pyproject.toml -o requirements/dev.lock
	$(COMPILE) --group judges -o requirements/judges.lock
	$(COMPILE) --group engines -o requirements/engines.lock
	$(COMPILE) --group peers -o requirements/peers.lock

clean: ## remove all that make made, the demo's data excepted
	rm -rf $(VENV) .venv-judges .venv-engines .venv-peers .venv-lock .engines build webapp/static/vendor .mypy_cache .ruff_cache \
	       .pytest_cache .import_linter_cache .hypothesis test-results

# The path entry is relative to site-packages, and every tool is called as a module, so a checkout that moves
# goes on working: nothing in use holds an absolute path.
$(RUN): requirements/run.lock
	@$(PY) -c 'import sys; sys.exit(0 if sys.version_info >= (3, 11) else "Python 3.11 or newer is needed (this is %d.%d); try: make PY=/path/to/python3" % sys.version_info[:2])'
	@$(PYTHON) -c '' 2>/dev/null || $(PY) -m venv --clear $(VENV) || { rm -rf $(VENV); \
	  echo "Python's venv module is missing (Debian and Ubuntu: apt-get install python3-venv)."; exit 1; }
	@echo "Installing what the program needs (once) ..."
	@$(PIP) -r requirements/run.lock
	@$(PYTHON) -c 'import pathlib, sysconfig; pathlib.Path(sysconfig.get_paths()["purelib"], "practice-calendar.pth").write_text("../../../..\n")'
	@touch $@

$(DEV): requirements/dev.lock $(RUN)
	@echo "Installing what the tests need (once) ..."
	@$(PIP) -r requirements/dev.lock
	@touch $@

# Other people's clients of Google Calendar, which tests run against the emulator as programs of their own.
$(JUDGES): requirements/judges.lock $(RUN)
	@echo "Installing the emulator's outside judges (once) ..."
	@$(PYTHON) -m venv --clear .venv-judges
	@.venv-judges/bin/python $(INSTALL) -r requirements/judges.lock
	@touch $@

# Other people's readers of calendars, and the calendar servers that the benchmark measures beside ours.
$(ENGINES) $(PEERS): .venv-%/.stamp: requirements/%.lock $(RUN)
	@echo "Installing other people's calendar programs: $* (once) ..."
	@$(PYTHON) -m venv --clear $(@D)
	@$(@D)/bin/python -m $(wordlist 3,99,$(PIP)) -r requirements/$*.lock
	@touch $@

# Those that are not in Python. Each is a package of npm or of Debian, and installing Debian's needs root.
DEBIAN_ENGINES := calcurse g++ gir1.2-ecal-2.0 gir1.2-ical-3.0 libkf5calendarcore-dev php-cli \
                  php-sabre-vobject pkg-config python3-gi ruby ruby-icalendar
$(MORE_ENGINES): tests/feeds/engines/package-lock.json tests/feeds/engines/kcalendarcore.cpp
	@mkdir -p $(@D)
	@dpkg -s $(DEBIAN_ENGINES) >/dev/null 2>&1 || { apt-get -qq update && \
	  DEBIAN_FRONTEND=noninteractive apt-get -qq install --no-install-recommends -y $(DEBIAN_ENGINES) >/dev/null; }
	@cp tests/feeds/engines/package.json tests/feeds/engines/package-lock.json $(@D)
	@npm ci --silent --prefix $(@D)
	@g++ -O1 -fPIC -o $(@D)/kcalendarcore tests/feeds/engines/kcalendarcore.cpp $$(pkg-config --cflags Qt5Gui) \
	  -I/usr/include/KF5/KCalendarCore -I/usr/include/KF5 -lKF5CalendarCore -lQt5Core
	@touch $@

# `--target`, because with hashes pip would otherwise want the package's own requirements pinned as well.
$(HTMX): requirements/assets.lock $(RUN)
	@rm -rf build
	@$(PIP) --no-deps --target build/assets -r requirements/assets.lock
	@mkdir -p $(@D)
	@$(PYTHON) -c 'import hashlib, pathlib, sys; \
	  script = pathlib.Path("build/assets/django_htmx/static/django_htmx/htmx-2.min.js").read_bytes(); \
	  hashlib.sha256(script).hexdigest() == "$(HTMX_SHA256)" or sys.exit("htmx is not the script that was reviewed."); \
	  pathlib.Path("$@").write_bytes(script)'
	@rm -rf build

.PHONY: help setup demo demo-reset test long environments histories crashes soak load check lint types contracts format pictures engines bench assets judges lock clean
