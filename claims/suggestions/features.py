"""What can be seen of a pair of claims: a row of named numbers, and for each a sentence that a person can check.

``compare`` looks at two readings once; ``values`` are what the judge weighs, ``sentence`` is what is shown. Features
are symmetric: a link of kind contradicts has no direction. A value is 0 where nothing can be told (no sentence model,
no stated period, a language without a lexicon), never a guess.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

import numpy as np

from claims.suggestions.alignment import Aligned
from claims.suggestions.bert import Floats
from claims.suggestions.lexicon import AXIS_NAMES, OPPOSING_PREFIXES
from claims.suggestions.reading import Quantity, Reading, Span

NAMES = (
    "meaning",
    "meaning squared",
    "words",
    "words covered",
    "words left over",
    "opposed",
    "opposed and near",
    "agreed",
    "negation of shared",
    "negation differs",
    "negation in both",
    "negation differs and near",
    "prefix",
    "numbers differ",
    "numbers agree",
    "number only in one",
    "years differ",
    "years agree",
    "names shared",
    "names exchanged",
    "plan against fact",
    "denial against fact",
    "opinion in one",
    "same speaker",
    "speaker against himself",
    "periods overlap",
    "periods apart",
    "same source",
    "same origin",
    "length differs",
    "axes shared",
    "swapped words",
    "swapped words alike",
    "denied nearer",
    "words answered",
    "words answered less",
    "kin of the rest",
    "kin where answered",
    "judged conflict",
    "paths of two",
    "paths of three",
    "nearness",
    "paths at all",
    "kin of the linked",
    "kin at all",
)
"""The features, in the order of every row. New ones go to the end: a stored judge names those it knows."""

OF_VECTORS = frozenset({"meaning", "meaning squared", "nearness", "denied nearer"})
"""Features that a sentence model is needed for."""

LEXICAL = frozenset(
    {
        "opposed",
        "opposed and near",
        "agreed",
        "negation of shared",
        "negation differs",
        "negation in both",
        "negation differs and near",
        "prefix",
        "axes shared",
    }
)
"""Features that need the lexicon: 0 in languages without one."""

LITTLE = 0.2
"""A share of covered words that is no more than candidates have anyway."""

TOLERANCE = {"=": 0.02, "~": 0.15, ">": 0.0, "<": 0.0}
"""How far two numbers may lie apart, as a share of the larger, before they are different numbers."""


class Likeness(NamedTuple):
    """What vectors say of a pair; None and 0 where there is no model."""

    meaning: float | None = None
    """The product of the two claims' unit vectors."""
    denied: float | None = None
    """The mean of the products of each claim with the other's denial."""
    words: Aligned | None = None
    """How the words of the two answer each other."""
    crowd: float = 0.0
    """The mean of the two claims' crowds: how near each is to its own neighbours."""


NOTHING = Likeness()
NO_RARITY: Mapping[str, float] = {}


@dataclass(frozen=True, slots=True)
class Facts:
    """What was found in one pair, ready to be weighed or told."""

    a: Reading
    b: Reading
    numbers: dict[str, float]
    shown: dict[str, str] = field(default_factory=dict)
    over_time: bool = False

    def unknown(self, names: Iterable[str]) -> None:
        """Take these features for what cannot be told of this pair."""
        self.numbers.update(dict.fromkeys(names, math.nan))

    def values(self) -> Floats:
        """The row of the pair, in the order of NAMES; not a number where nothing can be told."""
        return np.array([self.numbers.get(name, 0.0) for name in NAMES], dtype=np.float32)

    def judged(self, conflict: float) -> None:
        """Takes in what an entailment judge says, in log-odds of conflict against agreement."""
        self.numbers["judged conflict"] = conflict
        if conflict > 0.5:
            self.shown["judged conflict"] = "read together, they do not agree"
        elif conflict < -0.5:
            self.shown["judged conflict"] = "read together, one follows from the other"

    def implied(self, two: float, three: float, told: str) -> None:
        """Takes in what paths through the dossier's links say, squashed; ``told`` names the strongest."""
        self.numbers["paths of two"], self.numbers["paths of three"] = two, three
        self.numbers["paths at all"] = max(abs(two), 0.5 * abs(three))
        if told:
            for name in ("paths of two", "paths of three", "paths at all"):
                self.shown[name] = told

    def kindred(self, pull: float, at_all: float, told: str) -> None:
        """Takes in what the links of claims like either of the two say, squashed; ``told`` names the nearest."""
        self.numbers["kin of the linked"], self.numbers["kin at all"] = pull, at_all
        if told:
            self.shown["kin of the linked"] = self.shown["kin at all"] = told

    def sentence(self, name: str) -> str:
        """What a feature says of this pair, for a person to check; empty when it says nothing."""
        return self.shown.get(name, "")


