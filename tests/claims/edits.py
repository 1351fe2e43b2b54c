"""Random edits of a text that keep account of where each of its characters goes: what anchoring is held against."""

import random
import unicodedata
from dataclasses import dataclass, field

FIRST = ["ba", "ke", "lo", "mi", "nu", "ra", "se", "ti", "vo", "zé"]
LAST = ["d", "f", "gan", "k", "lor", "m", "nes", "r", "s", "tav"]
WORDS = [one + other + last for one in FIRST for other in FIRST[:6] for last in LAST]
FRESH = ["x" + word for word in WORDS]
"""Words that no old text has: what is written anew is of these."""
COMMON = ["the", "of", "and", "in", "to"]
BOILERPLATE = [
    "The ministry declined to comment.",
    "According to a spokesman, the figures are not final.",
    "“We do not know,” she said.",
]


@dataclass(frozen=True)
class Char:
    """A character, and where it stood in the old text: nowhere when it was written anew."""

    sign: str
    was: int = -1


Word = list[Char]
"""A word with the signs on it and the white space after it."""


@dataclass
class Paragraph:
    words: list[Word]
    home: int = -1
    """Where it stands among the paragraphs of the old text; -1 when it is new, or was moved."""
    settled: bool = False
    """It, or what stands beside it, was copied: they are left alone, or nobody could tell a copy from what it is of."""


@dataclass
class Case:
    """An old text, what became of it, and quotes of it with the place of each in the new text, None for the lost.

    ``company``: how much of the words around each quote (32 characters a side, more where the old text has the quote
    twice) still stands before and after it in its paragraph. Where that is little, a person may be asked.
    """

    old: str
    new: str
    quotes: list[tuple[int, int]]
    truth: list[tuple[int, int] | None]
    company: list[float]
    done: list[str] = field(default_factory=list)


def make_case(seed: int, *, edits: int = 0, quotes: int = 40, decoys: bool = True) -> Case:
    """A case of so many edits, or of up to 30; ``decoys`` are words that are taken up elsewhere in other company."""
    chance = random.Random(seed)
    return Editor(chance, decoys=decoys).case(edits or chance.randint(1, 30), quotes)


