"""The dbt models as Dagster assets, built in one step, with one check per model.

Belongs here: what the Dagster UI shows of dbt. Does not belong here: running dbt.
"""

# no postponed annotations: Dagster reads the types of configuration and resources when it sees the function

from collections.abc import Iterator, Mapping, Sequence
from graphlib import TopologicalSorter
from typing import Any

import dagster as dg
from pydantic import Field

from orchestration.automation.history import reading_ahead
from orchestration.automation.journal import Journal
from orchestration.automation.runs import POOL, writing
from orchestration.publication.assets import publish_ahead
from orchestration.publication.copying import SCHEMAS
from orchestration.publication.publishing import reason_to_stay, site_of
from orchestration.settings import Settings
from orchestration.transformation.building import BuildOutcome, NodeOutcome, tests_by_model
from orchestration.transformation.builds import UPDATE
from orchestration.transformation.project import DbtError
from orchestration.transformation.specs import build_star_specs
from orchestration.transformation.star import NothingLoadedError, StarOutcome, refresh_star
from orchestration.transformation.wording import words_of_test

CHECK = "tests"
"""The name of every model's one check, which folds its dbt tests."""

SHOWN_FAILURES = 20


class BuildConfig(dg.Config):
    """How to build the star."""

    force: bool = Field(default=False, description="Have dbt build and test everything, whatever has changed.")


def build_star_assets(manifest: Mapping[str, Any]) -> dg.AssetsDefinition:
    """Return all models and seeds as one multi-asset: Grain: one asset per table or view of the writer's database.

    One step, since the project has an order of its own, and since a process per step would cost seconds.
    """
    tests = tests_by_model(manifest)
    spec_of = build_star_specs(manifest)
    specs = list(spec_of.values())
    unique_ids = {spec.key: unique_id for unique_id, spec in spec_of.items()}
    checks = [
        dg.AssetCheckSpec(
            name=CHECK,
            asset=spec.key,
            blocking=True,
            description=_describe_tests(manifest, tests[unique_ids[spec.key]]),
        )
        for spec in specs
        if unique_ids[spec.key] in tests
    ]
    # Dagster wants what others depend on before them
    dependencies = {spec.key: {dep.asset_key for dep in spec.deps} & unique_ids.keys() for spec in specs}
    order = list(TopologicalSorter(dependencies).static_order())

    @dg.multi_asset(name="star", specs=specs, check_specs=checks, can_subset=True, pool=POOL)
    def star(
        context: dg.AssetExecutionContext,
        config: BuildConfig,
        settings: dg.ResourceParam[Settings],
        journal: dg.ResourceParam[Journal],
    ) -> Iterator[dg.MaterializeResult[Any] | dg.AssetCheckResult]:
        """Build the star by dbt's SQL, in one process with this step, and fold its tests into one check per model."""
        selected = [key for key in order if key in context.selected_asset_keys]
        checked = {check.asset_key for check in context.selected_asset_check_keys}
        names = sorted(manifest["nodes"][unique_ids[key]]["name"] for key in {*selected, *checked})
        with writing(settings, run_id=context.run.run_id, purpose="building the star"):
            try:
                journal.built = refresh_star(
                    settings,
                    run_id=context.run.run_id,
                    select=None if len(selected) == len(specs) else names,
                    # somebody asks for checks alone
                    only_test=not selected,
                    force=config.force,
                )
            except (DbtError, NothingLoadedError) as error:
                raise dg.Failure(description=str(error), allow_retries=False) from error
        reason = reason_to_stay(settings, journal.built.build, site=site_of(settings))
        if journal.built.outcome is None and reason is not None:
            # nothing is new, and nobody waits for it: Dagster skips the publication too, and its history stays short
            return
        if journal.built.build.is_publishable and reason is None and not config.force:
            publish_ahead(context, settings, journal)
        with reading_ahead(context.instance, order):
            yield from _materializations(journal.built, {key: unique_ids[key] for key in selected})
            yield from _checks(journal.built, {key: unique_ids[key] for key in order if key in checked})
        _raise_if_failed(journal.built)

    return star


