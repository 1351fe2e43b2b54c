"""Pairs that the entailment judge learns from, and those held out of it: read, or made of those read by rule.

Read are oie_nli's training file, neg_nli, scifact_rte and the declared training split of perspectrum (../shared/data),
all by path. The rules take a pair that
supports and exchange one word on one side (a contradiction) or on both (support again), so that only reading both
sides tells: of the four pairs that come of it each word stands as often in either kind. Nothing here touches what the
benchmark tests.
"""

import random
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

import numpy as np

from claims.suggestions.bert import read_tensors
from claims.suggestions.lexicon import AXES
from tests.benchmarks.corpora import DATA, oie_nli, perspectrum, scifact
from tests.benchmarks.entailment_templates import from_templates

CONTRADICTS, SUPPORTS, NEITHER, NOT_SUPPORTS, NOT_CONTRADICTS = range(5)
"""The last two: pairs of which no more is known (RTE is labelled two ways; a pair turned round)."""


class Labelled(NamedTuple):
    a: str
    b: str
    label: int


LABELS = {
    "contradiction": CONTRADICTS,
    "entailment": SUPPORTS,
    "neutral": NEITHER,
    "not_entailment": NOT_SUPPORTS,
}
KINDS: dict[str, int] = {"contradicts": CONTRADICTS, "supports": SUPPORTS, "neither": NEITHER}

Swap = tuple[str, str, str]
"""How a replacement was found, the word, the replacement."""

WORD = re.compile(r"[A-Za-z]+(?:'[a-z]+)?|\d[\d,.]*\d|\d")
COUNTS = (
    "one two three four five six seven eight nine ten eleven twelve fifteen twenty thirty forty fifty".split()
)
PLAIN = frozenset(
    """a an the this that these those is are was were be been being am do does did done doing have has had having will
    would can could may might must shall should i you he she it we they me him her us them my your his its our their
    mine yours who whom whose which what when where why how and or but if then than as of at by for with about against
    between into through during before after above below to from up down in out on off over under again further once
    here there all any both each few more most other some such no nor not only own same so too very s t just don now
    also there's it's well like get got go going know yeah uh um really much many even still yet ever never always said
    say says tell told""".split()
)
"""Words whose exchange changes grammar more than meaning."""

IRREGULAR = {
    word.split("/")[0]: word.split("/")[1]
    for word in """rise/rose fall/fell grow/grew lose/lost win/won leave/left sell/sold buy/bought build/built
    begin/began go/went sit/sat stand/stood run/ran give/gave take/took break/broke hide/hid know/knew fight/fought
    sleep/slept keep/kept hold/held come/came bring/brought swim/swam hurt/hurt cut/cut shut/shut quit/quit
    shrink/shrank sink/sank make/made stop/stopped ban/banned drop/dropped lead/led tell/told""".split()
}
AUXILIARY = re.compile(
    r"\b(?:is|are|was|were|will|would|can|could|has|have|had|may|should|must|might)\b(?! (?:not|n't))"
)
NEGATED = re.compile(r"\b(?:not|no|never|nobody|none|nothing)\b|n't", re.IGNORECASE)
NOT = re.compile(
    r"\b(is|are|was|were|will|would|can|could|has|have|had|may|should|must|might|do|does|did) not\b"
)
TAIL = re.compile(
    r",? (?:in|on|at|with|near|by|during|after|before|since|for|while|as|from|through|which|who|including|because"
    r"|despite|when|where)\b"
)
FRAGILE = re.compile(r"\b(?:not|n't|no|never|if|unless|without|only|few|every|all)\b")


def training_pairs() -> list[Labelled]:
    """All that people labelled and that is not held out."""
    return [
        *(Labelled(pair.a.strip(), pair.b.strip(), KINDS[pair.stance]) for pair in oie_nli("train")),
        *(pair for part in _negated_parts() for pair in part.train),
        *(Labelled(pair.a, pair.b, KINDS[pair.stance]) for pair in scifact("train")),
    ]


def debated() -> tuple[list[Labelled], list[Labelled]]:
    """Perspectrum's declared training split, to train on and held out (a hundred of its claims): perspective, claim.

    Looser than entailment: what argues for a claim supports it, what argues against it contradicts it.
    """
    pairs = [Labelled(pair.b, pair.a, KINDS[pair.stance]) for pair in perspectrum(["train"])[1]]
    claims = sorted({pair.b for pair in pairs})
    random.Random(4).shuffle(claims)
    held = set(claims[:100])
    return [pair for pair in pairs if pair.b not in held], [pair for pair in pairs if pair.b in held]


