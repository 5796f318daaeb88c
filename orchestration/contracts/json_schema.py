"""The JSON Schema of a dossier: completion and hints in an editor, made from the contracts and the short form.

It is stricter than the expansion in one thing: a field that nobody knows is an error here, because in an editor it is
a slip of the pen; on the way in it is kept and reported.
"""

from __future__ import annotations

from typing import Any

from orchestration.contracts import Column, ColumnType
from orchestration.contracts.common import KINDS, OPERATORS, REFERENCE_PATTERN
from orchestration.dossiers.form import BETWEEN, FIGURE, FORMS, SECTION_ALIASES, SECTIONS, Form, Nested

Schema = dict[str, Any]

DRAFT = "http://json-schema.org/draft-07/schema#"
"""The draft that YAML editors know best."""

_ID_PATTERN = "^[a-z0-9-]{1,120}$"
_FIGURE_PATTERN = (
    "^(" + "|".join(sorted(OPERATORS, key=len, reverse=True)) + r")?\s*[+-]?[0-9]*\.?[0-9]+([eE][+-]?[0-9]+)?$"
)
_DATE_HINT = "A date as precise as it is known: 2024, 2024-09, 2024-09-18, 2024-09?, 2024-09~, 2024-01/2024-06."


def dossier_schema() -> Schema:
    """Return the schema of `raw/dossiers/*.yaml`."""
    sections: Schema = {
        name: {
            "description": f"{FORMS[feed].contract.grain[0].upper()}{FORMS[feed].contract.grain[1:]}.",
            "type": "array",
            "items": {"$ref": f"#/definitions/{feed}"},
        }
        for name, feed in [*((feed, feed) for feed in SECTIONS), *SECTION_ALIASES.items()]
    }
    return {
        "$schema": DRAFT,
        "title": "Dossier",
        "description": "One document and all facts that were recorded from it.",
        "type": "object",
        "required": ["document"],
        "additionalProperties": False,
        "properties": {
            "document": {"$ref": "#/definitions/documents"},
            "recorded_at": _column(FORMS["documents"].contract.column("recorded_at")),
            **sections,
        },
        "definitions": {feed: _fact(form) for feed, form in FORMS.items()},
    }


def _fact(form: Form) -> Schema:
    """Return the schema of one item of a section."""
    contract = form.contract
    properties: Schema = {}
    for name, column_name in form.fields.items():
        if column_name == "document_id" and form.feed != "documents":
            continue  # a dossier has one document
        properties[name] = _figure() if name == FIGURE and form.has_figure else _column(contract.column(column_name))
    properties["id"]["description"] = _id_description(form)
    if form.has_between:
        properties[BETWEEN] = {
            "description": "The two countries that it is about.",
            "type": "array",
            "items": {"type": "string"},
            "minItems": 2,
            "maxItems": 2,
        }
    for name, reference in form.references.items():
        properties[name] = _reference(contract.column(reference.id_column))
    for name, column_name in form.lists.items():
        properties[name] = {
            "description": f"Several at once, a fact for each. {contract.column(column_name).description}",
            "type": "array",
            "items": _column(contract.column(column_name)),
            "minItems": 1,
        }
    for name, nested in form.nested.items():
        properties[name] = _nested(nested)
    schema: Schema = {
        "description": f"{contract.grain[0].upper()}{contract.grain[1:]}.",
        "type": "object",
        "additionalProperties": False,
        "properties": properties,
    }
    if form.feed == "documents":
        schema["required"] = ["id", *(name for name in contract.required if name != form.id_column)]
    return schema


def _id_description(form: Form) -> str:
    if form.id_column == "fact_id":
        return form.contract.column("fact_id").description
    return form.contract.column(form.id_column).description


def _nested(nested: Nested) -> Schema:
    items: Schema = {"$ref": f"#/definitions/{nested.feed}"}
    if nested.single:
        items = {"anyOf": [_column(FORMS[nested.feed].contract.column(nested.single)), items]}
    grain = FORMS[nested.feed].contract.grain
    return {"description": f"{grain[0].upper()}{grain[1:]}.", "type": "array", "items": items}


def _reference(column: Column) -> Schema:
    one = {"type": "string", "pattern": f"^({REFERENCE_PATTERN})$"}
    return {
        "description": f"{{kind: id}}. {column.description}",
        "type": "object",
        "properties": dict.fromkeys(KINDS, one),
        "additionalProperties": False,
        "minProperties": 1,
        "maxProperties": 1,
    }


def _figure() -> Schema:
    return {
        "description": 'The figure, with <, <=, >, >= or ~ (about) before it where it is no exact one: "<20".',
        "type": ["string", "number"],
        "pattern": _FIGURE_PATTERN,
        "examples": ["<20", "~1000000000", 3.1],
    }


def _column(column: Column) -> Schema:
    """Return the schema of one value; a pattern binds text only, since an editor may read `2024` as a number."""
    schema: Schema = {"description": column.description}
    match column.type:
        case ColumnType.ENUM:
            schema |= {"type": "string", "enum": list(column.allowed)}
        case ColumnType.ID:
            schema |= {"type": ["string", "number"], "pattern": _ID_PATTERN}
        case ColumnType.BOOLEAN:
            schema |= {"type": ["boolean", "string"], "examples": [True, False]}
        case ColumnType.DECIMAL | ColumnType.INTEGER:
            schema |= {"type": ["number", "string"]}
            schema |= {key: bound for key, bound in _bounds(column).items() if bound is not None}
        case ColumnType.EDTF:
            schema |= {"type": ["string", "number"], "description": f"{column.description} {_DATE_HINT}"}
        case _:
            schema |= {"type": ["string", "number"]}
    if column.pattern:
        schema["pattern"] = f"^({column.pattern})$"
    if column.example and column.type is not ColumnType.ENUM:
        schema["examples"] = [column.example]
    return schema


def _bounds(column: Column) -> dict[str, float | None]:
    return {"minimum": column.minimum, "maximum": column.maximum}
