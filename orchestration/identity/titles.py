"""Take a title apart: its words, the countries and organisations that it names, what else it says.

Belongs here: reading one title. Does not belong here: comparing two (`linkage`), or which name means which country
(dbt_project, whose tables are handed in).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from orchestration.countries.normal_form import normalise

_TRADE_AGREEMENT = re.compile(r"\b(free|preferential) trade\b")
_GLUED_YEAR = re.compile(r"([^\W\d_])((?:18|19|20)\d\d)\b")
_YEAR = re.compile(r"(?:18|19|20)\d\d")
_EMPTY_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "between",
        "by",
        "concerning",
        "for",
        "from",
        "in",
        "into",
        "of",
        "on",
        "s",
        "the",
        "to",
        "upon",
        "with",
    ]
)
_ROMAN = {
    "ii": "2", "iii": "3", "iv": "4", "v": "5", "vi": "6", "vii": "7", "viii": "8", "ix": "9", "x": "10",
    "first": "1", "second": "2", "third": "3", "fourth": "4", "fifth": "5", "sixth": "6", "seventh": "7",
    "1st": "1", "2nd": "2", "3rd": "3", "4th": "4", "5th": "5", "6th": "6", "7th": "7",
}  # fmt: skip
_LONGEST_NAME = 8
"""Words in the longest name that is looked for."""


@dataclass(frozen=True)
class Title:
    """What one title says."""

    words: tuple[str, ...]
    """In their order, as written but for case, accents, articles and the year."""
    meaning: tuple[str, ...]
    """Sorted, with names of countries and organisations as codes and numerals as digits."""
    mentions: frozenset[str]
    """The codes among the meaning."""
    topic: frozenset[str]
    """The words that are no code."""

    def subject(self, common: Collection[str]) -> frozenset[str]:
        """The words that say what it is about: neither codes nor what every other treaty is called."""
        words = " ".join(self.words)
        said = self.topic - {"free", "preferential", "trade"} if _TRADE_AGREEMENT.search(words) else self.topic
        return said - frozenset(common)

    @property
    def numbers(self) -> frozenset[str]:
        """The numbers and ordinals: of a protocol, an amendment, a convention."""
        return frozenset(word for word in self.topic if word.isdigit())


def read_title(text: str, names: Mapping[str, str]) -> Title:
    """Take a title apart; `names` maps normalised names to codes.

    A year says when, which dates say better: "Chile Mexico1998" and "Chile Mexico" are one title.
    """
    written = [word for word in _GLUED_YEAR.sub(r"\1 \2", normalise(text)).split() if not _YEAR.fullmatch(word)]
    mentions: list[str] = []
    topic: list[str] = []
    place = 0
    while place < len(written):
        for length in range(min(_LONGEST_NAME, len(written) - place), 0, -1):
            if code := names.get(" ".join(written[place : place + length])):
                mentions.append(code)
                place += length
                break
        else:
            word = written[place]
            # a numeral alone is the letter of a list or a name; "i" is left as it is written before a number
            topic.append("1" if word == "i" else _ROMAN.get(word, word))
            place += 1
    topic = [word for word in topic if word not in _EMPTY_WORDS]
    return Title(
        words=tuple(word for word in written if word not in _EMPTY_WORDS),
        meaning=tuple(sorted([*(f"={code}" for code in mentions), *topic])),
        mentions=frozenset(mentions),
        topic=frozenset(topic),
    )