def held_out() -> dict[str, list[Labelled]]:
    """What settings are chosen by: oie_nli's and scifact_rte's dev files, a fifth of neg_nli and of the debates."""
    development = [Labelled(pair.a.strip(), pair.b.strip(), KINDS[pair.stance]) for pair in oie_nli("devin")]
    return {
        "oie_nli dev": development,
        **{f"neg_nli {part.name} held out": part.held for part in _negated_parts()},
        "scifact_rte dev": [Labelled(pair.a, pair.b, KINDS[pair.stance]) for pair in scifact("dev")],
        "perspectrum train, held out": debated()[1],
    }


class _Part(NamedTuple):
    name: str
    train: list[Labelled]
    held: list[Labelled]


@cache
def _negated_parts() -> list[_Part]:
    """neg_nli's three files. Neighbouring rows are variants of one pair: they go to one side together."""
    parts = []
    stretches: list[tuple[int, int]] = []
    rows: dict[tuple[int, int], list[Labelled]] = {}
    names = ("SNLI", "MNLI", "RTE")
    for number, name in enumerate(names):
        text = (
            (DATA / "neg_nli" / f"{name}.txt")
            .read_bytes()
            .decode("utf-8" if name == "SNLI" else "cp1252", "replace")
        )
        for line in text.replace("\r\n", "\n").split("\n")[1:]:
            cells = line.split("\t")
            if len(cells) == 4:
                pair = Labelled(cells[1], cells[2], LABELS[cells[3].strip()])
                rows.setdefault((number, int(cells[0]) // 15), []).append(pair)
    stretches = sorted(rows)
    random.Random(5).shuffle(stretches)
    held = set(stretches[: len(stretches) // 5])
    for number, name in enumerate(names):
        mine = [stretch for stretch in stretches if stretch[0] == number]
        parts.append(
            _Part(
                name,
                [pair for stretch in mine if stretch not in held for pair in rows[stretch]],
                [pair for stretch in mine if stretch in held for pair in rows[stretch]],
            )
        )
    return parts


def made_by_rule(labelled: list[Labelled], folder: Path, seed: int) -> list[Labelled]:
    """Further pairs of those labelled: words exchanged, sentences negated or shortened, strangers paired."""
    return list(_Maker(folder, seed).make(labelled))


class _Maker:
    def __init__(self, folder: Path, seed: int) -> None:
        self.random = random.Random(seed)
        self.opposites = _opposites()
        self.neighbours = _Neighbours(folder)

    def make(self, labelled: list[Labelled]) -> Iterator[Labelled]:
        mixed = self.random
        supports = [pair for pair in labelled if pair.label == SUPPORTS]
        three_way = [pair for pair in labelled if pair.label != NOT_SUPPORTS]
        sentences = sorted({pair.a for pair in labelled})
        middling = [sentence for sentence in sentences if 9 <= len(sentence.split()) <= 24]
        made: list[Labelled] = []
        for pair in mixed.sample(supports, min(len(supports), 4500)):
            made += self.mirrored(pair.a, pair.b)[1:]
        for sentence in mixed.sample(middling, min(len(middling), 1400)):
            part = self.shortened(sentence) or sentence
            for pair in self.mirrored(sentence, part):
                turned = pair.label == CONTRADICTS and mixed.random() < 0.5
                made.append(Labelled(pair.b, pair.a, pair.label) if turned else pair)
            if opposite := negated(part):
                both = (sentence, opposite) if mixed.random() < 0.5 else (opposite, sentence)
                made.append(Labelled(*both, CONTRADICTS))
        turned_round = {CONTRADICTS: SUPPORTS, SUPPORTS: CONTRADICTS, NEITHER: NEITHER}
        for pair in mixed.sample(three_way, min(len(three_way), 3000)):
            if opposite := negated(pair.b):
                made.append(Labelled(pair.a, opposite, turned_round[pair.label]))
        made = self.evened(made)
        made += [Labelled(a, b, KINDS[kind]) for a, b, kind in from_templates(9000, mixed)]
        yield from (self.beside_another(pair, sentences, middling) for pair in made)
        yield from self.strangers(labelled)

    def mirrored(self, a: str, b: str) -> list[Labelled]:
        """Of a pair that supports, by exchanging a word of both: itself, two contradictions, another support."""
        shared = {word.lower() for word in WORD.findall(a)} & {word.lower() for word in WORD.findall(b)}
        swap = self.chosen([swap for swap in self.swaps(b) if swap[1].lower() in shared])
        if swap is None:
            return []
        _, old, new = swap
        other_a, other_b = put(a, old, new), put(b, old, new)
        if other_a == a or other_b == b:
            return []
        return [
            Labelled(a, b, SUPPORTS),
            Labelled(a, other_b, CONTRADICTS),
            Labelled(other_a, b, CONTRADICTS),
            Labelled(other_a, other_b, SUPPORTS),
        ]

    def swaps(self, text: str) -> list[Swap]:
        """Every word of the text that can be exchanged, each with one replacement."""
        found: list[Swap] = []
        for word in dict.fromkeys(WORD.findall(text)):
            plain = word.lower()
            if word[0].isdigit() or (plain in COUNTS and plain != "one"):
                if other := self.other_number(word):
                    found.append(("number", word, other))
            elif plain in self.opposites:
                found.append(("opposite", word, _cased(self.random.choice(self.opposites[plain]), word)))
            elif plain not in PLAIN and (near := self.neighbours.of(plain)):
                found.append(("neighbour", word, _cased(self.random.choice(near[:6]), word)))
        return found

    def chosen(self, swaps: list[Swap]) -> Swap | None:
        """One of them, numbers and opposites sooner than neighbours."""
        if not swaps:
            return None
        weights = {"number": 4, "opposite": 3, "neighbour": 2}
        kinds = sorted({swap[0] for swap in swaps})
        kind = self.random.choices(kinds, [weights[kind] for kind in kinds])[0]
        return self.random.choice([swap for swap in swaps if swap[0] == kind])

    def other_number(self, word: str) -> str | None:
        mixed = self.random
        plain = word.lower()
        if plain in COUNTS:
            at = COUNTS.index(plain)
            near = [count for count in COUNTS[max(0, at - 4) : at + 5] if count not in (plain, "one")]
            return _cased(mixed.choice(near), word)
        try:
            value = float(word.replace(",", ""))
        except ValueError:
            return None
        if value != int(value):
            other = round(value * mixed.choice((0.3, 0.5, 0.7, 1.4, 1.8, 2.5)) + 0.1, 1)
            return str(other if other != value else other + 1)
        whole = int(value)
        if 1500 <= whole <= 2100 and "," not in word:
            return str(whole + mixed.choice((-30, -12, -7, -4, -3, -2, -1, 1, 2, 3, 4, 6, 10, 25)))
        less = max(whole - mixed.randint(1, 9), whole // 2)
        number = mixed.choice(
            (whole + mixed.randint(1, 9), whole * 2, whole * 3 + 1, less, whole * 10, whole // 3 + 2)
        )
        number = number if number != whole else whole + 3
        return f"{number:,}" if "," in word else str(number)

    def shortened(self, text: str) -> str | None:
        """The sentence without a tail that only adds: what stays follows from the whole."""
        text = text.strip().rstrip(".")
        cuts = [match.start() for match in TAIL.finditer(text) if match.start() > 18]
        if not cuts or FRAGILE.search(text):
            return None
        return text[: self.random.choice(cuts)].rstrip(",") + "."

    def evened(self, made: list[Labelled]) -> list[Labelled]:
        """At most 1.15 contradictions to a support, so that an exchanged word alone says nothing."""
        supports = sum(pair.label == SUPPORTS for pair in made)
        contradictions = [pair for pair in made if pair.label == CONTRADICTS]
        self.random.shuffle(contradictions)
        kept = [pair for pair in made if pair.label != CONTRADICTS]
        return kept + contradictions[: int(1.15 * supports)]

    def beside_another(self, pair: Labelled, sentences: list[str], middling: list[str]) -> Labelled:
        """Now and then the pair with a sentence that has nothing to do with it before or after its first side."""
        mixed = self.random
        if mixed.random() >= 0.15 or len(pair.a) >= 220:
            return pair
        stranger = mixed.choice(sentences if mixed.random() < 0.5 else middling)
        if len(stranger) >= 200:
            return pair
        texts = (pair.a, stranger) if mixed.random() < 0.5 else (stranger, pair.a)
        return pair._replace(a=" ".join(texts))

    def strangers(self, labelled: list[Labelled]) -> Iterator[Labelled]:
        """Sentences of different pairs that share a rare word: neither."""
        by_word: dict[str, list[Labelled]] = {}
        for pair in labelled:
            for word in sorted(set(WORD.findall(pair.b.lower()))):
                if len(word) > 4:
                    by_word.setdefault(word, []).append(pair)
        for pair in self.random.sample(labelled, min(len(labelled), 2500)):
            rare = [word for word in WORD.findall(pair.a.lower()) if 1 < len(by_word.get(word, ())) < 60]
            other = self.random.choice(by_word[self.random.choice(rare)] if rare else labelled)
            if other.a != pair.a and other.b != pair.b:
                yield Labelled(pair.a, other.b, NEITHER)


class _Neighbours:
    """Words of the model's vocabulary that stand near each other before any reading: mostly of one kind."""

    def __init__(self, folder: Path) -> None:
        lines = (folder / "vocab.txt").read_text(encoding="utf-8").split("\n")
        numbers = {word: number for number, word in enumerate(lines)}
        self.words = [word for word in numbers if re.fullmatch("[a-z]{3,}", word) and word not in PLAIN]
        self.places = {word: place for place, word in enumerate(self.words)}
        vectors = read_tensors(folder / "model.safetensors")["embeddings.word_embeddings.weight"]
        chosen = vectors[[numbers[word] for word in self.words]]
        chosen = chosen - chosen.mean(axis=0)
        self.vectors = chosen / np.linalg.norm(chosen, axis=1, keepdims=True)
        self.known: dict[str, list[str]] = {}

    def of(self, word: str) -> list[str]:
        """At most eight, near but not so near that they mean the same."""
        if word not in self.places:
            return []
        if word not in self.known:
            likeness = self.vectors @ self.vectors[self.places[word]]
            self.known[word] = [
                self.words[place]
                for place in np.argsort(-likeness)[1:40]
                if 0.30 < likeness[place] < 0.62 and _other_word(word, self.words[place])
            ][:8]
        return self.known[word]


def _other_word(word: str, other: str) -> bool:
    """Not another form of the same word; endings that tell a kind of word may be shared."""
    if word[:4] != other[:4] and word[-3:] != other[-3:]:
        return True
    return word.endswith(("ing", "ed", "ly", "ian", "ish", "ese")) and (word[-2:], word[:3]) == (
        other[-2:],
        word[:3] if other[:3] != word[:3] else "",
    )


def _opposites() -> Mapping[str, list[str]]:
    """Every form of every single word of the lexicon's axes → words of the other end, in the same form."""
    ends: dict[str, set[str]] = {}
    for axis in AXES.values():
        plus, minus = (
            [word for word in " ".join(end.split()).split(" / ") if " " not in word] for end in axis
        )
        for here, there in ((plus, minus), (minus, plus)):
            for word in here:
                ends.setdefault(word, set()).update(there)
    found: dict[str, list[str]] = {}
    for word, others in ends.items():
        for form, how in _forms(word).items():
            if not how or form not in found:
                found[form] = [_formed(other, how) for other in sorted(others - {word})]
        if word in IRREGULAR:
            found.setdefault(IRREGULAR[word], [_formed(other, "ed") for other in sorted(others - {word})])
    return {form: others for form, others in found.items() if others}


def _forms(word: str) -> dict[str, str]:
    """What a word may look like → the ending that it then has."""
    if word.endswith("e"):
        return {word: "", f"{word}d": "ed", f"{word[:-1]}ing": "ing", f"{word}s": "s"}
    if word.endswith("y") and word[-2:-1] not in "aeiou":
        return {word: "", f"{word[:-1]}ied": "ed", f"{word}ing": "ing", f"{word[:-1]}ies": "s"}
    plural = "es" if re.search("(?:s|x|ch|sh)$", word) else "s"
    doubled = word + word[-1] if re.fullmatch("[^aeiou]*[aeiou][bdgmnprt]", word) else word
    return {word: "", f"{doubled}ed": "ed", f"{doubled}ing": "ing", f"{word}{plural}": "s"}


def _formed(word: str, how: str) -> str:
    if how == "ed" and word in IRREGULAR:
        return IRREGULAR[word]
    return next(form for form, ending in _forms(word).items() if ending == how)


def _cased(new: str, old: str) -> str:
    return new.capitalize() if old[:1].isupper() and not old.isupper() else new


def put(text: str, old: str, new: str) -> str:
    """The text with a word exchanged wherever it stands."""
    return re.sub(rf"(?<!\w){re.escape(old)}(?!\w)", new, text, flags=re.IGNORECASE)


def negated(text: str) -> str | None:
    """The sentence with "not" put in, or taken out; None where that is not plain."""
    if NEGATED.search(text):
        made = NOT.sub(r"\1", text, count=1)
        return made if made != text and not re.search(r"\b(?:do|does|did)\b", made) else None
    found = AUXILIARY.search(text)
    return f"{text[: found.end()]} not{text[found.end() :]}" if found else None
