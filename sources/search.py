"""Full-text search: what a person types, as a condition and a rank over rows that carry their own vectors."""

import re
import unicodedata
from collections.abc import Sequence
from functools import reduce
from operator import or_

from django.contrib.postgres.search import SearchQuery, SearchRank
from django.db.models import F, Q

RANKED = 1_000
"""How many matches are ranked at most: the rank of a common word's every match would take a second."""

_WORD = re.compile(r"\w+")
_PLAIN = str.maketrans(
    "‘’‚‛“”„‟«»‹›‐‑‒–—―…·•。、「」『』",
    "'" * 4 + '"' * 8 + "-" * 6 + " " * 9,
)


def fold(text: str) -> str:
    """The text without its accents and with plain punctuation, as the database's ``gainsay_fold`` does it.

    Where the locale is C, PostgreSQL takes a typographic quotation mark for a letter of the word beside it.
    """
    return re.sub("[\u0300-\u036f]+", "", unicodedata.normalize("NFKD", text)).translate(_PLAIN)


class Search:
    """What was typed, as conditions over a row's ``search`` vector.

    ``configs`` are the text-search configurations that the rows searched may have. With ``prefix`` the last word is
    taken for a beginning, as in search as you type; else the words are read as a web search reads them ("-" excludes,
    quotation marks keep words together, "or" joins).
    """

    def __init__(self, words: str, configs: Sequence[str], *, prefix: bool = False) -> None:
        words = fold(words.replace("\0", " ")).strip()
        found = _WORD.findall(words)
        self.is_empty = not found
        if prefix:
            terms = [f"'{word}'" for word in found]
            words = " & ".join([*terms[:-1], f"{terms[-1]}:*"]) if terms else ""
        self.query: SearchQuery = reduce(
            or_,
            [
                SearchQuery(words, config=config, search_type="raw" if prefix else "websearch")
                for config in dict.fromkeys([*configs] or ["simple"])
            ],
        )

    def condition(self) -> Q:
        return Q(search=self.query)

    def rank(self) -> SearchRank:
        """A match in what weighs A (a title, a statement) counts more; longer texts count less."""
        return SearchRank(F("search"), self.query, normalization=1)
