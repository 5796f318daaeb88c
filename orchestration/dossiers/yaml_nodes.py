"""Read YAML as text: every scalar stays as it is written, and knows its line.

YAML 1.1 reads `NO` as false, `2024-09-18` as a date and `0123` as 83; here they are text. What a dossier never needs
(anchors, aliases, tags, duplicate keys, a second document) is refused, so that a small file cannot become a large one
and no value can hide another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import yaml
from yaml.reader import Reader

MAXIMUM_DEPTH = 20
"""A dossier nests about six levels deep; a limit keeps hostile nesting from exhausting the stack."""

_PLAIN_TAGS = (None, "!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map")


class _Mark(Protocol):
    """A place in the text, counted from 0."""

    line: int
    column: int
    index: int


class UnreadableYaml(ValueError):
    """The text is no YAML, or YAML that a dossier may not hold."""

    def __init__(self, *, line: int, column: int, found: str, expected: str) -> None:
        super().__init__(f"line {line}, column {column}: found {found}, expected {expected}")
        self.line = line
        self.column = column
        self.found = found
        self.expected = expected


@dataclass(frozen=True, kw_only=True)
class Node:
    """A piece of the text: lines and columns count from 1, `text[start:end]` is the piece."""

    line: int
    column: int
    start: int
    end: int


@dataclass(frozen=True, kw_only=True)
class Scalar(Node):
    """One value, as text."""

    text: str


@dataclass(frozen=True, kw_only=True)
class Sequence(Node):
    """A list."""

    items: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True)
class Mapping(Node):
    """Fields and their values, in the order of the text; no field twice."""

    entries: tuple[tuple[Scalar, Node], ...]


def read(text: str) -> Node | None:
    """Return the one document in `text`, or None where there is nothing but white space and comments.

    Raises:
        UnreadableYaml: with line and column.
    """
    _refuse_unprintable(text)
    try:
        # The C loader, and no other: the one in Python does not read `{published: 2024-09?}`.
        return _build(yaml.parse(text, Loader=yaml.CBaseLoader))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise UnreadableYaml(
            line=mark.line + 1 if mark else 1,
            column=mark.column + 1 if mark else 1,
            found=", ".join(part for part in (error.problem, error.context) if part) + _begun(error),
            expected="valid YAML (indentation by spaces; quotes around a text that holds `: ` or ` #`)",
        ) from error


def _begun(error: yaml.MarkedYAMLError) -> str:
    """Return where the piece began that did not end well, if that was in another line."""
    begin, end = error.context_mark, error.problem_mark
    return f" begun in line {begin.line + 1}" if begin and end and begin.line != end.line else ""


@dataclass
class _Open:
    """A list or mapping whose end has not come yet."""

    event: yaml.Event
    children: list[Node]


def _build(events: Iterator[yaml.Event]) -> Node | None:
    """Put the events together without recursion."""
    root: Node | None = None
    documents = 0
    stack: list[_Open] = []
    for event in events:
        if isinstance(event, yaml.DocumentStartEvent):
            documents += 1
            if documents > 1:
                raise _refusal(event, found="a second document (`---`)", expected="one document per file")
            continue
        if isinstance(event, yaml.AliasEvent):
            raise _refusal(event, found=f"the alias *{event.anchor}", expected="the value itself")
        if isinstance(event, yaml.NodeEvent):
            _refuse_anchor_and_tag(event)
        if isinstance(event, yaml.SequenceStartEvent | yaml.MappingStartEvent):
            if len(stack) >= MAXIMUM_DEPTH:
                raise _refusal(event, found="a value nested too deep", expected=f"at most {MAXIMUM_DEPTH} levels")
            stack.append(_Open(event, []))
            continue
        if isinstance(event, yaml.ScalarEvent):
            node: Node = Scalar(text=event.value, **_span(event, event))
        elif isinstance(event, yaml.SequenceEndEvent | yaml.MappingEndEvent):
            node = _close(stack.pop(), event)
        else:
            continue
        if stack:
            stack[-1].children.append(node)
        else:
            root = node
    return root


def _close(opened: _Open, end: yaml.Event) -> Node:
    # The end of a block reaches over the comments behind it; its last child tells where it really ends.
    is_flow = getattr(opened.event, "flow_style", False)
    span = _span(opened.event, end)
    if opened.children and not is_flow:
        span["end"] = opened.children[-1].end
    if isinstance(opened.event, yaml.SequenceStartEvent):
        return Sequence(items=tuple(opened.children), **span)
    entries: list[tuple[Scalar, Node]] = []
    seen: dict[str, int] = {}
    for key, value in zip(opened.children[::2], opened.children[1::2], strict=True):
        if not isinstance(key, Scalar):
            raise UnreadableYaml(line=key.line, column=key.column, found="a list or mapping", expected="a field's name")
        if key.text in seen:
            raise UnreadableYaml(
                line=key.line,
                column=key.column,
                found=f"`{key.text}` a second time (first in line {seen[key.text]})",
                expected="every field once",
            )
        seen[key.text] = key.line
        entries.append((key, value))
    return Mapping(entries=tuple(entries), **span)


def _span(first: yaml.Event, last: yaml.Event) -> dict[str, int]:
    start, end = _mark(first.start_mark), _mark(last.end_mark)
    return {"line": start.line + 1, "column": start.column + 1, "start": start.index, "end": end.index}


def _mark(mark: _Mark | None) -> _Mark:
    """Return the mark that every event of a parsed text has."""
    if mark is None:
        raise TypeError("an event without a place")
    return mark


def _refusal(event: yaml.Event, *, found: str, expected: str) -> UnreadableYaml:
    mark = _mark(event.start_mark)
    return UnreadableYaml(line=mark.line + 1, column=mark.column + 1, found=found, expected=expected)


def _refuse_anchor_and_tag(event: yaml.NodeEvent) -> None:
    if event.anchor is not None:
        raise _refusal(event, found=f"the anchor &{event.anchor}", expected="the value alone (quote a text with &)")
    tag = getattr(event, "tag", None)
    if tag not in _PLAIN_TAGS:
        raise _refusal(event, found=f"the tag {tag}", expected="the value alone (quote a text with !)")


def _refuse_unprintable(text: str) -> None:
    unprintable = Reader.NON_PRINTABLE.search(text)
    if unprintable:
        before = text[: unprintable.start()]
        raise UnreadableYaml(
            line=before.count("\n") + 1,
            column=len(before) - (before.rfind("\n") + 1) + 1,
            found=f"the character U+{ord(unprintable.group()):04X}",
            expected="text without control characters, in UTF-8",
        )
