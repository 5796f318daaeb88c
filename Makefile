# One command each; `make help` lists them. Everything is installed into .uv and .venv, nothing outside the checkout.
# Set PYTHON=… to choose the interpreter, ENTENTE_RAW and ENTENTE_HOME to keep data elsewhere.

SHELL := /bin/sh
.DEFAULT_GOAL := help
.SUFFIXES:

UV_VERSION := 0.13.9
UV := .uv/bin/uv
BIN := .venv/bin
READY := .venv/.ready
WORKERS ?= 2
BROWSER := .venv/.browser
ENTENTE := $(BIN)/python -m orchestration.cli

# What the caller's shell has set for other projects must not reach this one.
unexport VIRTUAL_ENV CONDA_PREFIX PYTHONPATH PYTHONHOME PYTHONSTARTUP PIP_TARGET PIP_USER PIP_PREFIX PIP_REQUIRE_VIRTUALENV
# packages come without bytecode: a process that may not leave it behind compiles everything anew, for two seconds and more
unexport PYTHONDONTWRITEBYTECODE
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

.PHONY: look
look: $(READY) ## the Dagster UI on 127.0.0.1 (DAGSTER_LOOK_PORT, default 3001), where nothing can be changed
	@$(ENTENTE) look

.PHONY: check
check: $(READY) ## FILE=raw/…: say what would become of a file, and load nothing
	@test -n "$(FILE)" || { echo 'Say which file: make check FILE=raw/<feed>/<name>' >&2; exit 2; }
	@$(ENTENTE) check "$(FILE)"

.PHONY: rejects
rejects: $(READY) ## FEED=… [OUT=…]: write the open rows of quarantine as a table, to be corrected and dropped back
	@test -n "$(FEED)" || { echo 'Say which feed: make rejects FEED=<feed>' >&2; exit 2; }
	@$(ENTENTE) rejects "$(FEED)" $(if $(OUT),--out "$(OUT)")

.PHONY: template
template: $(READY) ## FEED=meetings: write an empty Excel workbook of a feed (FEED=dossiers: of a whole dossier) to begin from
	@test -n "$(FEED)" || { echo 'Say which feed: make template FEED=<feed>, or FEED=dossiers' >&2; exit 2; }
	@$(ENTENTE) template "$(FEED)"

.PHONY: confirm
confirm: $(READY) ## DELIVERY=…: let a held delivery in at the next refresh
	@test -n "$(DELIVERY)" || { echo 'Say which delivery: make confirm DELIVERY=<delivery_id>' >&2; exit 2; }
	@$(ENTENTE) confirm "$(DELIVERY)"

.PHONY: query
query: $(READY) ## SQL="select …": ask the published warehouse
	@$(ENTENTE) query "$$SQL"

.PHONY: alerts
alerts: $(READY) ## say what stands wrong, and since when (docs/runbook.md)
	@$(ENTENTE) alerts

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
test: $(READY) ## all tests, on WORKERS=2 processes (ARGS=… goes to pytest)
	@$(BIN)/python -m pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

.PHONY: example
example: $(READY) ## follow docs/adding-a-feed.md in a copy of the project, up to the published table
	@$(BIN)/python -m tests.page_example docs/adding-a-feed.md

.PHONY: test-browser
test-browser: $(BROWSER) ## the site in a real browser: Debian's chromium (ARGS=--screenshots draws the pictures of the README, too)
	@$(BIN)/python -m pytest tests/browser -o addopts="-ra --strict-markers" $(ARGS)

.PHONY: bench
bench: $(READY) ## measure beside the peers, SIZE=small (minutes), medium or large (hours); ONLY=… measures some of it
	@$(BIN)/python -m benchmarks.bench --size $(or $(SIZE),small) $(if $(ONLY),--only $(ONLY)) $(ARGS)

.PHONY: readers
readers: $(READY) ## eight readers without pause while fifty publications are made (ARGS=… goes to benchmarks.readers)
	@$(BIN)/python -m benchmarks.readers $(ARGS)

.PHONY: faults
faults: $(READY) ## kill, corrupt and starve real processes some 200 times and compare what is left (ARGS=… goes to tests.faults.campaign)
	@$(BIN)/python -m tests.faults.campaign --report docs/faults.md $(ARGS)

.PHONY: orders
orders: $(READY) ## random histories in random orders of delivery, restored and rebuilt, compared row for row (ARGS=… goes to tests.order.campaign)
	@$(BIN)/python -m tests.order.campaign $(ARGS)