class Editor:
    """Writes a text and edits it."""

    def __init__(self, chance: random.Random, *, decoys: bool) -> None:
        self.chance = chance
        self.paragraphs: list[Paragraph] = []
        self.done: list[str] = []
        # Of what is copied where other things move about, nobody could tell which is the copy.
        self.kinds = {
            self._insert: 4,
            self._delete: 4,
            self._replace: 5,
            self._write_paragraph: 1,
            self._cut_paragraph: 1,
            self._copy_words: 2 if decoys else 0,
            self._set_otherwise: 3,
            chance.choice([self._move_paragraph, self._copy_paragraph]): 2,
        }

    def case(self, edits: int, quotes: int) -> Case:
        old = "\n\n".join(self._paragraph() for _ in range(self.chance.randint(5, 12)))
        at = 0
        for home, line in enumerate(old.split("\n\n")):
            words, begin = [], at
            for end in range(at, at + len(line)):
                if line[end - at] == " ":
                    words.append([Char(old[place], place) for place in range(begin, end + 1)])
                    begin = end + 1
            words.append([Char(old[place], place) for place in range(begin, at + len(line))])
            self.paragraphs.append(Paragraph(words, home))
            at += len(line) + 2
        places = [self._quote(old) for _ in range(quotes)]
        for _ in range(edits):
            self._edit()
        chars = [
            char
            for place, paragraph in enumerate(self.paragraphs)
            for char in [*([Char("\n")] * 2 if place else []), *(c for word in paragraph.words for c in word)]
        ]
        new = "".join(char.sign for char in chars)
        truth = [_truth(old, chars, place) for place in places]
        company = [_company(old, chars, *both) for both in zip(places, truth, strict=True)]
        return Case(old, new, places, truth, company, self.done)

    def _paragraph(self) -> str:
        return " ".join(
            self.chance.choice(BOILERPLATE) if self.chance.random() < 0.15 else self._sentence(WORDS)
            for _ in range(self.chance.randint(3, 6))
        )

    def _sentence(self, words: list[str]) -> str:
        written = [self._word(words) for _ in range(self.chance.randint(5, 14))]
        return " ".join(written).capitalize() + "."

    def _word(self, words: list[str]) -> str:
        kind = self.chance.random()
        if kind < 0.25:
            return self.chance.choice(COMMON)
        if kind < 0.3:
            return f"“{self.chance.choice(words)}”"
        if kind < 0.35:
            return f"{self.chance.randint(2, 99)},{self.chance.randint(100, 999)}"
        if kind < 0.4:
            return f"{self.chance.choice(words)}-{self.chance.choice(words)}"
        return self.chance.choice(words)

    def _quote(self, old: str) -> tuple[int, int]:
        """From the beginning of a word to the end of one, at times within a word, or over two paragraphs."""
        start = self.chance.randrange(len(old) - 30)
        end = min(len(old), start + self.chance.choice([15, 30, 60, 120, 250]))
        if self.chance.random() < 0.9:
            # From the beginning of a word to the end of one.
            while start and not old[start - 1].isspace():
                start -= 1
            while end < len(old) and not old[end].isspace():
                end += 1
        while old[start].isspace():
            start += 1
        while old[end - 1].isspace():
            end -= 1
        return start, end

    # Edits. What is written anew is of fresh words, and nothing is taken out that stands beside its like.

    def _edit(self) -> None:
        [edit] = self.chance.choices(list(self.kinds), list(self.kinds.values()))
        edit()
        self.done.append(edit.__name__)

    def _fresh(self, least: int, most: int) -> list[Word]:
        return [
            [Char(sign) for sign in self._fresh_word() + " "] for _ in range(self.chance.randint(least, most))
        ]

    def _fresh_word(self) -> str:
        return self.chance.choice(FRESH) + ("." if self.chance.random() < 0.1 else "")

    def _open(self, least: int = 2) -> Paragraph | None:
        open_ones = [one for one in self.paragraphs if not one.settled and len(one.words) >= least]
        return self.chance.choice(open_ones) if open_ones else None

    def _run(self, paragraph: Paragraph) -> tuple[int, int]:
        """Some words, not the last one, that are not like what stands beside them."""
        words = paragraph.words
        for _ in range(20):
            first = self.chance.randrange(len(words) - 1)
            last = min(len(words) - 1, first + self.chance.randint(1, 8))
            if not any(
                _text(words[first + step]) == _text(words[min(last + step, len(words) - 1)])
                or _text(words[first - 1 - step]) == _text(words[last - 1 - step])
                for step in range(2)
                if first - 1 - step >= 0
            ):
                return first, last
        return first, first

    def _insert(self) -> None:
        if paragraph := self._open():
            at = self.chance.randrange(len(paragraph.words))
            paragraph.words[at:at] = self._fresh(1, 12)

    def _delete(self) -> None:
        if paragraph := self._open(12):
            first, last = self._run(paragraph)
            del paragraph.words[first:last]

    def _replace(self) -> None:
        if paragraph := self._open():
            first, last = self._run(paragraph)
            if first < last:
                paragraph.words[first:last] = self._fresh(1, 8)

    def _write_paragraph(self) -> None:
        words = self._fresh(8, 40)
        words[-1].pop()
        self.paragraphs.insert(self.chance.randint(0, len(self.paragraphs)), Paragraph(words))

    def _cut_paragraph(self) -> None:
        if len(self.paragraphs) > 3 and (paragraph := self._open()):
            self.paragraphs.remove(paragraph)

    def _move_paragraph(self) -> None:
        if paragraph := self._open():
            self.paragraphs.remove(paragraph)
            paragraph.home = -1
            self.paragraphs.insert(self.chance.randint(0, len(self.paragraphs)), paragraph)

    def _copy_paragraph(self) -> None:
        """A copy, anywhere but beside what it was copied from; not of what other paragraphs have too."""
        paragraph = self._open()
        if paragraph and not any(
            one in "".join(map(_text, paragraph.words)) for one in ("spokesman", "ministry", "“We")
        ):
            here = self.paragraphs.index(paragraph)
            company = self.paragraphs[max(here - 1, 0) : here + 2]
            others = [at for at in range(len(self.paragraphs) + 1) if not here - 1 <= at <= here + 2]
            at_home = all(
                other.home - paragraph.home == self.paragraphs.index(other) - here for other in company
            )
            if others and paragraph.home >= 0 and at_home and len(company) == 3:
                for other in company:
                    other.settled = True
                copy = [[Char(char.sign) for char in word] for word in paragraph.words]
                self.paragraphs.insert(self.chance.choice(others), Paragraph(copy, settled=True))

    def _copy_words(self) -> None:
        """A few words, taken up again in other company; at times they are gone where they stood."""
        source, target = self._open(16), self._open()
        if source and target and source is not target:
            first, last = self._run(source)
            last = min(last, first + 4)
            copy = [[Char(char.sign) for char in word] for word in source.words[first:last]]
            at = self.chance.randrange(len(target.words))
            target.words[at:at] = [*self._fresh(6, 9), *copy, *self._fresh(6, 9)]
            if self.chance.random() < 0.5:
                del source.words[first:last]

    def _set_otherwise(self) -> None:
        """The same words, set in another way."""
        if paragraph := self._open():
            first = self.chance.randrange(len(paragraph.words))
            for word in paragraph.words[first : first + 20]:
                word[:] = [Char(sign, char.was) for char in word for sign in self._otherwise(char.sign)]

    def _otherwise(self, sign: str) -> str:
        other = {
            "“": '"',
            "”": '"',
            '"': "”",
            "-": "–",
            "–": "-",
            " ": self.chance.choice([" ", "\u00a0", "  "]),
        }
        if sign in other:
            return other[sign]
        return unicodedata.normalize("NFD", sign)


