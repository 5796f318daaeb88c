"""Dossiers: how the short form expands, and what is said about one that is not as it should be."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from orchestration.contracts import NATIVE
from orchestration.dossiers import DossierRow, Expansion, Severity, expand
from orchestration.dossiers.form import FORMS, INHERITED, SECTIONS
from orchestration.dossiers.yaml_nodes import MAXIMUM_DEPTH, UnreadableYaml, read
from orchestration.settings import PROJECT_ROOT
from tests.strategies import TEXTS, rows

HEAD = "document: {id: doc, kind: dataset}\n"


def expanded(body: str) -> Expansion:
    """Expand facts of a document that is in order."""
    return expand(HEAD + body, file_name="a.yaml")


def facts(body: str) -> list[dict[str, str]]:
    """Return what the facts say, without the document, of a body without problems."""
    expansion = expanded(body)
    assert expansion.messages() == ()
    return [
        {column: text for column, text in row.values.items() if column != "document_id"} for row in expansion.rows[1:]
    ]


def row_of(expansion: Expansion, feed: str) -> DossierRow:
    [row] = [row for row in expansion.rows if row.feed == feed]
    return row


# What the file says of the document


def test_the_document_is_the_first_row_and_every_fact_comes_from_it() -> None:
    expansion = expand(
        "recorded_at: 2026-11-23\n"
        "meetings:\n  - {id: m, kind: visit, topics: [trade]}\n"
        "document: {id: doc, kind: press_report, published: 2024-09?, language: NO}\n",
        file_name="a.yaml",
    )
    assert expansion.document_id == "doc"
    assert [row.feed for row in expansion.rows] == ["documents", "meetings", "topics"]
    assert [row.row_number for row in expansion.rows] == [1, 2, 3]
    assert all(row.values["document_id"] == "doc" for row in expansion.rows)
    assert all(row.values["recorded_at"] == "2026-11-23" for row in expansion.rows)
    assert expansion.rows[0].values["published"] == "2024-09?"


def test_scalars_are_the_text_that_was_written() -> None:
    body = "aliases:\n  - {id: iso2:NO, alias: NO, language: no, locator: 0123, attributed_to: 2024-09-18}\n"
    [fact] = facts(body)
    assert (fact["alias"], fact["language"], fact["locator"], fact["attributed_to"]) == (
        "NO",
        "no",
        "0123",
        "2024-09-18",
    )


def test_a_byte_order_mark_and_windows_line_ends_change_nothing() -> None:
    text = HEAD + "topics:\n  - {of: {meeting: m}, topic: trade}\n"
    plain = expand(text, file_name="a.yaml")
    marked = expand("\ufeff" + text.replace("\n", "\r\n"), file_name="a.yaml")
    assert [row.values for row in marked.rows] == [row.values for row in plain.rows]
    assert [row.place for row in marked.rows] == [row.place for row in plain.rows]
    assert [row.raw_text for row in marked.rows] == [row.raw_text for row in plain.rows]


def test_empty_sections_and_empty_fields_say_nothing() -> None:
    assert facts("meetings:\npeople: []\ntopics:\n  - {of: {meeting: m}, topic: trade, at: , confidence: ''}\n") == [
        {"subject_kind": "meeting", "subject_id": "m", "topic": "trade"}
    ]


# The short form


def test_what_stands_in_a_meeting_belongs_to_it() -> None:
    found = facts(
        """
meetings:
  - id: visit
    kind: visit
    at: p1
    participants: [{person: A, role: guest}]
    events: [planned]
    statements: [{id: s, stance: supports, at: p2}]
    meetings: [{id: talks, kind: bilateral_talks}]
