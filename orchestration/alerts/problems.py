"""What stands wrong now: asked of Dagster's history and of the disk, never of the writer's database.

Belongs here: noticing, in words. Does not belong here: what was told before. Whatever is asked is a state and not an
event, so that a daemon that was away misses nothing, and a problem that has gone is no problem.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import dagster as dg

from orchestration.alerts.kinds import Kind, Problem
from orchestration.settings import Settings

LOOKS_BACK = timedelta(days=7)
"""A run that failed longer ago was told, or is nobody's business any more."""
MOST_RUNS = 200
LONGEST_WORDS = 400
FETCHED = "fetched"
"""The key of what a connector's asset says it fetched."""

# what the assets of the landing say about themselves, for whoever looks without opening the database
LAST_RECEIVED = "last_received_at"
QUARANTINE_WORDS = "quarantine_above_tolerance"
HELD = "held_deliveries"
REFUSED = "refused_deliveries"


@dataclass(frozen=True, kw_only=True)
class Watched:
    """What is watched of one asset."""

    key: dg.AssetKey
    fails_after: timedelta | None = None
    """How old its last materialization may be."""
    schedule: str | None = None
    """The schedule without which it may be as old as it likes."""
    landing: dg.AssetKey | None = None
    silent_after: timedelta | None = None
    """How long its publisher may publish nothing."""


def problems(
    settings: Settings,
    instance: dg.DagsterInstance,
    *,
    watched: Sequence[Watched],
    everything: str,
    now: datetime,
) -> list[Problem]:
    """Return all that stands wrong; `everything` is the job whose success makes up for failures of its parts."""
    found = [
        *_failed_runs(instance, everything=everything, now=now),
        *_disk(settings),
    ]
    latest = _latest_materializations(instance, [asset.key for asset in watched])
    found += _stale(watched, latest, running=running_schedules(instance), now=now)
    for asset in watched:
        event = latest.get(asset.key)
        if event is not None:
            found += _set_aside(asset.key, event.metadata)
    return found


def running_schedules(instance: dg.DagsterInstance) -> set[str]:
    """Return the names of what was turned on; an instance in memory has no schedules."""
    if instance.schedule_storage is None:
        return set()
    return {state.instigator_name for state in instance.all_instigator_state() if state.is_running}


# Runs


def _failed_runs(instance: dg.DagsterInstance, *, everything: str, now: datetime) -> Iterator[Problem]:
    ended = instance.get_run_records(
        filters=dg.RunsFilter(
            statuses=[dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.SUCCESS], updated_after=now - LOOKS_BACK
        ),
        limit=MOST_RUNS,
    )
    ended = sorted(ended, key=lambda record: record.end_time or 0.0, reverse=True)
    seen: set[str] = set()
    is_all_well_since = False
    for record in ended:
        run = record.dagster_run
        if run.status is dg.DagsterRunStatus.SUCCESS:
            is_all_well_since = is_all_well_since or run.job_name == everything
        elif run.job_name not in seen and not (is_all_well_since and _is_part_of(run.job_name)):
            if run.tags.get("dagster/will_retry") == "true":
                continue  # Dagster tries it again by itself; the last attempt is told
            words = words_of(instance, run.run_id)
            yield Problem(
                key=f"run:{run.job_name}",
                kind=Kind.RUN_FAILED,
                words=f"{run.job_name}, run {run.run_id[:8]}: {words}",
                state=_digest(words),
            )
        seen.add(run.job_name)


def _is_part_of(job_name: str) -> bool:
    """Whether `refresh_warehouse` does what this job does; fetching and copying are others' work."""
    return job_name.startswith("refresh_") or job_name == "publish"


def words_of(instance: dg.DagsterInstance, run_id: str) -> str:
    """Return why a run failed, in the words of its first failed step."""
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.STEP_FAILURE):
        event = entry.dagster_event
        if event is None or not event.is_step_failure:
            continue
        data = event.step_failure_data
        if data.user_failure_data is not None and data.user_failure_data.description:
            return _short(str(data.user_failure_data.description))
        error = data.error
        while error is not None and error.cause is not None:
            error = error.cause
        if error is not None:
            return _short(f"step {event.step_key}: {error.message}")
    for entry in instance.all_logs(run_id, of_type=dg.DagsterEventType.RUN_FAILURE):
        if entry.dagster_event is not None and entry.dagster_event.message:
            return _short(entry.dagster_event.message)
    return "it says no reason."


def _short(words: str) -> str:
    flat = " ".join(words.split())
    return flat if len(flat) <= LONGEST_WORDS else f"{flat[: LONGEST_WORDS - 1]}…"


def _digest(words: str) -> str:
    # numbers differ from run to run where the problem is the same
    return _hash(re.sub(r"\d+", "0", words))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