def _materializations(star: StarOutcome, selected: Mapping[dg.AssetKey, str]) -> Iterator[dg.MaterializeResult[Any]]:
    """Tell of what was built, and of all that is published: Dagster skips a publication that misses one of them.

    An update builds few of some hundred tables, and the history of a run stays as short.
    """
    nodes = {node.unique_id: node for node in star.outcome.nodes} if star.outcome else {}
    # the same inputs give the same tables: Dagster then sees that nothing changed
    version = dg.DataVersion(star.build.fingerprint[:16])
    stands = star.outcome is None or star.build.method == UPDATE
    for key, unique_id in selected.items():
        node = nodes.get(unique_id)
        if not (node.status == "success" if node is not None else stands and key.path[0] in SCHEMAS):
            continue
        rows = star.row_counts.get((key.path[0], key.path[1]))
        preview = star.previews.get((key.path[0], key.path[1]))
        yield dg.MaterializeResult(
            asset_key=key,
            metadata={
                **({} if rows is None else {"dagster/row_count": rows}),
                "is_rebuilt": node is not None,
                **({} if node is None else {"seconds": dg.MetadataValue.float(round(node.seconds, 3))}),
                **({} if preview is None else {"preview": dg.MetadataValue.md(preview)}),
            },
            data_version=version,
        )


def _checks(star: StarOutcome, checked: Mapping[dg.AssetKey, str]) -> Iterator[dg.AssetCheckResult]:
    for key, unique_id in checked.items():
        if star.outcome is None:
            when = f"{star.build.started_at:%Y-%m-%d %H:%M} UTC"
            yield dg.AssetCheckResult(
                asset_key=key, check_name=CHECK, passed=True, description=f"Passed at the build of {when}."
            )
        elif any(test.status != "skipped" for test in star.outcome.tests_of(unique_id)):
            yield _check(star.outcome, key, unique_id)
        elif star.build.method == UPDATE and key.path[0] in SCHEMAS:
            # Dagster remarks on every check before a publication that it hears nothing of
            yield dg.AssetCheckResult(
                asset_key=key, check_name=CHECK, passed=True, description="Nothing that it reads has changed."
            )


def _check(outcome: BuildOutcome, key: dg.AssetKey, unique_id: str) -> dg.AssetCheckResult:
    tests = outcome.tests_of(unique_id)
    at_fault = [test for test in tests if test.is_at_fault]
    warned = [test for test in tests if test.status == "warn"]
    return dg.AssetCheckResult(
        asset_key=key,
        check_name=CHECK,
        passed=not at_fault and not warned,
        severity=dg.AssetCheckSeverity.ERROR if at_fault else dg.AssetCheckSeverity.WARN,
        description=_summary(tests, at_fault, warned),
        metadata={
            "tests": len(tests),
            "failing_rows": sum(test.failures or 0 for test in at_fault),
            **{
                test.name: dg.MetadataValue.path(test.compiled_sql) if test.compiled_sql else test.message
                for test in [*at_fault, *warned][:SHOWN_FAILURES]
            },
        },
    )


def _summary(tests: Sequence[NodeOutcome], at_fault: Sequence[NodeOutcome], warned: Sequence[NodeOutcome]) -> str:
    if not at_fault and not warned:
        return f"All {len(tests)} tests passed."
    return " ".join(f"{test.in_words}." for test in [*at_fault, *warned][:SHOWN_FAILURES])


def _raise_if_failed(star: StarOutcome) -> None:
    if star.outcome is None or not star.outcome.at_fault:
        return
    at_fault = star.outcome.at_fault
    skipped = sum(node.status == "skipped" for node in star.outcome.nodes)
    words = "\n".join(f"- {node.in_words}" for node in at_fault[:SHOWN_FAILURES])
    more = f"\n- and {len(at_fault) - SHOWN_FAILURES} more" if len(at_fault) > SHOWN_FAILURES else ""
    raise dg.Failure(
        description=(
            f"The star is not published: {len(at_fault)} of its models and tests failed, "
            f"and {skipped} that depend on them were skipped.\n{words}{more}"
        ),
        allow_retries=False,
    )


def _describe_tests(manifest: Mapping[str, Any], unique_ids: Sequence[str]) -> str:
    nodes = {**manifest["nodes"], **manifest.get("unit_tests", {})}
    lines = [f"- {words_of_test(nodes[unique_id])}" for unique_id in unique_ids]
    return "\n".join(["The dbt tests of this table; one that fails keeps the star from being published:", *lines])
