"""Words of a text, their stems, and BM25 over a pool held in memory.

For small dossiers and the benchmark; in the application PostgreSQL's full text finds words. BM25 as in Robertson and
Zaragoza 2009, "The Probabilistic Relevance Framework: BM25 and Beyond" (Foundations and Trends in IR 3), with the
non-negative idf that Lucene uses.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from scipy import sparse

_WORD = re.compile(r"\w+(?:[’'][a-z]+)?")
_UNSPACED = re.compile(r"[぀-ヿ㐀-鿿豈-﫿฀-๿]+")

STOP = frozenset(
    """a an the this that these those of in on at by for from to with within into onto over under about as and or but
    if then than so such it its is are was were be been being am do does did done have has had having he she they them
    him her his hers their theirs we us our you your i me my who whom whose which what when where while there here also
    just very more most much many some any other another each every all both only own same s will would shall should
    can could may might must up down out off again further once because during before after between through""".split()
)
"""English words that tell nothing of what a sentence is about. Negations are kept: they tell."""


def plain_words(text: str) -> list[str]:
    """Lower-case words without accents; runs of script without spaces as overlapping pairs of characters."""
    text = "".join(
        one for one in unicodedata.normalize("NFKD", text.lower()) if not "\u0300" <= one <= "\u036f"
    )
    found: list[str] = []
    for word in _WORD.findall(unicodedata.normalize("NFC", text)):
        if _UNSPACED.search(word):
            found += [word[at : at + 2] for at in range(max(1, len(word) - 1))]
        else:
            found.append(word)
    return found


def content_words(text: str) -> list[str]:
    """Stems of the words that tell what an English text is about."""
    return [stem(word) for word in plain_words(text) if word not in STOP]


IRREGULAR = {
    form: base
    for base, *forms in (
        row.split()
        for row in """rise rose risen, fall fell fallen, grow grew grown, begin began begun, lose lost, win won, sell
        sold, buy bought, tell told, know knew known, go went gone, give gave given, take took taken, hold
        held, meet met, make made, build built, break broke broken, freeze froze frozen, draw drew drawn,
        withdraw withdrew withdrawn, forbid forbade forbidden, fight fought, sink sank sunk, shrink shrank
        shrunk, keep kept, stand stood, say said, run ran, sit sat, sleep slept, swim swam swum, speak spoke
        spoken, choose chose chosen, hide hid hidden, think thought, bring brought, become became, come
        came, pay paid, send sent, spend spent, lend lent, teach taught, catch caught, seek sought, write
        wrote written, show shown, see saw seen, hear heard, feel felt, mean meant, understand understood,
        overcome overcame, overtake overtook overtaken, uphold upheld, withhold withheld, betray betrayed,
        swear swore sworn, steal stole stolen, throw threw thrown, fly flew flown, drive drove driven, ride
        rode ridden, eat ate eaten, drink drank drunk, sing sang sung, forget forgot forgotten, arise arose
        arisen, undergo underwent, mislead misled, foresee foresaw foreseen, flee fled, lead led, arm armed,
        die died dying, lie lying, tie tied tying, deny denied denies denying""".split(",")
    )
    for form in forms
}
"""Forms of English verbs that no ending tells."""


@lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """A light English stem: endings of number, tense, degree and of nouns made from verbs, taken off.

    After Porter 1980 ("An algorithm for suffix stripping") in spirit, far shorter; made only to let words of one
    family meet, so a stem need not be a word.
    """
    word = word.replace("’", "'").removesuffix("'s")
    word = IRREGULAR.get(word, word)
    if len(word) < 4 or word in _WHOLE or not word.isascii() or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = word[:-3] + "y"
    elif word.endswith(("sses", "shes", "ches", "xes", "zes")):
        word = word[:-2]
    elif word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending, put in _ENDINGS:
        if (
            word.endswith(ending)
            and len(word) - len(ending) >= 3
            and re.search("[aeiouy]", word[: -len(ending)])
        ):
            word = word[: -len(ending)] + put
            if not put and len(word) > 3 and word[-1] == word[-2] and word[-1] not in "lsz":
                word = word[:-1]
            break
    if len(word) > 3 and word[-1] == "e":
        word = word[:-1]
    if len(word) > 2 and word[-1] == "y" and word[-2] not in "aeiou":
        word = word[:-1] + "i"
    return word


_WHOLE = frozenset(
    """evening morning nothing something anything everything during bring spring string building being thing likely
    unlikely early only family supply apply reply rely ally need seed feed speed indeed hundred united species series
    news politics economics always perhaps whereas""".split()
)
"""Words whose ending is no ending."""

_ENDINGS = (
    ("ational", "ate"),
    ("isation", "ise"),
    ("ization", "ise"),
    ("ication", "y"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("iveness", "ive"),
    ("ation", "ate"),
    ("ingly", ""),
    ("edly", ""),
    ("ement", ""),
    ("ness", ""),
    ("ment", ""),
    ("ally", "al"),
    ("ised", "ise"),
    ("ized", "ise"),
    ("ising", "ise"),
    ("izing", "ise"),
    ("ize", "ise"),
    ("ied", "y"),
    ("ing", ""),
    ("ed", ""),
    ("ly", ""),
    ("ion", ""),
)


def rarities(texts: Sequence[Sequence[str]]) -> dict[str, float]:
    """How much each stem tells: its idf among the texts, 1 in the mean over all words of all texts.

    Under the empty stem stands what one tells that is in none of them.
    """
    holding = Counter(stem for stems in texts for stem in set(stems))
    idf = {one: math.log(1 + (len(texts) - n + 0.5) / (n + 0.5)) for one, n in holding.items()}
    total = sum(holding.values())
    mean = sum(idf[one] * n for one, n in holding.items()) / total if total else 1.0
    most = math.log(1 + (len(texts) + 0.5) / 0.5)
    return {one: value / mean for one, value in idf.items()} | {"": most / mean}


class Bm25:
    """A pool of texts, scored against others by the words they share. Memory and time are linear in words."""

    def __init__(
        self,
        texts: Sequence[str],
        split: Callable[[str], list[str]] = plain_words,
        k1: float = 1.2,
        b: float = 0.75,
    ) -> None:
        self._split = split
        counts = [Counter(split(text)) for text in texts]
        self.vocabulary: dict[str, int] = {}
        rows: list[int] = []
        columns: list[int] = []
        values: list[float] = []
        lengths = np.array([sum(count.values()) for count in counts], dtype=np.float32)
        mean = float(lengths.mean()) or 1.0 if len(lengths) else 1.0
        for row, count in enumerate(counts):
            norm = k1 * (1 - b + b * float(lengths[row]) / mean)
            for word, times in count.items():
                rows.append(row)
                columns.append(self.vocabulary.setdefault(word, len(self.vocabulary)))
                values.append(times * (k1 + 1) / (times + norm))
        matrix = sparse.csr_matrix(
            (np.array(values, dtype=np.float32), (rows, columns)), shape=(len(texts), len(self.vocabulary))
        )
        holding = np.bincount(np.array(columns, dtype=np.int64), minlength=len(self.vocabulary))
        self.idf = np.log(1 + (len(texts) - holding + 0.5) / (holding + 0.5)).astype(np.float32)
        self._by_word = (matrix @ sparse.diags(self.idf)).T.tocsr()

    def scores(self, queries: Sequence[str]) -> npt.NDArray[np.float32]:
        """[queries, pool]: how well each text of the pool answers each query."""
        rows: list[int] = []
        columns: list[int] = []
        values: list[float] = []
        for row, query in enumerate(queries):
            for word, times in Counter(self._split(query)).items():
                if word in self.vocabulary:
                    rows.append(row)
                    columns.append(self.vocabulary[word])
                    values.append(times)
        asked = sparse.csr_matrix(
            (np.array(values, dtype=np.float32), (rows, columns)), shape=(len(queries), len(self.vocabulary))
        )
        made: npt.NDArray[np.float32] = (asked @ self._by_word).toarray().astype(np.float32)
        return made

    def weight(self, word: str) -> float:
        """How rare a word (as ``split`` gives it) is in the pool; the rarest for one that it does not hold."""
        at = self.vocabulary.get(word)
        return float(self.idf[at]) if at is not None else float(self.idf.max(initial=1.0))
