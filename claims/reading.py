"""What the reader shows of a source besides its words: which claims are marked, how they stand, what has no claim."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from django.http import QueryDict

from claims.checkable import Scored, best, has_lexicon, scored
from claims.models import Anchoring, Claim, ClaimTopic, Kind, Link
from claims.querysets.link import IN_REVIEW
from claims.quotes import Mark
from sources.access import Access
from sources.models import Source
from sources.sentences import Sentence, sentences

LINKED = {
    "unlinked": "unlinked",
    "linked": "linked",
    "contradicted": "contradicted",
    "supported": "supported",
}
STATES = {"proposed": "proposed", "in-review": IN_REVIEW, "disputed": "disputed", "settled": "settled"}
NAMES_SHOWN = 20
"""So many topics and speakers are offered, those of the most claims."""
SUGGESTED = 100
"""So many sentences are suggested at most, the best."""
PAIRS = 2_000
"""So many contradictions within a source are marked at most, those of the lowest numbers."""


class Row(NamedTuple):
    """A claim as its mark needs it."""

    number: int
    start: int
    end: int
    pk: int
    speaker: str | None
    is_elsewhere: bool = False
    """It was carried on to a newer version, and keeps its mark here."""

    @property
    def mark(self) -> Mark:
        return Mark(self.number, self.start, self.end)


class Choice(NamedTuple):
    """A filter that can be put on, or taken off when it ``is_on``: how many marks it leaves, the address with it."""

    value: str
    marks: int
    is_on: bool
    query: str


class Suggestion(NamedTuple):
    sentence: Sentence
    words: str
    scored: Scored


@dataclass
class Reading:
    """The claims of a source by what an address asks for: ``show``, ``topic``, ``speaker``; each mark once."""

    source: Source
    access: Access
    asked: QueryDict
    standing: Mapping[int, set[str]] = field(init=False)

    def __post_init__(self) -> None:
        self.standing = self._kinds()

    @cached_property
    def rows(self) -> list[Row]:
        """All its claims, and those that were carried on from it to a newer version, in the order of the text."""
        claims = Claim.objects.live().filter(source=self.source).order_by("start", "-end", "number")
        here = [Row(*row) for row in claims.values_list("number", "start", "end", "pk", "speaker__name")]
        left = Anchoring.objects.left(self.source).order_by()
        columns = ("claim__number", "start", "end", "claim", "claim__speaker__name")
        there = [Row(*row)._replace(is_elsewhere=True) for row in left.values_list(*columns)]
        return sorted([*here, *there], key=lambda row: (row.start, -row.end, row.number)) if there else here

    @cached_property
    def shown(self) -> list[Mark]:
        """The marks that the address asks for."""
        topic, speaker = self._asked("topic"), self._asked("speaker")
        return [
            row.mark
            for row in self.rows
            if self._passes(row, self.show)
            and (not topic or topic in self.topics[row.pk])
            and (not speaker or speaker == row.speaker)
        ]

    @property
    def show(self) -> str:
        asked = self._asked("show")
        return asked if asked in LINKED or asked in STATES else ""

    @property
    def tells_states(self) -> bool:
        """Whether the states of links are told: only when they are asked for, since to be shown them is recorded."""
        return "states" in self.asked or self.show in STATES

    @property
    def is_filtered(self) -> bool:
        return any(self._asked(name) for name in ("topic", "speaker")) or bool(self.show)

    def _asked(self, name: str) -> str:
        return self.asked.get(name, "")

    def _passes(self, row: Row, show: str) -> bool:
        if row.is_elsewhere:
            return not show  # how it stands is told where it stands now
        kinds = self.standing.get(row.pk, set())
        match show:
            case "":
                return True
            case "unlinked":
                return not kinds
            case "linked":
                return bool(kinds)
            case "contradicted":
                return Kind.CONTRADICTS in kinds
            case "supported":
                return Kind.SUPPORTS in kinds
        return STATES[show] in self.states.get(row.pk, set())

    def _kinds(self) -> Mapping[int, set[str]]:
        """How the live links of each claim stand."""
        found: dict[int, set[str]] = defaultdict(set)
        for side in ("from_claim", "to_claim"):
            links = Link.objects.live().filter(**{f"{side}__source": self.source}).order_by()
            for pk, standing in links.values_list(f"{side}_id", "standing").distinct():
                found[pk].add(standing)
        return found

    @cached_property
    def states(self) -> Mapping[int, set[str]]:
        """The states of the live links of each claim, as this reader may know them."""
        found: dict[int, set[str]] = defaultdict(set)
        for side in ("from_claim", "to_claim"):
            links = Link.objects.live().filter(**{f"{side}__source": self.source}).order_by()
            shown = links.with_shown_state(self.access).values_list(f"{side}_id", "shown_state").distinct()
            for pk, state in shown:
                found[pk].add(state)
        return found

    @cached_property
    def topics(self) -> Mapping[int, set[str]]:
        found: dict[int, set[str]] = defaultdict(set)
        of = ClaimTopic.objects.filter(claim__source=self.source, claim__binned_at=None)
        for pk, name in of.values_list("claim_id", "topic__name"):
            found[pk].add(name)
        return found

    @cached_property
    def against(self) -> Mapping[int, list[int]]:
        """The claims of this source that a claim of it contradicts, by their numbers."""
        if not any(Kind.CONTRADICTS in kinds for kinds in self.standing.values()):
            return {}
        within = Link.objects.live().filter(
            dossier=self.source.dossier_id,
            standing=Kind.CONTRADICTS,
            from_claim__source=self.source,
            to_claim__source=self.source,
        )
        pairs = within.order_by("number").values_list("from_claim__number", "to_claim__number")
        found: dict[int, list[int]] = defaultdict(list)
        for one, other in pairs[:PAIRS]:
            found[one].append(other)
            found[other].append(one)
        return found

    # ── What can be asked for ──────────────────────────────────────────────────────────────────────────────────

    def query(self, **changes: str) -> str:
        """The address's query with these changed; '' takes one out."""
        query = self.asked.copy()
        for name in ("from", "part", "counts", *changes):
            query.pop(name, None)
        for name, value in changes.items():
            if value:
                query[name] = value
        return f"?{query.urlencode()}"

    @property
    def from_here(self) -> str:
        """The query, ready for the number of the claim from which cards are wanted."""
        query = self.query()
        return f"{query}{'&' if query != '?' else ''}from="

    @property
    def with_states(self) -> str:
        return self.query(states="1")

    @property
    def turn_bare(self) -> str:
        """The query that shows the sentences without a claim, or shows them no longer."""
        return self.query(bare="" if self.shows_bare else "1")

    @property
    def turn_suggest(self) -> str:
        return self.query(suggest="" if self.suggests else "1")

    @property
    def topic_or_speaker(self) -> str:
        """Those that are on, to be read."""
        return ", ".join(name for name in (self._asked("topic"), self._asked("speaker")) if name)

    @property
    def shows(self) -> list[Choice]:
        return self._of("show", LINKED)

    @property
    def state_shows(self) -> list[Choice]:
        names = [one for one in STATES if one != "in-review" or self.access.can_review]
        return self._of("show", names) if self.tells_states else []

    def _of(self, name: str, values: Iterable[str]) -> list[Choice]:
        on = self.show
        return [
            Choice(
                value.replace("-", " "),
                sum(self._passes(row, value) for row in self.rows),
                value == on,
                self.query(**{name: "" if value == on else value}),
            )
            for value in values
        ]

    @cached_property
    def topic_choices(self) -> list[Choice]:
        counted = Counter(topic for row in self.rows for topic in self.topics.get(row.pk, ()))
        return self._names("topic", counted)

    @cached_property
    def speaker_choices(self) -> list[Choice]:
        return self._names("speaker", Counter(row.speaker for row in self.rows if row.speaker))

    def _names(self, name: str, counted: Mapping[str, int]) -> list[Choice]:
        on = self._asked(name)
        # The one that is on is offered too, or it could not be taken off.
        first = sorted(counted.items(), key=lambda one: (one[0] != on, -one[1], one[0]))[:NAMES_SHOWN]
        if on and on not in counted:
            first.insert(0, (on, 0))
        return [
            Choice(value, count, value == on, self.query(**{name: "" if value == on else value}))
            for value, count in first
        ]

    # ── Sentences ──────────────────────────────────────────────────────────────────────────────────────────────

    @cached_property
    def sentences(self) -> list[Sentence]:
        return list(sentences(self.source.text, self.source.language))

    @cached_property
    def bare(self) -> list[Sentence]:
        """The sentences that no claim rests on a word of, whichever marks are shown."""
        return without_claim(self.sentences, [row.mark for row in self.rows])

    @property
    def sentence_steps(self) -> str:
        """Where the sentences stand, for the page's script: characters since the last one, a comma before the length
        of one without a claim, a plus before that of any other."""  # fmt: skip
        bare, at, steps = {one.start for one in self.bare}, 0, []
        for start, end in self.sentences:
            steps.append(f"{start - at}{',' if start in bare else '+'}{end - start}")
            at = end
        return " ".join(steps)

    @property
    def covered(self) -> int:
        """How many sentences have a claim."""
        return len(self.sentences) - len(self.bare)

    @property
    def shows_bare(self) -> bool:
        return "bare" in self.asked

    @property
    def suggests(self) -> bool:
        return "suggest" in self.asked

    @property
    def knows_language(self) -> bool:
        return has_lexicon(self.source.language)

    @cached_property
    def suggestions(self) -> list[Suggestion]:
        """Of the sentences without a claim those that look most checkable, in the order of the text."""
        if not self.suggests:
            return []
        text, language = self.source.text, self.source.language
        chosen = best(
            ((n, scored(text[slice(*one)], language)) for n, one in enumerate(self.bare)), SUGGESTED
        )
        return [Suggestion(self.bare[n], text[slice(*self.bare[n])], one) for n, one in sorted(chosen)]


def without_claim(of: Iterable[Sentence], marks: Iterable[Mark]) -> list[Sentence]:
    """The sentences over which no mark lies; both in the order of the text."""
    found, reached = [], 0
    rest = iter(marks)
    mark = next(rest, None)
    for sentence in of:
        while mark and mark.start < sentence.end:
            reached = max(reached, mark.end)
            mark = next(rest, None)
        if reached <= sentence.start:
            found.append(sentence)
    return found