"""
    )
    assert (
        found
        == [
            {"meeting_id": "visit", "kind": "visit", "locator": "p1"},
            {"meeting_id": "visit", "person": "A", "role": "guest", "locator": "p1"},
            {"meeting_id": "visit", "event": "planned", "locator": "p1"},
            {"meeting_id": "visit", "statement_id": "s", "stance": "supports", "locator": "p2"},
            {"parent_meeting_id": "visit", "meeting_id": "talks", "kind": "bilateral_talks", "locator": "p1"},
        ]
        or [set(fact.items()) for fact in found] == []
    )


@pytest.mark.parametrize("column", INHERITED)
def test_a_fact_takes_over_how_the_fact_around_it_is_held_unless_it_says_otherwise(column: str) -> None:
    text = {"confidence": "0.5", "retracted": "true", "modality": "hypothetical", "recorded_at": "2026-01-01"}
    outer, inner = text.get(column, "x"), {"confidence": "0.9", "modality": "inferred"}.get(column, "y")
    found = facts(
        f"agreements:\n  - {{id: a, title: A, {column}: {outer}, parties: [B, {{party: C, {column}: {inner}}}]}}\n"
    )
    assert [fact[column] for fact in found] == [outer, outer, inner]


def test_an_inner_fact_takes_over_nothing_else() -> None:
    [_, party] = facts("agreements:\n  - {id: a, fact_id: f, title: T, place: P, parties: [B]}\n")
    assert party == {"agreement_id": "a", "party": "B"}


def test_between_names_both_countries() -> None:
    [fact] = facts("indicators:\n  - {indicator: i, between: [Pakistan, Russia]}\n")
    assert (fact["country_a"], fact["country_b"]) == ("Pakistan", "Russia")


@pytest.mark.parametrize(
    ("written", "operator", "value"),
    [
        ("<20", "<", "20"),
        ("<= 20", "<=", "20"),
        (">80", ">", "80"),
        (">=80", ">=", "80"),
        ("~1000000000", "~", "1000000000"),
        ("=3.1", "=", "3.1"),
        ("-3", "=", "-3"),
        ("over 80", "=", "over 80"),
    ],
)
def test_a_figure_carries_its_operator(written: str, operator: str, value: str) -> None:
    [fact] = facts(f'trade:\n  - {{direction: total, value: "{written}"}}\n')
    assert fact == {"direction": "total", "operator": operator, "value": value, "reported_value": written}


@pytest.mark.parametrize("order", [("value: 20", "reported_value: a fifth"), ("reported_value: a fifth", "value: 20")])
def test_the_wording_of_a_figure_stays_beside_it(order: tuple[str, str]) -> None:
    [fact] = facts(f"indicators:\n  - {{{order[0]}, {order[1]}, operator: '<'}}\n")
    assert (fact["operator"], fact["value"], fact["reported_value"]) == ("<", "20", "a fifth")


def test_a_list_of_members_makes_a_membership_of_each() -> None:
    found = facts("memberships:\n  - {organization: BRICS, event: joined, members: [Brazil, NO]}\n")
    assert [fact["member"] for fact in found] == ["Brazil", "NO"]
    assert all(fact["organization"] == "BRICS" for fact in found)


def test_the_id_of_a_fact_without_an_id_of_its_own_is_its_fact_id() -> None:
    membership, topic = facts(
        "memberships:\n  - {id: bid, organization: o, member: m, event: applied, topics: [trade]}\n"
    )
    assert membership["fact_id"] == "bid"
    assert topic == {"subject_kind": "membership", "subject_id": "bid", "topic": "trade"}


def test_a_link_leads_from_the_fact_that_it_stands_in_or_to_it() -> None:
    found = facts(
        """
meetings:
  - id: m
    links:
      - {relation: concerns, to: {country: "iso3:RUS"}}
      - {relation: discussed_at, from: {organization: un}}
"""
    )
    edges = [tuple(fact[name] for name in ("subject_id", "relation", "object_id")) for fact in found]
    assert edges == [("m", "concerns", "iso3:RUS"), ("un", "discussed_at", "m")]


def test_steps_of_a_project_take_over_what_the_project_says() -> None:
    found = facts(
        """
projects:
  - id: mill
    name: Steel mill
    topics: [steel]
    events: [proposed, {event: agreed, occurred: 2024, name: Steel works}]