DENIED_SHARE = 0.5
"""How much of nearness is nearness to the other's denial, which contradictions come closer to than repetitions do."""

CROWD_SHARE = 0.3
"""How much of a claim's mean likeness to its own neighbours is taken off: some are near to everything (after the
correction for hubs of Conneau et al. 2018, ICLR, arXiv:1710.04087)."""


def nearness(meaning: float, denied: float | None, crowd: float) -> float:
    """How near two claims are, as far as a contradiction is looked for."""
    mixed = meaning if denied is None else (1 - DENIED_SHARE) * meaning + DENIED_SHARE * denied
    return mixed - CROWD_SHARE * crowd


def compare(
    a: Reading, b: Reading, likeness: Likeness = NOTHING, rarity: Mapping[str, float] | None = None
) -> Facts:
    """Everything that is seen of a pair. ``rarity`` weighs a stem by how rare it is (all alike when absent)."""
    facts = Facts(a, b, {}, {})
    put, show = facts.numbers, facts.shown
    meaning = likeness.meaning
    near = 0.5 if meaning is None else max(0.0, meaning)
    if meaning is not None:
        put["meaning"], put["meaning squared"] = meaning, near * near
        show["meaning"] = (
            f"their meaning is {'close' if meaning >= 0.6 else 'related' if meaning >= 0.35 else 'far'}"
        )
        if likeness.denied is not None:
            put["denied nearer"] = likeness.denied - meaning
            if put["denied nearer"] > 0.03:
                show["denied nearer"] = "each lies nearer to the denial of the other than to the other"
        put["nearness"] = nearness(meaning, likeness.denied, likeness.crowd)
        show["nearness"] = show["meaning"]
    if likeness.words:
        put["words answered"], put["words answered less"], put["kin of the rest"] = likeness.words
        put["kin where answered"] = likeness.words.covered * likeness.words.kin
    _words(facts, rarity or NO_RARITY)
    near = max(near, put["words"])
    if a.has_lexicon and b.has_lexicon:
        _opposites(facts, near)
        _negations(facts, near)
    _numbers(facts)
    over = _times(facts)
    if over:  # two years' numbers may both be right
        put["numbers differ"] = 0.0
    _names(facts)
    _voices(facts)
    return Facts(a, b, put, show, over)


def _words(facts: Facts, rarity: Mapping[str, float]) -> None:
    a, b, put = facts.a, facts.b, facts.numbers

    unknown = rarity.get("", 1.0)

    def mass(stems: set[str]) -> float:
        return sum(rarity.get(one, unknown) for one in stems)

    ours, theirs = set(a.content), set(b.content)
    shared, left, right = mass(ours & theirs), mass(ours - theirs), mass(theirs - ours)
    every = shared + left + right
    put["words"] = shared / every if every else 0.0
    shorter = min(shared + left, shared + right)
    put["words covered"] = shared / shorter if shorter else 0.0
    put["words left over"] = min(min(left, right) / 10.0, 3.0)
    put["length differs"] = abs(len(ours) - len(theirs)) / max(len(ours), len(theirs), 1)
    if ours & theirs:
        rare = sorted(ours & theirs, key=lambda one: (-rarity.get(one, unknown), one))[:4]
        show = [_name(a, b, one) for one in rare]
        little = put["words covered"] < LITTLE
        facts.shown["words"] = f"{'they share little beside' if little else 'both speak of'} {_listed(show)}"
        facts.shown["words covered"] = facts.shown["words"]
    elif every:
        facts.shown["words"] = "they share no word"


