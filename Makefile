# Two commands: `make learn` and `make test`. Everything else is for people who change the course.
# Every target is thin: labs.bootstrap prepares what is missing, then hands over to `python -m labs …`.

# The first Python that is new enough. Only this line knows about older ones.
PYTHON := $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BOOTSTRAP = $(PYTHON) -m labs.bootstrap
# Another RabbitMQ than this machine's own, for the tests, the soak and the outputs: BROKER=4. CONTRIBUTING.md has the list.
ON = $(if $(BROKER),--broker "$(BROKER)")

.DEFAULT_GOAL := help
.PHONY: help learn test soak bench lint outputs clean python

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-9s %s\n", $$1, $$2}' Makefile

learn: python ## Prepare what is missing, start a private broker, open the course (ARGS="--no-browser" …)
	@exec $(BOOTSTRAP) learn $(ARGS)

test: python ## Prepare what is missing and run every check (ARGS="unit" for one stage, ARGS="--list" for all; BROKER=4 for another RabbitMQ)
	@exec $(BOOTSTRAP) test $(ON) $(ARGS)

soak: python ## 300 short runs with an accident in each, 60 cuts of the whole shop; nothing may be lost (ARGS="--runs 20 --cuts 10", BROKER=4)
	@exec $(BOOTSTRAP) soak $(ON) $(ARGS)

bench: python ## Measure how fast things are on this machine (ARGS="view_fps" for one, ARGS="--list" for their names)
	@exec $(BOOTSTRAP) bench $(ARGS)

lint: python ## The checks that need no broker: ruff, mypy, import-linter
	@exec $(BOOTSTRAP) test ruff mypy layers

outputs: python ## Run the notebooks again and store what they print (ARGS="03" for one, BROKER=3.10 for the reference)
	@exec $(BOOTSTRAP) author outputs $(ON) $(ARGS)

clean: ## Stop this checkout's broker; delete the environment, the broker's data and your progress
	@if test -x .venv/bin/python; then .venv/bin/python -m labs broker stop || true; fi
	rm -rf .venv .labs .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache *.egg-info tests/orders/nest/node_modules

python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; install it and run this again." >&2; exit 1; }
