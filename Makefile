# One command each; `make help` lists them. Everything is installed into .uv and .venv, nothing outside the checkout.
# Set PYTHON=… to choose the interpreter, ENTENTE_RAW and ENTENTE_HOME to keep data elsewhere.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:

UV_VERSION := 0.13.9
UV := .uv/bin/uv
BIN := .venv/bin
READY := .venv/.ready
ENTENTE := $(BIN)/python -m orchestration.cli

# What the caller's shell has set for other projects must not reach this one.
unexport VIRTUAL_ENV CONDA_PREFIX PYTHONPATH PYTHONHOME PYTHONSTARTUP PIP_TARGET PIP_USER PIP_PREFIX PIP_REQUIRE_VIRTUALENV
unexport UV_PYTHON UV_PROJECT UV_WORKING_DIR UV_NO_SYNC UV_SYSTEM_PYTHON UV_FROZEN UV_LOCKED UV_NO_BINARY
export UV_PROJECT_ENVIRONMENT := $(CURDIR)/.venv
export UV_PYTHON_DOWNLOADS := never
# the certificates that the machine trusts, as pip does: many networks have one of their own
export UV_SYSTEM_CERTS := true
export PYTHONNOUSERSITE := 1
export DO_NOT_TRACK := 1
export DAGSTER_DISABLE_TELEMETRY := 1
export DBT_SEND_ANONYMOUS_USAGE_STATS := false

.PHONY: help
help: ## list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "Data lives in ENTENTE_RAW (default raw/) and ENTENTE_HOME (default this folder). Start with: make warehouse"

.PHONY: warehouse
warehouse: $(READY) ## load what is new in raw/, build the star, test it, publish it
	@$(ENTENTE) warehouse

.PHONY: dev
dev: $(READY) ## the Dagster UI and daemon on 127.0.0.1 (DAGSTER_PORT, default 3000); new files in raw/ are loaded as they come
	@$(ENTENTE) dev

.PHONY: check
check: $(READY) ## FILE=raw/…: say what would become of a file, and load nothing
	@test -n "$(FILE)" || { echo 'Say which file: make check FILE=raw/<feed>/<name>' >&2; exit 2; }
	@$(ENTENTE) check "$(FILE)"

.PHONY: confirm
confirm: $(READY) ## DELIVERY=…: let a held delivery in at the next refresh
	@test -n "$(DELIVERY)" || { echo 'Say which delivery: make confirm DELIVERY=<delivery_id>' >&2; exit 2; }
	@$(ENTENTE) confirm "$(DELIVERY)"

.PHONY: query
query: $(READY) ## SQL="select …": ask the published warehouse
	@$(ENTENTE) query "$$SQL"

.PHONY: publications
publications: $(READY) ## list what is and was published
	@$(ENTENTE) publications

.PHONY: rollback
rollback: $(READY) ## let readers see the publication before the current one
	@$(ENTENTE) rollback

.PHONY: rebuild
rebuild: $(READY) ## build the warehouse anew from the archive, and publish it
	@$(ENTENTE) rebuild

.PHONY: erase
erase: $(READY) ## FILE=raw/… REASON="…": take the content of a file out of archive, warehouse and publications
	@test -n "$(FILE)" && test -n "$$REASON" || { echo 'Say which file and why: make erase FILE=raw/<feed>/<name> REASON="…"' >&2; exit 2; }
	@$(ENTENTE) erase "$(FILE)" --reason "$$REASON"

.PHONY: test
test: $(READY) ## all tests (ARGS=… goes to pytest)
	@$(BIN)/python -m pytest $(ARGS)

.PHONY: bench
bench: $(READY) ## measure beside the peers, SIZE=small (minutes), medium or large (hours); ONLY=… measures some of it
	@$(BIN)/python -m benchmarks.bench --size $(or $(SIZE),small) $(if $(ONLY),--only $(ONLY)) $(ARGS)

.PHONY: readers
readers: $(READY) ## eight readers without pause while fifty publications are made (ARGS=… goes to benchmarks.readers)
	@$(BIN)/python -m benchmarks.readers $(ARGS)

.PHONY: faults
faults: $(READY) ## kill, corrupt and starve real processes some 200 times and compare what is left (ARGS=… goes to tests.faults.campaign)
	@$(BIN)/python -m tests.faults.campaign --report docs/faults.md $(ARGS)

.PHONY: lint
lint: $(READY) ## style and types of Python, SQL and YAML
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar --nocolor dbt_project/models dbt_project/tests
	@$(BIN)/yamllint --strict .

.PHONY: docs
docs: $(READY) ## write the generated pages of docs/ anew, and the site of the data to docs-site/
	@$(ENTENTE) docs

.PHONY: clean
clean: ## remove the environment and caches; data, archive and publications stay
	rm -rf .venv .uv docs-site .pytest_cache .ruff_cache .mypy_cache .hypothesis dbt_project/target dbt_project/logs logs .tmp_dagster_home_*
	find orchestration tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# Nothing is compiled: all packages come as wheels, and the project itself is linked in by the locked build tool.
$(READY): $(UV) pyproject.toml uv.lock
	@echo "Installing the locked packages (once) …"
	@$(UV) sync --quiet --frozen --no-build --no-install-project --python "$$(cat .uv/python)"
	@$(UV) sync --quiet --frozen --no-build-isolation-package entente --python "$$(cat .uv/python)"
	@touch $@

$(UV):
	@sh .ci/bootstrap.sh "$(PYTHON)" "uv==$(UV_VERSION)"
