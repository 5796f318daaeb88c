"""The normal form in which two names of a country are compared.

Belongs here: the Python twin of the dbt macro `normalised_name`, needed to see at build time which names collide.
"""

from __future__ import annotations

import re
import unicodedata


class _CharacterTable(dict[int, str | None]):
    """For `str.translate`: letters and digits in lower case, marks away, all else a space."""

    def __missing__(self, codepoint: int) -> str | None:
        character = chr(codepoint)
        match unicodedata.category(character)[0]:
            case "L" | "N":
                # one character at a time: the lower case of a whole word knows the final sigma, that of DuckDB does not
                replacement: str | None = character.lower()
            case "M":
                replacement = None
            case _:
                replacement = " "
        self[codepoint] = replacement
        return replacement


_CHARACTERS = _CharacterTable()
_LEADING_ARTICLE = re.compile(r"^ *the ")
_SPACES = re.compile(r" +")


def normalise(text: str) -> str:
    """Return `text` in lower case, without accents, punctuation or a leading "the".

    >>> normalise("The Côte-d’Ivoire")
    'cote d ivoire'
    """
    # recomposed at the end for Hangul, whose syllables come apart into letters
    bare = unicodedata.normalize("NFC", unicodedata.normalize("NFD", text).translate(_CHARACTERS))
    return _LEADING_ARTICLE.sub("", _SPACES.sub(" ", bare)).strip()
