"""Take a title apart: its words, the countries and organisations that it names, what else it says.

Belongs here: reading one title. Does not belong here: comparing two (`linkage`), or which name means which country
(dbt_project, whose tables are handed in).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from orchestration.countries.normal_form import normalise

_TRADE_AGREEMENT = re.compile(r"\b(free|preferential) trade\b")
_GLUED_YEAR = re.compile(r"([^\W\d_])((?:18|19|20)\d\d)\b")
_GLUED_WORDS = re.compile(r"(?<=[a-z]{2})(?=[A-Z])|(?<=[A-Z]{2})(?=[A-Z][a-z]{2})")
_ABBREVIATION = re.compile(r"\b([A-Z]{2})(?:18|19|20)\d\d\b")
_COUNTRY = re.compile(r"[A-Z]{3}")
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
_SHORTEST_MISSPELT_NAME = 5
"""Letters of the shortest name that is recognised where it is misspelt."""


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
    plain: tuple[str, ...]
    """The words in their order, without what only repeats others, and with `=` in the place of each country."""
    countries: tuple[str, ...]
    """The words of the countries' names, spelt right, without the second name of one."""
    is_glued_to_year: bool
    """Whether a country is only an abbreviation with a year behind it, which may be another word: "US2004"."""

    def says_the_same(self, other: Title, common: Collection[str]) -> bool:
        """Whether both are the same words in the same order, in which countries may have changed places.

        The style of a state ("Korea, Republic of"), initials in brackets, a country's second name and a slip of the
        pen do not count; another name of it does: "Macedonia" is not always "FYROM".
        """

        def without_style(words: Iterable[str]) -> list[str]:
            return [word for word in words if word not in common]

        return (
            self.meaning == other.meaning
            and without_style(self.plain) == without_style(other.plain)
            and sorted(without_style(self.countries)) == sorted(without_style(other.countries))
        )

    def subject(self, common: Collection[str]) -> frozenset[str]:
        """The words that say what it is about: neither codes nor what every other treaty is called."""
        words = " ".join(self.words)
        said = self.topic - {"free", "preferential", "trade"} if _TRADE_AGREEMENT.search(words) else self.topic
        return said - frozenset(common)

    @cached_property
    def numbers(self) -> frozenset[str]:
        """The numbers and ordinals: of a protocol, an amendment, a convention."""
        return frozenset(word for word in self.topic if word.isdigit())


def read_title(text: str, names: Mapping[str, str]) -> Title:
    """Take a title apart; `names` maps normalised names to codes.

    A year says when, which dates say better: "Chile Mexico1998" and "Chile Mexico" are one title.
    """
    parted = _GLUED_YEAR.sub(r"\1 \2", normalise(_GLUED_WORDS.sub(" ", text)))
    written = [word for word in parted.split() if not _YEAR.fullmatch(word)]
    initials = _repeated_initials([word for word in written if word not in _EMPTY_WORDS])
    mentions: list[str] = []
    topic: list[str] = []
    plain: list[str] = []
    countries: list[str] = []
    place = 0
    while place < len(written):
        if name := _name_at(written, place, names):
            length, spelt, code = name
            if code not in mentions:
                name_words = [word for word in spelt.split() if word not in _EMPTY_WORDS]
                is_country = _COUNTRY.fullmatch(code) is not None
                plain += ["="] if is_country else name_words
                countries += name_words if is_country else []
            mentions.append(code)
            place += length
            continue
        word = written[place]
        place += 1
        if word not in _EMPTY_WORDS and word not in initials:
            plain.append(word)
            # a numeral alone is the letter of a list or a name; "i" is left as it is written before a number
            topic.append("1" if word == "i" else _ROMAN.get(word, word))
    return Title(
        words=tuple(word for word in written if word not in _EMPTY_WORDS),
        meaning=tuple(sorted([*(f"={code}" for code in set(mentions)), *topic])),
        mentions=frozenset(mentions),
        topic=frozenset(topic),
        plain=tuple(plain),
        countries=tuple(countries),
        is_glued_to_year=any(_COUNTRY.fullmatch(names.get(word.lower(), "")) for word in _ABBREVIATION.findall(text)),
    )


def _name_at(words: list[str], place: int, names: Mapping[str, str]) -> tuple[int, str, str] | None:
    """Return how many words from `place` are the longest name, that name as it is spelt right, and its code."""
    longest = min(_LONGEST_NAME, len(words) - place)
    phrases = {length: " ".join(words[place : place + length]) for length in range(longest, 0, -1)}
    for length, phrase in phrases.items():
        if code := names.get(phrase):
            return length, phrase, code
    for length in range(min(2, longest), 0, -1):
        if spelt := _spelt_right(phrases[length], names):
            return length, spelt, names[spelt]
    return None


def _spelt_right(phrase: str, names: Mapping[str, str]) -> str | None:
    """Return the name that was written with one letter too many, or two neighbours exchanged: "nepaln", "buglaria"."""
    if len(phrase) <= _SHORTEST_MISSPELT_NAME or not _EMPTY_WORDS.isdisjoint(phrase.split()):
        return None
    for place in range(1, len(phrase)):
        before, after = phrase[:place], phrase[place + 1 :]
        # an adjective is no slip: "Indian" is not India
        is_adjective = not after and phrase.endswith("an")
        if not is_adjective and before + after in names:
            return before + after
        if after and (exchanged := before + after[0] + phrase[place] + after[1:]) in names:
            return exchanged
    return None


def _repeated_initials(words: list[str]) -> frozenset[str]:
    """Return the words that are the initials of those before or after them: "Common Economic Zone (CEZ)"."""
    letters = "".join(word[0] for word in words)
    return frozenset(
        word
        for place, word in enumerate(words)
        if len(word) > 2 and (letters[:place].endswith(word) or letters[place + 1 :].startswith(word))
    )
