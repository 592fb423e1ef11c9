# `make run` and `make test` need Python 3.11 or newer and make, nothing else.
#   make run PORT=9000 VAR=/some/folder
PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	command -v $$p >/dev/null && $$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)

# A relative VAR counts from where make is called, also under `make -C`.
ifdef VAR
override VAR := $(if $(filter /%,$(VAR)),$(VAR),$(PWD)/$(VAR))
export VAR
endif
ifdef PORT
export PORT
endif

.DEFAULT_GOAL := help
.PHONY: help run test admin lint lock peers words

help:
	@echo "make run     start the site with two small models"
	@echo "make test    run every test that needs no extra server"
	@echo "make admin   make the first administrator"
	@echo "make lint    ruff, mypy, import-linter, migrations"
	@echo "make peers   compare the ratings with other packages, in .venv-peers"
	@echo "make words   take new strings into the translations (needs gettext)"
	@echo "make lock    write the locks anew from requirements*.in"

python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed; install it, or say where it is: make run PYTHON=/path/to/python3.12"; exit 1; }

run: python
	@$(PYTHON) tools/bootstrap.py run
	@exec .venv/bin/python -m workers.supervisor

admin: python
	@$(PYTHON) tools/bootstrap.py run
	@.venv/bin/python -m workers.supervisor.admin

test: python
	@$(PYTHON) tools/bootstrap.py test
	@.venv/bin/python -m pytest $(ARGS)

lint: python
	@$(PYTHON) tools/bootstrap.py test
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	ARENA_TESTING=True .venv/bin/mypy
	.venv/bin/lint-imports
	ARENA_TESTING=True DATABASE_URL=sqlite://:memory: .venv/bin/python manage.py makemigrations --check --dry-run

peers: python
	@$(PYTHON) tools/bootstrap.py peers
	@.venv-peers/bin/python -m pytest -c tests/peers/pytest.ini tests/peers $(ARGS)

words: python
	@$(PYTHON) tools/bootstrap.py test
	@.venv/bin/python tools/words.py $(ARGS)

lock: python
	@$(PYTHON) tools/bootstrap.py test
	.venv/bin/pip install -q uv
	.venv/bin/uv pip compile --python-version 3.11 --universal --generate-hashes --no-header --no-emit-index-url requirements.in -o requirements.txt
	.venv/bin/uv pip compile --python-version 3.11 --universal --generate-hashes --no-header --no-emit-index-url -c requirements.txt requirements-dev.in -o requirements-dev.txt
	.venv/bin/uv pip compile --python-version 3.11 --universal --generate-hashes --no-header --no-emit-index-url requirements-peers.in -o requirements-peers.txt
