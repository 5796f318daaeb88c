"""What the lists of the Office of the Historian share: the fields of its own workflow."""

from __future__ import annotations

from orchestration.contracts.contract import Column, ColumnType


def _text(name: str, description: str) -> Column:
    return Column(name=name, type=ColumnType.TEXT, description=description, is_bookkeeping=True)


BOOKKEEPING = (
    _text("created_by", "Who created the record."),
    _text("created_datetime", "When the record was created."),
    _text("last_modified_by", "Who changed the record last."),
    _text("last_modified_datetime", "When the record was changed last."),
    _text("release_status_code", "The state of the record in the publisher's workflow, up to 2015."),
    _text("released_by", "Who released the record, up to 2015."),
    _text("release_datetime", "When the record was released, up to 2015."),
    _text("recalled_by", "Who recalled the record, up to 2015."),
    _text("recall_datetime", "When the record was recalled, up to 2015."),
)
"""Text, so that nothing in them can cost a row; a change of these alone is no news."""
