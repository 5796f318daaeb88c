"""What stands wrong is noticed, told once, told again when it is not mended, and told when it is over."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import dagster as dg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from orchestration.alerts import book, problems
from orchestration.alerts.kinds import Kind, Problem
from orchestration.alerts.sensor import build_alert_sensor, watched_assets
from orchestration.alerts.webhook import Webhook, message
from orchestration.automation.fetching import SILENCES, build_fetch_schedules, schedule_of
from orchestration.automation.jobs import REFRESH
from orchestration.connectors.assets import CONNECTORS, FAILS_AFTER
from orchestration.contracts import FEEDS
from orchestration.ingestion.assets import feed_key
from orchestration.settings import PROJECT_ROOT, Settings

NOW = datetime.now(UTC)


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@dataclass
class Channel:
    """A chat program on loopback: what it was sent, and what it answers."""

    server: ThreadingHTTPServer
    messages: list[str] = field(default_factory=list)
    answers: list[int] = field(default_factory=list)
    location: str = ""
    asked: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/services/T0/s3cr3t-path?token=s3cr3t-token"


@pytest.fixture
def channel() -> Iterator[Channel]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            channel.asked += 1
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            status = channel.answers.pop(0) if channel.answers else 200
            if status == 200:
                assert list(body) == ["text"]
                assert self.headers["Content-Type"] == "application/json"
                channel.messages.append(body["text"])
            self.send_response(status)
            if channel.location:
                self.send_header("Location", channel.location)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    channel = Channel(server)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield channel
    server.shutdown()
    server.server_close()


class Watch:
    """The sensor as the daemon ticks it, with a clock of its own."""

    def __init__(self, settings: Settings, instance: dg.DagsterInstance, webhook: Webhook):
        self.settings = settings
        self.instance = instance
        self.webhook = webhook
        self.now = NOW
        self._sensor = build_alert_sensor(now=lambda: self.now)

    def tick(self, *, after: timedelta = timedelta(seconds=30)) -> str:
        self.now += after
        context = dg.build_sensor_context(
            instance=self.instance, resources={"settings": self.settings, "webhook": self.webhook}
        )
        data = self._sensor.evaluate_tick(context)
        assert not data.run_requests
        return data.skip_message or ""


@pytest.fixture
def watch(settings: Settings, instance: dg.DagsterInstance, channel: Channel) -> Watch:
    # a disk of a developer may be as full as it likes
    return Watch(replace(settings, keep_free_bytes=0), instance, Webhook(url=channel.url))


def run(
    instance: dg.DagsterInstance, job_name: str = REFRESH, *, fails: str = "", tags: dict[str, str] | None = None
) -> str:
    @dg.op
    def work() -> None:
        if fails:
            raise dg.Failure(fails, allow_retries=False)

    @dg.job(name=job_name)
    def job() -> None:
        work()

    return job.execute_in_process(instance=instance, raise_on_error=False, tags=tags).run_id


def landed(instance: dg.DagsterInstance, feed: str, **metadata: Any) -> None:
    instance.report_runless_asset_event(dg.AssetMaterialization(feed_key(feed), metadata=metadata))


def test_a_failed_run_reaches_a_person_once_and_so_does_its_end(watch: Watch, channel: Channel) -> None:
    assert watch.tick() == "Nothing stands wrong."
    run_id = run(watch.instance, fails="The disk of /srv is on fire.")
    for _ in range(3):
        words = watch.tick()
        assert "The disk of /srv is on fire." in words
    (told,) = channel.messages
    assert f"A run failed: {REFRESH}, run {run_id[:8]}: The disk of /srv is on fire." in told
    assert "docs/runbook.md#a-run-failed" in told
    run(watch.instance)
    for _ in range(3):
        assert watch.tick() == "Nothing stands wrong."
    assert len(channel.messages) == 2
    assert "Over: " in channel.messages[1]


def test_the_same_failure_again_is_not_told_again_and_another_one_is(watch: Watch, channel: Channel) -> None:
    for attempt in range(3):
        run(watch.instance, fails=f"attempt {attempt}: the model fct_x has 12{attempt} bad rows")
        watch.tick()
    assert len(channel.messages) == 1
    run(watch.instance, fails="something else")
    watch.tick()
    assert len(channel.messages) == 2


def test_what_is_not_mended_is_told_again_after_a_day(watch: Watch, channel: Channel) -> None:
    run(watch.instance, fails="broken")
    watch.tick()
    watch.tick(after=timedelta(hours=23))
    assert len(channel.messages) == 1
    watch.tick(after=timedelta(hours=1))
    watch.tick()
    assert len(channel.messages) == 2
    assert "Still, since " in channel.messages[1]


def test_what_comes_and_goes_is_told_no_more_than_once_an_hour(watch: Watch, channel: Channel) -> None:
    for _ in range(5):
        run(watch.instance, fails="flaky")
        watch.tick()
        run(watch.instance)
        watch.tick()
    assert len(channel.messages) == 2  # that it stands, and that it is over
    run(watch.instance, fails="flaky")
    watch.tick(after=timedelta(minutes=90))
    assert "A run failed again: " in channel.messages[-1]


def test_a_run_that_dagster_tries_again_is_told_only_if_the_last_attempt_fails(watch: Watch, channel: Channel) -> None:
    run(watch.instance, fails="lost", tags={"dagster/will_retry": "true"})
    watch.tick()
    assert channel.messages == []
    run(watch.instance, fails="lost for good")
    watch.tick()
    assert len(channel.messages) == 1


def test_a_refresh_of_everything_makes_up_for_a_part_and_not_for_a_fetch(watch: Watch, channel: Channel) -> None:
    run(watch.instance, "refresh_gdelt_events", fails="a part")
    run(watch.instance, "fetch_gdelt", fails="no answer")
    watch.tick()
    run(watch.instance)
    words = watch.tick()
    assert "no answer" in words
    assert "a part" not in words
    assert "Over: refresh_gdelt_events" in channel.messages[-1]


def test_a_killed_run_is_told(watch: Watch, channel: Channel) -> None:
    @dg.job(name=REFRESH)
    def job() -> None: ...

    run_id = watch.instance.create_run_for_job(job, status=dg.DagsterRunStatus.STARTED).run_id
    sign = watch.settings.warehouse.parent / "runs" / f"{run_id}.lock"
    sign.parent.mkdir(parents=True)
    sign.touch()
    watch.tick()
    assert "it was killed, or the machine stopped" in channel.messages[0]


def test_a_refresh_that_nobody_made_for_two_days_is_a_stale_feed(watch: Watch, channel: Channel) -> None:
    landed(watch.instance, "memberships")
    landed(watch.instance, "people")
    for _ in range(3):
        assert watch.tick() == "Nothing stands wrong."
    for _ in range(3):
        watch.tick(after=timedelta(hours=17))
    (told,) = channel.messages
    assert "A feed is stale: no refresh looked at landing/" in told
    assert "and 1 more" in told
    landed(watch.instance, "memberships")
    landed(watch.instance, "people")
    watch.now = NOW
    watch.tick()
    assert "Over: " in channel.messages[-1]


def turn_on(name: str, *, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problems, "running_schedules", lambda _: {schedule_of(name)})


def test_a_source_is_stale_by_its_own_cadence_and_only_while_it_is_asked(
    watch: Watch, channel: Channel, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("gdelt", "baci"):
        watch.instance.report_runless_asset_event(dg.AssetMaterialization(CONNECTORS[name].key))
    for _ in range(3):
        assert watch.tick(after=timedelta(hours=6)) == "Nothing stands wrong.", "its schedule is off"
    turn_on("gdelt", monkeypatch=monkeypatch)
    for _ in range(3):
        watch.tick()
    (told,) = channel.messages
    assert "A feed is stale: raw/gdelt_events was last fetched" in told
    assert "baci" not in told


def test_a_publisher_that_fell_silent_is_told(watch: Watch, channel: Channel, monkeypatch: pytest.MonkeyPatch) -> None:
    turn_on("gdelt", monkeypatch=monkeypatch)
    watch.instance.report_runless_asset_event(dg.AssetMaterialization(CONNECTORS["gdelt"].key))
    landed(watch.instance, "gdelt_events", last_received_at=dg.MetadataValue.timestamp(NOW - timedelta(hours=11)))
    assert watch.tick() == "Nothing stands wrong."
    watch.tick(after=timedelta(hours=1, minutes=5))
    assert "its publisher gave nothing new since" in channel.messages[0]


def test_every_connector_has_a_cadence_by_which_it_is_stale() -> None:
    assert FAILS_AFTER.keys() == SILENCES.keys() == CONNECTORS.keys()
    assert {schedule.name for schedule in build_fetch_schedules()} == {schedule_of(name) for name in CONNECTORS}
    watched = {asset.key for asset in watched_assets()}
    assert {feed_key(feed) for feed in FEEDS} | {asset.key for asset in CONNECTORS.values()} == watched


def test_what_the_landing_sets_aside_is_told_with_what_to_do(watch: Watch, channel: Channel) -> None:
    held = [{"delivery_id": "d1", "path": "state_visits/2025", "reason": "it shrank by 40 %"}]
    landed(watch.instance, "state_visits", **{problems.HELD: dg.MetadataValue.json(held)})
    landed(watch.instance, "indicators", **{problems.QUARANTINE_WORDS: "90 of 100 rows"})
    refused = [{"delivery_id": f"r{n}", "path": "people/x.csv", "reason": "it is empty"} for n in range(3)]
    landed(watch.instance, "people", **{problems.REFUSED: dg.MetadataValue.json(refused)})
    for _ in range(3):
        watch.tick()
    (told,) = channel.messages
    assert "A delivery waits for you: raw/state_visits/2025 is held: it shrank by 40 % (delivery d1)." in told
    assert "Many rows are in quarantine: indicators: 90 of 100 rows" in told
    assert (
        "A delivery was refused: raw/people/x.csv was refused: it is empty (delivery r0). 2 more of this feed." in told
    )
    held.append({"delivery_id": "d2", "path": "state_visits/2026", "reason": "it is empty"})
    landed(watch.instance, "state_visits", **{problems.HELD: dg.MetadataValue.json(held)})
    watch.tick()
    assert len(channel.messages) == 2, "another delivery is held"
    for feed in ("state_visits", "indicators", "people"):
        landed(watch.instance, feed)
    watch.tick()
    assert channel.messages[-1].count("Over: ") == 3


def test_a_disk_that_fills_up_is_told_before_and_when_refreshes_stop(watch: Watch, channel: Channel) -> None:
    free = __import__("shutil").disk_usage(watch.settings.raw).free
    watch.settings = replace(watch.settings, keep_free_bytes=int(free * 0.7))
    for _ in range(3):
        watch.tick()
    assert "Below that no refresh begins any more." in channel.messages[0]
    watch.settings = replace(watch.settings, keep_free_bytes=free * 10)
    for _ in range(3):
        watch.tick()
    assert len(channel.messages) == 2
    assert "No refresh begins until there is room" in channel.messages[1]


def test_a_channel_that_is_away_is_told_later(watch: Watch, channel: Channel) -> None:
    watch.webhook = replace(watch.webhook, attempts=1)
    run(watch.instance, fails="broken")
    channel.answers = [500, 503]
    assert "broken" in watch.tick()
    watch.tick()
    assert channel.messages == []
    watch.tick()
    watch.tick()
    assert len(channel.messages) == 1


def test_a_channel_that_stumbles_is_asked_again_at_once(channel: Channel) -> None:
    channel.answers = [503]
    assert Webhook(url=channel.url).tell(["x"])
    assert channel.asked == 2


def test_no_redirect_is_followed(channel: Channel, caplog: pytest.LogCaptureFixture) -> None:
    channel.answers, channel.location = [302], "http://169.254.169.254/latest/meta-data"
    assert not Webhook(url=channel.url).tell(["x"])
    assert channel.asked == 1
    assert "answered 302" in caplog.text


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/s3cr3t-path?token=s3cr3t-token",
        "http://192.0.2.1/s3cr3t-path?token=s3cr3t-token",
        "ftp://example.org/s3cr3t-path?token=s3cr3t-token",
        "https://user:s3cr3t-path@127.0.0.1:1/?token=s3cr3t-token",
        "https://[broken/s3cr3t-path?token=s3cr3t-token",
        "s3cr3t-path",
    ],
)
def test_an_address_that_cannot_be_told_is_no_failure_and_stays_secret(
    url: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    webhook = Webhook(url=url, attempts=1, total_seconds=2.0)
    assert not webhook.tell(["x"])
    assert caplog.text
    assert "s3cr3t" not in caplog.text + repr(webhook)


def test_without_a_webhook_alerts_are_in_the_log(
    settings: Settings, instance: dg.DagsterInstance, caplog: pytest.LogCaptureFixture
) -> None:
    watch = Watch(replace(settings, keep_free_bytes=0), instance, Webhook.from_environment({}))
    run(instance, fails="broken")
    for _ in range(3):
        watch.tick()
    told = [record for record in caplog.records if record.name == "orchestration.alerts.sensor"]
    assert len(told) == 1
    assert "A run failed" in told[0].getMessage()


def test_a_message_is_short_and_calls_nobody() -> None:
    hostile = "raw/<!channel> @everyone [x](https://evil.example/?q=1)\n• all is well\u202e & <https://evil.example|ok>"
    text = message([hostile] * 50, host="here")
    assert len(text) <= 3000
    assert not re.search(r"<|>|@\w|\]\(|://|\u202e", text)
    assert len(message(["x"] * 50, host="here").splitlines()) == 22
    assert "and 30 more: make alerts" in message(["x"] * 50, host="here")


def tell_into(told: list[str]) -> book.Tell:
    def tell(lines: Sequence[str]) -> bool:
        told.extend(lines)
        return True

    return tell


def test_a_book_that_is_broken_costs_telling_again(settings: Settings) -> None:
    told: list[str] = []
    problem = Problem(key="k", kind=Kind.DISK, words="w.")
    for content in (None, "{", "[]", '{"entries": [{}], "looked_at": 1}'):
        if content is not None:
            book.path_of(settings).write_text(content)
        for second in range(3):
            book.look(settings, [problem], now=NOW + timedelta(seconds=second), tell=tell_into(told))
    assert len(told) == 4


def test_a_disk_that_takes_no_book_does_not_tell_at_every_look(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(book, "write_whole", full)
    told: list[str] = []
    problem = Problem(key="k", kind=Kind.DISK, words="w.")
    for second in range(3):
        book.look(settings, [problem], now=NOW + timedelta(seconds=second), tell=tell_into(told))
    assert len(told) == 1
    book.look(settings, [], now=NOW, tell=tell_into(told))
    monkeypatch.undo()
    book.look(settings, [], now=NOW, tell=tell_into(told))
    assert told[1:] == ["Over: w."]


@given(
    st.lists(
        st.tuples(st.sets(st.sampled_from("abc")), st.integers(0, 3 * 3600), st.booleans()), min_size=1, max_size=12
    )
)
def test_whatever_comes_and_goes_nothing_that_stands_is_left_untold(
    steps: list[tuple[set[str], int, bool]],
) -> None:
    opened: set[str] = set()
    state, now = book.Book(), NOW
    for keys, seconds, arrives in [*steps, (steps[-1][0], 2 * 3600, True)]:
        now += timedelta(seconds=seconds)
        found = [Problem(key=key, kind=Kind.DISK, words=f"{key}.") for key in sorted(keys)]
        before, lines, after = book._after(state, found, now=now)
        state = book.Book(entries=book._without_old(after if arrives else before, now), looked_at=now)
        for line in lines if arrives else ():
            key = line.split(": ")[-2][0] if "What to do" in line else line.removeprefix("Over: ")[0]
            is_over = line.startswith("Over: ")
            assert not is_over or key in opened, "over is only what was told to stand"
            opened = opened - {key} if is_over else opened | {key}
    assert {entry.key for entry in state.standing} == opened
    assert all(entry.told_at is not None for entry in state.standing)


def test_every_alert_has_a_heading_in_the_runbook() -> None:
    text = (PROJECT_ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    headings = set(re.findall(r"^## (.+)$", text, flags=re.MULTILINE))
    assert {kind.value for kind in Kind} <= headings
    for kind in Kind:
        section = text.split(f"## {kind.value}\n", 1)[1].split("\n## ", 1)[0]
        for part in ("**You see**", "**It means**", "**Do**"):
            assert part in section, f"{kind.value} lacks {part}"