# Feeds


def _latest_materializations(
    instance: dg.DagsterInstance, keys: Sequence[dg.AssetKey]
) -> Mapping[dg.AssetKey, _Materialized]:
    latest = {}
    for record in instance.get_asset_records(keys):
        entry = record.asset_entry.last_materialization_record
        if entry is None or entry.asset_materialization is None:
            continue
        latest[record.asset_entry.asset_key] = _Materialized(
            at=datetime.fromtimestamp(entry.timestamp, UTC),
            metadata={name: value.value for name, value in entry.asset_materialization.metadata.items()},
        )
    return latest


@dataclass(frozen=True, kw_only=True)
class _Materialized:
    at: datetime
    metadata: Mapping[str, Any]


def _stale(
    watched: Sequence[Watched],
    latest: Mapping[dg.AssetKey, _Materialized],
    *,
    running: set[str],
    now: datetime,
) -> Iterator[Problem]:
    forgotten = []
    for asset in watched:
        event = latest.get(asset.key)
        is_expected = asset.schedule is None or asset.schedule in running
        if event is None or asset.fails_after is None or not is_expected:
            continue
        name = "/".join(asset.key.path)
        if now - event.at > asset.fails_after:
            if asset.schedule is None:
                forgotten.append((name, event.at, asset.fails_after))
                continue
            yield Problem(
                key=f"stale:{name}",
                kind=Kind.FEED_STALE,
                words=f"{name} was last fetched {_moment(event.at)}, and {asset.schedule} is on: "
                f"no fetch has succeeded for {_span(now - event.at)} (expected: {_span(asset.fails_after)}).",
            )
        elif asset.landing is not None and asset.silent_after is not None:
            received = latest[asset.landing].metadata.get(LAST_RECEIVED) if asset.landing in latest else None
            if received is None:
                continue
            since = datetime.fromtimestamp(float(received), UTC)
            if now - since > asset.silent_after:
                yield Problem(
                    key=f"silent:{name}",
                    kind=Kind.FEED_STALE,
                    words=f"{name} is fetched, but its publisher gave nothing new since {_moment(since)} "
                    f"(expected: every {_span(asset.silent_after)}).",
                )
    if forgotten:
        name, at, allowed = min(forgotten, key=lambda found: found[1])
        others = f" and {len(forgotten) - 1} more" if len(forgotten) > 1 else ""
        yield Problem(
            key="stale:landing",
            kind=Kind.FEED_STALE,
            words=f"no refresh looked at {name}{others} since {_moment(at)} (expected: {_span(allowed)}); "
            "readers see old facts.",
        )


def _set_aside(key: dg.AssetKey, metadata: Mapping[str, Any]) -> Iterator[Problem]:
    feed = key.path[-1]
    if words := metadata.get(QUARANTINE_WORDS):
        yield Problem(key=f"quarantine:{feed}", kind=Kind.QUARANTINE, words=f"{feed}: {words}")
    for name, kind, verb in (
        (HELD, Kind.DELIVERY_HELD, "is held"),
        (REFUSED, Kind.DELIVERY_REFUSED, "was refused"),
    ):
        deliveries = metadata.get(name) or []
        if deliveries:
            first = deliveries[0]
            more = f" {len(deliveries) - 1} more of this feed." if len(deliveries) > 1 else ""
            yield Problem(
                key=f"{name}:{feed}",
                kind=kind,
                words=_short(f"raw/{first['path']} {verb}: {first['reason']} (delivery {first['delivery_id']}).{more}"),
                state=_hash(" ".join(sorted(str(delivery["delivery_id"]) for delivery in deliveries))),
            )


# Disk


def _disk(settings: Settings) -> Iterator[Problem]:
    home = settings.home
    usage = shutil.disk_usage(home if home.exists() else home.parent)
    if usage.free >= 2 * settings.keep_free_bytes:
        return
    is_refused = usage.free < settings.keep_free_bytes
    consequence = (
        "No refresh begins until there is room; readers see what they saw."
        if is_refused
        else "Below that no refresh begins any more."
    )
    yield Problem(
        key="disk",
        kind=Kind.DISK,
        words=f"{usage.free / 1e6:,.0f} MB are left on the disk of {home}; a refresh needs "
        f"{settings.keep_free_bytes / 1e6:,.0f} MB. {consequence}",
        state="refused" if is_refused else "low",
    )


def _moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"


def _span(span: timedelta) -> str:
    hours = span.total_seconds() / 3600
    if hours < 2:
        return f"{span.total_seconds() / 60:.0f} minutes"
    return f"{hours:.0f} hours" if hours <= 72 else f"{hours / 24:.0f} days"