def _opposites(facts: Facts, near: float) -> None:
    """Ends of one axis, and words made opposite by a prefix."""
    a, b, put, show = facts.a, facts.b, facts.numbers, facts.shown
    against, along = 0.0, 0.0
    pairs: list[str] = []
    same: list[str] = []
    for axis in a.axes.keys() & b.axes.keys():
        (ours, word), (theirs, other) = a.axes[axis], b.axes[axis]
        both = ours * theirs
        if both < 0:
            against += -both
            pairs.append(f"one says “{word}”, the other “{other}”")
        else:
            along += both
            same.append(AXIS_NAMES[axis])
    prefix = _prefixed(a, b)
    put["opposed"] = min(against, 3.0)
    put["opposed and near"] = min(against, 3.0) * near
    put["agreed"] = min(along, 3.0)
    put["axes shared"] = float(min(len(a.axes.keys() & b.axes.keys()), 4))
    put["prefix"] = float(bool(prefix))
    if pairs:
        show["opposed"] = show["opposed and near"] = "; ".join(pairs[:3])
    if same:
        show["agreed"] = f"both lean the same way ({_listed(same[:3])})"
    if prefix:
        show["prefix"] = f"one says “{prefix[0]}”, the other “{prefix[1]}”"


def _prefixed(a: Reading, b: Reading) -> tuple[str, str] | None:
    for ours, theirs in ((a, b), (b, a)):
        for one in sorted(ours.content.keys() - theirs.content.keys()):
            if not one.startswith(OPPOSING_PREFIXES):
                continue
            for prefix in OPPOSING_PREFIXES:
                bare = one.removeprefix(prefix)
                if bare == one or len(bare) < 4 or bare not in theirs.content or bare in ours.content:
                    continue
                if ours.content[one] == theirs.content[bare]:
                    return _word(ours, one), _word(theirs, bare)
    return None


def _negations(facts: Facts, near: float) -> None:
    a, b, put, show = facts.a, facts.b, facts.numbers, facts.shown
    shared = a.content.keys() & b.content.keys()
    turned = sorted(one for one in shared if a.content[one] != b.content[one])
    put["negation of shared"] = min(len(turned), 3) / 2
    put["negation differs"] = float((a.negations - b.negations) % 2)
    put["negation in both"] = float(a.negations > 0 and b.negations > 0)
    put["negation differs and near"] = put["negation differs"] * near
    if turned:
        word = _word(a, turned[0])
        show["negation of shared"] = f"one says “{word}”, the other “not {word}”"
    if put["negation differs"]:
        show["negation differs"] = show["negation differs and near"] = "only one of them is negated"


def _numbers(facts: Facts) -> None:
    """Numbers of one unit: alike within the tolerance, or not."""
    a, b, put, show = facts.a, facts.b, facts.numbers, facts.shown
    differ: tuple[Quantity, Quantity] | None = None
    agree: tuple[Quantity, Quantity] | None = None
    for ours in a.quantities:
        same_unit = [theirs for theirs in b.quantities if theirs.unit == ours.unit]
        alike = [theirs for theirs in same_unit if may_be_equal(ours, theirs)]
        if alike:
            agree = (ours, alike[0])
        elif same_unit:
            differ = (ours, same_unit[0])
    one_sided = bool(a.quantities) != bool(b.quantities)
    put["numbers differ"] = float(differ is not None and agree is None)
    put["numbers agree"] = float(agree is not None)
    put["number only in one"] = float(one_sided)
    if differ:
        show["numbers differ"] = f"they give different numbers: {_told(differ[0])} and {_told(differ[1])}"
    if agree:
        show["numbers agree"] = f"they give the same number: {_told(agree[0])}"


def may_be_equal(one: Quantity, other: Quantity) -> bool:
    """Whether two numbers of one unit can both be right."""
    low, high = sorted((one, other), key=lambda quantity: quantity.value)
    slack = max(TOLERANCE[one.bound], TOLERANCE[other.bound]) * abs(high.value)
    if high.value - low.value <= slack:
        return True
    return low.bound == ">" or high.bound == "<"