.PHONY: fuzz
fuzz: $(UV) ## [READER=…] [SECONDS=60]: give one reader, or each in turn, bytes made up to break it
	@UV_PROJECT_ENVIRONMENT=$(CURDIR)/.venv-fuzz $(UV) sync --quiet --frozen --no-build --no-install-project --group fuzz --python "$$(cat .uv/python)"
	@.venv-fuzz/bin/python -m tests.faults.fuzz --seconds $(or $(SECONDS),60) $(READER)

.PHONY: linkage
linkage: $(READY) ## LABELS=…csv: how well agreements of several sources are recognised as one (ARGS=… goes to benchmarks.linkage)
	@test -n "$(LABELS)" || { echo 'Say which labels: make linkage LABELS=<file with source, source_id, title, signature, force, cluster>' >&2; exit 2; }
	@$(BIN)/python -m benchmarks.linkage "$(LABELS)" $(ARGS)

.PHONY: lint
lint: $(READY) ## style and types of Python, SQL and YAML
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/sqlfluff lint --processes 2 --disable-progress-bar --nocolor dbt_project/models dbt_project/tests
	@$(BIN)/yamllint --strict .

SBOM ?= sbom.cdx.json
.PHONY: sbom
sbom: $(READY) ## list every locked package with its hashes, as CycloneDX (SBOM=…, default sbom.cdx.json)
	@$(UV) export --quiet --frozen --all-extras --all-groups --format cyclonedx1.5 --preview-features sbom-export > "$(SBOM)"

.PHONY: audit
audit: $(READY) ## ask osv.dev (AUDIT_URL=… for a mirror) for known weaknesses of the locked packages
	@$(UV) audit --frozen --preview-features audit-command $(if $(AUDIT_URL),--service-url "$(AUDIT_URL)") || { \
		code=$$?; test $$code = 1 || echo 'The service of known weaknesses could not be asked: nothing is known, which is not the same as nothing wrong.' >&2; \
		exit $$code; }

.PHONY: docs
docs: $(READY) ## write the generated pages of docs/ anew, and the site of the data to docs-site/
	@$(ENTENTE) docs

# Superset has hundreds of packages of its own and runs on Python 3.11 and 3.12: an environment apart, in .bi.
BI_READY := .bi/venv/.ready
.PHONY: bi
bi: $(READY) $(BI_READY) ## Superset on 127.0.0.1 (SUPERSET_PORT, default 8088) with the dashboard of bilateral relations
	@$(BIN)/python -m orchestration.bi

.PHONY: test-bi
test-bi: $(READY) $(BI_READY) ## open the dashboard in Debian's chromium, look at every chart, and photograph it for docs/images/
	@ENTENTE_TEST_BI="$${ENTENTE_TEST_BI:-new}" $(BIN)/python -m pytest tests/integration/test_superset_dashboard.py $(ARGS)

.PHONY: bi-lock
bi-lock: $(UV) ## lock Superset's packages anew, after a change of bi/requirements.in
	@cd bi && ../$(UV) pip compile --quiet --universal --only-binary :all: --generate-hashes --python-version 3.11 \
		--override overrides.txt --custom-compile-command 'make bi-lock' requirements.in -o requirements.txt

$(BI_READY): $(UV) bi/requirements.txt
	@echo "Installing Superset (once; some 700 MB) …"
	@rm -rf .bi/venv
	@$(UV) venv --quiet --python '>=3.11,<3.13' .bi/venv
	@$(UV) pip sync --quiet --python .bi/venv/bin/python --require-hashes --no-build bi/requirements.txt
	@touch $@

.PHONY: clean
clean: ## remove the environment and caches; data, archive and publications stay
	rm -rf .venv .venv-fuzz .fuzz .uv .bi docs-site sbom.cdx.json .pytest_cache .ruff_cache .mypy_cache .hypothesis dbt_project/target dbt_project/logs logs .tmp_dagster_home_*
	find orchestration tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

# Nothing is compiled: all packages come as wheels, and the project itself is linked in by the locked build tool.
$(READY): $(UV) pyproject.toml uv.lock
	@echo "Installing the locked packages (once) …"
	@$(UV) sync --quiet --frozen --no-build --no-install-project --python "$$(cat .uv/python)"
	@$(UV) sync --quiet --frozen --no-build-isolation-package entente --python "$$(cat .uv/python)"
	@touch $@

# Added to what is there: installing the locked packages again takes these away, and this brings them back.
$(BROWSER): $(READY)
	@echo "Installing what drives a browser (once) …"
	@$(UV) sync --quiet --frozen --no-build --no-install-project --inexact --group browser --python "$$(cat .uv/python)"
	@if ! command -v chromium >/dev/null && [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null; fi
	@touch $@

$(UV):
	@sh .ci/bootstrap.sh "$(PYTHON)" "uv==$(UV_VERSION)"