"""
    )
    assert [(fact.get("event"), fact.get("name"), fact.get("occurred")) for fact in found] == [
        (None, None, None),
        ("proposed", "Steel mill", None),
        ("agreed", "Steel works", "2024"),
    ]


def test_an_item_with_an_id_and_other_facts_in_it_only_refers() -> None:
    assert facts("agreements:\n  - {id: old, at: p2, events: [{event: ratified, party: Pakistan}]}\n") == [
        {"agreement_id": "old", "event": "ratified", "party": "Pakistan", "locator": "p2"}
    ]


def test_an_item_with_nothing_but_an_id_is_a_row_that_its_contract_will_judge() -> None:
    assert facts("agreements:\n  - {id: old}\n") == [{"agreement_id": "old"}]
    assert facts("agreements:\n  - {id: old, retracted: true, parties: [A]}\n")[0] == {
        "agreement_id": "old",
        "retracted": "true",
    }


@given(data=st.data(), feed=st.sampled_from(SECTIONS))
def test_whatever_a_table_can_say_a_dossier_can_say(data: st.DataObject, feed: str) -> None:
    row = {**data.draw(rows(NATIVE[feed])), "document_id": "doc"}
    text = yaml.safe_dump({"document": {"id": "doc", "kind": "dataset"}, feed: [row]}, allow_unicode=True)
    expansion = expand(text, file_name="a.yaml")
    assert expansion.messages() == ()
    [found] = expansion.rows[1:]
    defaults = {"operator": "=", "reported_value": row["value"]} if FORMS[feed].has_figure else {}
    assert dict(found.values) == {**defaults, **row}


# Where things stand


def test_a_row_knows_the_line_and_the_field_of_each_value() -> None:
    expansion = expanded(
        "meetings:\n"
        "  - id: a\n    kind: visit\n"
        "  - id: m\n    at: p1\n    kind: visit   # the second\n"
        "    participants:\n      - person: A\n        role: guest\n"
    )
    row = row_of(expansion, "meeting_participants")
    assert (row.place.line, row.place.path) == (9, "meetings[1].participants[0]")
    assert (row.place_of("role").line, row.place_of("role").path) == (10, "meetings[1].participants[0].role")
    assert (row.place_of("locator").line, row.place_of("locator").path) == (6, "meetings[1].at")
    assert row.place_of("represents").path == "meetings[1].participants[0].represents"
    assert row.raw_text == "person: A\n        role: guest"


def test_the_text_of_a_row_is_cut_at_the_right_character_behind_other_scripts() -> None:
    expansion = expanded('people:\n  - {id: a, name: "Алексей 阿 🙂"} # кто\n  - {id: b, name: Ünal}\n')
    assert [row.raw_text for row in expansion.rows[1:]] == ['{id: a, name: "Алексей 阿 🙂"}', "{id: b, name: Ünal}"]


def test_the_text_of_a_row_ends_where_the_fact_ends() -> None:
    expansion = expanded(
        "people:\n  - id: a\n    name: A\n  # about the next one\n  - id: b\n    name: B\n\n# the end\n"
    )
    assert [row.raw_text for row in expansion.rows[1:]] == ["id: a\n    name: A", "id: b\n    name: B"]


# What is wrong with it


def test_a_message_names_file_line_and_field() -> None:
    expansion = expanded("meetings:\n  - id: m\n    kind: [visit, call]\n")
    assert expansion.messages() == ("a.yaml, line 4, meetings[0].kind: found `[visit, call]`, expected one value",)


def test_an_unknown_field_is_kept_beside_the_row_and_the_nearest_name_suggested() -> None:
    expansion = expanded("meetings:\n  - {id: m, kind: visit, titel: Visit, zzz: 1}\n")
    assert not expansion.is_refused
    assert dict(row_of(expansion, "meetings").extras) == {"titel": "Visit", "zzz": "1"}
    titel, zzz = expansion.problems
    assert (titel.severity, titel.row_number, titel.expected) == (Severity.NOTED, 2, "`title`?")
    assert "participants" in zzz.expected


def test_a_name_that_is_like_none_gets_no_suggestion() -> None:
    [problem] = expanded("meetings:\n  - {id: m, kind: visit, colour: red}\n").problems
    assert problem.expected.startswith("a field of this list")


def test_an_item_with_an_unknown_field_is_no_mere_reference() -> None:
    expansion = expanded("agreements:\n  - {id: old, titel: T, parties: [A]}\n")
    assert [row.feed for row in expansion.rows[1:]] == ["agreements", "agreement_parties"]


def test_steps_do_not_share_the_fact_id_that_is_rejected() -> None:
    expansion = expanded("projects:\n  - {id: p, fact_id: x, events: [proposed, agreed]}\n")
    assert ["fact_id" in row.values for row in expansion.rows[1:]] == [True, False, False]


def test_an_unknown_field_of_a_project_stays_beside_each_of_its_steps() -> None:
    expansion = expanded("projects:\n  - {id: p, colour: red, events: [proposed, agreed]}\n")
    assert [dict(row.extras) for row in expansion.rows[1:]] == [{"colour": "red"}, {"colour": "red"}]
    assert [problem.severity for problem in expansion.problems] == [Severity.NOTED]


@pytest.mark.parametrize(
    ("body", "field", "expected"),
    [
        ("indicators:\n  - {between: [Pakistan]}\n", "between", "two countries"),
        ("indicators:\n  - {between: [Pakistan, Russia], country_a: India}\n", "country_a", "says it already"),
        ("indicators:\n  - {value: <20, operator: '>'}\n", "operator", "says it already"),
        ("meetings:\n  - {at: p1, locator: p2}\n", "locator", "meetings[0].at says it already"),
        ("meetings:\n  - {id: {a: b}}\n", "id", "one value"),
        ("meetings:\n  - {participant: [{person: A}]}\n", "participant", "`participants`?"),
        ("meetings:\n  - visit\n", "meetings[0]", "the fields of one fact"),
        ("meetings:\n  - [a]\n", "meetings[0]", "the fields of one fact"),
        ("statements:\n  - {target: brics}\n", "target", "{kind: id}"),
        ("statements:\n  - {target: {meeting: a, agreement: b}}\n", "target", "{kind: id}"),
        ("statements:\n  - {target: {meeting: [a]}}\n", "target", "{kind: id}"),
        ("memberships:\n  - {members: Brazil}\n", "members", "a list of values"),
        ("memberships:\n  - {members: []}\n", "members", "a list of values"),
        ("memberships:\n  - {members: [Brazil], member: India}\n", "member", "one of the two"),
        ("memberships:\n  - {id: x, members: [Brazil, India]}\n", "id", "a single fact"),
        ("projects:\n  - {id: p, fact_id: x, events: [proposed]}\n", "fact_id", "a single fact"),
        ("projects:\n  - {id: p, event: proposed, events: [agreed]}\n", "projects[0]", "one of the two"),
        ("topics:\n  - {document_id: other}\n", "document_id", "one document per dossier"),
    ],
)
def test_what_is_wrong_with_one_fact_costs_that_fact(body: str, field: str, expected: str) -> None:
    expansion = expanded(body + "people:\n  - {id: a, name: A}\n")
    assert not expansion.is_refused
    rejected = [problem for problem in expansion.problems if problem.severity is Severity.REJECTED]
    assert any(problem.place.path.endswith(field) and expected in problem.expected for problem in rejected)
    lost = {problem.row_number for problem in rejected}
    assert None not in lost
    kept = [row.feed for row in expansion.rows if row.row_number not in lost]
    assert kept[0] == "documents"
    assert kept[-1] == "people"


@pytest.mark.parametrize(
    "body",
    [
        "meetings:\n  - {kind: visit, participants: [{person: A}]}\n",
        "indicators:\n  - {indicator: i, topics: [trade]}\n",
    ],
)
def test_a_fact_that_stands_in_one_without_an_id_is_rejected_for_itself(body: str) -> None:
    expansion = expanded(body)
    [problem] = expansion.problems
    assert (problem.severity, problem.row_number) == (Severity.REJECTED, 3)
    assert "`id`" in problem.expected


def test_an_inner_fact_cannot_name_another_owner() -> None:
    expansion = expanded("agreements:\n  - {id: a, parties: [{party: B, agreement_id: c}]}\n")
    [problem] = expansion.problems
    assert problem.place.path == "agreements[0].parties[0].agreement_id"
    assert facts("agreements:\n  - {id: a, parties: [{party: B, agreement_id: a}]}\n")[0]["agreement_id"] == "a"


@pytest.mark.parametrize(
    ("text", "line", "found"),
    [
        ("", 1, "nothing"),
        ("# only a comment\n", 1, "nothing"),
        ("- a\n", 1, "`- a`"),
        ("meetings: []\n", 1, "nothing"),
        ("document: press\n", 1, "`press`"),
        ("document: {kind: dataset}\n", 1, "no `id`"),
        ("document: {id: Über}\n", 1, "`Über`"),
        ("document:\n  id: [a]\n", 2, "`[a]`"),
        (HEAD + "recorded_at: [1]\n", 2, "`[1]`"),
        (HEAD + "meeting: []\n", 2, "unknown section"),
        (HEAD + "documents: []\n", 2, "unknown section"),
        (HEAD + "meetings: visit\n", 2, "`visit`"),
        (HEAD + "meetings:\n  - id: m\n    participants: {person: A}\n", 4, "`{person: A}`"),
        (HEAD + "meetings:\n  - id: m\n   kind: visit\n", 4, ""),
        (HEAD + "meetings: [\n", 3, ""),
        (HEAD + 'title: "open\n', 3, ""),
        (HEAD + "---\na: b\n", 2, "a second document"),
        (HEAD + "document: {id: b}\n", 2, "a second time"),
        (HEAD + "meetings:\n  - {id: a, id: b}\n", 3, "a second time"),
        (HEAD + "people: &p []\n", 2, "anchor"),
        (HEAD + "people: *p\n", 2, "alias"),
        (HEAD + "people: !!python/object:os.system []\n", 2, "tag"),
        (HEAD + "people:\n  - name: a\0b\n", 3, "U+0000"),
        (HEAD + "? [a]\n: b\n", 2, "a list or mapping"),
        (HEAD + "people: " + "[" * 5000 + "\n", 2, "nested too deep"),
    ],
)
def test_what_is_wrong_with_the_file_refuses_it_and_says_where(text: str, line: int, found: str) -> None:
    expansion = expand(text, file_name="a.yaml")
    assert expansion.is_refused
    refused = [problem for problem in expansion.problems if problem.severity is Severity.REFUSED]
    assert (refused[0].place.line, found in refused[0].found) == (line, True), refused[0]
    assert expansion.messages(Severity.REFUSED)[0].startswith(f"a.yaml, line {line}")


def test_a_misspelt_section_or_document_is_recognised() -> None:
    assert "`meetings`?" in expand(HEAD + "meeting: []\n", file_name="a.yaml").problems[0].expected
    assert "`docment`" in expand("docment: {id: a}\n", file_name="a.yaml").problems[0].expected


def test_many_aliases_cannot_blow_a_small_file_up() -> None:
    bomb = "a: &a [x, x]\n" + "".join(f"{n}: &{n} [*{chr(ord(n) - 1)}, *{chr(ord(n) - 1)}]\n" for n in "bcdefghijkl")
    with pytest.raises(UnreadableYaml, match="anchor"):
        read(bomb)


def test_nesting_is_read_up_to_its_limit() -> None:
    assert read("[" * MAXIMUM_DEPTH + "]" * MAXIMUM_DEPTH) is not None
    with pytest.raises(UnreadableYaml, match="nested too deep"):
        read("[" * (MAXIMUM_DEPTH + 1) + "]" * (MAXIMUM_DEPTH + 1))


_TREES: st.SearchStrategy[Any] = st.recursive(
    TEXTS,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(TEXTS, inner, max_size=3)),
    max_leaves=12,
)


@given(
    tree=st.dictionaries(
        st.sampled_from(("document", "recorded_at", "meetings", "agreements", "links", "projects", "memberships")),
        _TREES,
    )
)
def test_whatever_the_yaml_holds_it_is_answered_and_never_raised(tree: dict[str, Any]) -> None:
    tree["document"] = {"id": "doc", **(tree["document"] if isinstance(tree.get("document"), dict) else {})}
    expansion = expand(yaml.safe_dump(tree, allow_unicode=True), file_name="a.yaml")
    numbers = [row.row_number for row in expansion.rows]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(set(row.values) <= set(NATIVE[row.feed].columns_by_name) for row in expansion.rows)
    assert {problem.row_number for problem in expansion.problems} <= {None, *numbers}


@given(text=st.text())
def test_any_text_at_all_is_answered(text: str) -> None:
    expansion = expand(text, file_name="a.yaml")
    assert expansion.is_refused or expansion.document_id is not None


def test_every_native_feed_has_a_form_whose_names_exist() -> None:
    assert set(FORMS) == set(NATIVE)
    assert (*SECTIONS,) == tuple(feed for feed in NATIVE if feed != "documents")
    for form in FORMS.values():
        columns = set(form.contract.columns_by_name)
        assert form.id_column in columns
        assert set(form.short.values()) | set(form.lists.values()) <= columns
        assert not set(form.short) & columns
        for reference in form.references.values():
            assert {reference.kind_column, reference.id_column} <= columns
        for nested in form.nested.values():
            inner = set(NATIVE[nested.feed].columns_by_name)
            assert {*nested.owner_columns, *nested.otherwise_columns} <= inner
            assert nested.single is None or nested.single in inner
            assert nested.is_step == (nested.feed == form.feed and not nested.owner_columns)
            assert form.kind is not None


def test_the_example_of_the_readme_is_in_order() -> None:
    readme = (PROJECT_ROOT / "raw/README.md").read_text(encoding="utf-8")
    example = readme.split("```yaml\n")[1].split("```")[0]
    expansion = expand(example, file_name="README.md")
    assert expansion.messages() == ()
    assert {row.feed for row in expansion.rows} >= {"meetings", "agreements", "indicators", "links", "topics"}