def _text(word: Word) -> str:
    return "".join(char.sign for char in word).strip()


def _truth(old: str, chars: list[Char], quote: tuple[int, int]) -> tuple[int, int] | None:
    """Where the words of a quote stand now: all of them, in their order, with nothing between them."""
    start, end = quote
    # A quote that begins or ends within a word stands or falls with the whole word.
    low, high = start, end
    while low and not old[low - 1].isspace():
        low -= 1
    while high < len(old) and not old[high].isspace():
        high += 1
    there = [(at, char.was) for at, char in enumerate(chars) if low <= char.was < high]
    wanted = [place for place in range(low, high) if not old[place].isspace()]
    if sorted({was for _, was in there} - {p for p in range(low, high) if old[p].isspace()}) != wanted:
        return None
    first, last = there[0][0], there[-1][0]
    between = [
        char for char in chars[first : last + 1] if not low <= char.was < high and not char.sign.isspace()
    ]
    order = [was for _, was in there]
    if between or order != sorted(order):
        return None
    inside = [at for at, was in there if start <= was < end]
    return inside[0], inside[-1] + 1


def _company(old: str, chars: list[Char], quote: tuple[int, int], now: tuple[int, int] | None) -> float:
    if now is None:
        return 0
    start, end = quote
    reach = 32 if old.count(old[start:end]) == 1 else 120
    low = max(start - reach, old.rfind("\n", 0, start) + 1)
    high = min(end + reach, old.find("\n", end) if "\n" in old[end:] else len(old))
    around = {at for at in (*range(low, start), *range(end, high)) if not old[at].isspace()}
    new_low, new_high = now
    while new_low and chars[new_low - 1].sign != "\n":
        new_low -= 1
    while new_high < len(chars) and chars[new_high].sign != "\n":
        new_high += 1
    before = {char.was for char in chars[new_low : now[0]] if char.was < start}
    after = {char.was for char in chars[now[1] : new_high] if char.was >= end}
    return len(around & (before | after)) / len(around) if around else 0