def _names(facts: Facts) -> None:
    a, b, put, show = facts.a, facts.b, facts.numbers, facts.shown
    shared = (a.names & set(b.stems)) | (b.names & set(a.stems))
    ours, theirs = a.names - set(b.stems), b.names - set(a.stems)
    put["names shared"] = min(len(shared), 4) / 2
    put["names exchanged"] = float(bool(ours) and bool(theirs))
    if shared:
        show["names shared"] = f"both name {_listed(sorted(_name(a, b, one) for one in shared)[:3])}"
    if ours and theirs:
        first, second = _name(a, b, min(ours)), _name(a, b, min(theirs))
        show["names exchanged"] = f"one names {first}, the other {second}"
    # words that stand alone on either side while much else is shared: what was put in another's place
    left = [one for one in a.content if one not in b.content]
    right = [one for one in b.content if one not in a.content]
    covered = put["words covered"]
    put["swapped words"] = covered * float(0 < min(len(left), len(right)) <= 3)
    put["swapped words alike"] = covered * float(len(left) == len(right) and len(left) in (1, 2))
    if put["swapped words"] and covered >= 0.4:
        told = f"where one says “{_word(a, left[0])}”, the other says “{_word(b, right[0])}”"
        show["swapped words"] = show["swapped words alike"] = told


def _voices(facts: Facts) -> None:
    """Who speaks, in what mode, and whether both come from one mouth."""
    a, b, put, show = facts.a, facts.b, facts.numbers, facts.shown
    one, other = a.claim, b.claim
    fact = {"fact"}
    put["plan against fact"] = float(a.plan != b.plan)
    modes = {one.modality, other.modality}
    put["denial against fact"] = float("denial" in modes and bool(modes & fact))
    put["opinion in one"] = float((one.modality == "opinion") != (other.modality == "opinion"))
    same = bool(one.speaker) and one.speaker == other.speaker
    put["same speaker"] = float(same)
    apart = put.get("opposed", 0.0) + put.get("negation of shared", 0.0) + put.get("numbers differ", 0.0)
    put["speaker against himself"] = float(same) * min(apart, 1.0)
    put["same source"] = float(bool(one.source) and one.source == other.source)
    put["same origin"] = float(bool(one.origin) and one.origin == other.origin and one.source != other.source)
    if a.plan != b.plan:
        show["plan against fact"] = "one tells of what is planned or foreseen, the other of what is"
    if put["denial against fact"]:
        show["denial against fact"] = "one denies, the other states"
    if same:
        show["same speaker"] = f"{one.speaker} speaks in both"
        show["speaker against himself"] = f"{one.speaker} would contradict himself or herself"
    if put["same source"]:
        show["same source"] = "both stand in one source"
    if put["same origin"]:
        show["same origin"] = "both sources go back to one origin"


def _times(facts: Facts) -> bool:
    """Whether the two speak of different times; puts the features of time."""
    a, b, put, show = facts.a, facts.b, facts.numbers, facts.shown
    known = a.about is not None and b.about is not None
    overlapping = known and overlap(a.about, b.about)
    put["periods overlap"] = float(overlapping)
    put["periods apart"] = float(known and not overlapping)
    years = bool(a.years) and bool(b.years)
    put["years differ"] = float(years and not a.years & b.years)
    put["years agree"] = float(bool(a.years & b.years))
    if put["years differ"]:
        show["years differ"] = f"they speak of different years: {min(a.years)} and {min(b.years)}"
    if put["years agree"]:
        show["years agree"] = f"both speak of {max(a.years & b.years)}"
    if known:
        if overlapping:
            show["periods overlap"] = "they speak of the same time"
        else:
            show["periods apart"] = f"they speak of different times: {a.claim.about} and {b.claim.about}"
    return bool(put["periods apart"] or put["years differ"])


def overlap(one: Span | None, other: Span | None) -> bool:
    """Whether two periods share a day. A period that is not stated overlaps nothing."""
    if one is None or other is None:
        return False
    first = max(one[0] or date.min, other[0] or date.min)
    last = min(one[1] or date.max, other[1] or date.max)
    return first < last


def _word(reading: Reading, one: str) -> str:
    """A stem's word, for a person: names as they are written."""
    if one not in reading.stems:
        return one
    at = reading.stems.index(one)
    return reading.written[at] if one in reading.names else reading.words[at]


def _name(a: Reading, b: Reading, one: str) -> str:
    return _word(a if one in a.names or one not in b.stems else b, one)


def _told(quantity: Quantity) -> str:
    written = quantity.written
    return f"{written}%" if quantity.unit == "%" and "%" not in written else written


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
