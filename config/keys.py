"""Every key of every page: what it does and its default. A person may choose another for each of them.

Scripts and templates know the defaults alone (``data-key``, the event "gainsay:key"); static/js/base.js turns what is
pressed into them, and what is shown into what this person presses.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

FIXED = (
    ("Esc", "closes what is open, leaves a field, empties the tray"),
    ("Tab", "to the next field, button or link"),
    ("Ctrl + Enter", "saves what is being written"),
    (
        "Arrows",
        "in a text from word to word and line to line, in a list from row to row; with Shift they select",
    ),
)
"""What is the same for everyone, on every page."""


@dataclass(frozen=True)
class Action:
    """Something that one key does.

    ``name`` is kept with whoever changes the key. ``also`` is a key that does the same and cannot be changed; ``least``
    the role that it takes.
    """

    name: str
    key: str
    does: str
    also: str = ""
    least: str = ""


@dataclass(frozen=True)
class Desk:
    """The pages (their addresses' names) that share some keys."""

    title: str
    pages: tuple[str, ...]
    actions: tuple[Action, ...]


EVERYWHERE = Desk(
    "Everywhere",
    (),
    (
        Action("help", "?", "this list"),
        Action("search", "/", "to the search field of the page"),
        Action("previous", "[", "previous page of a list; the claim or link before"),
        Action("next", "]", "next page of a list; the claim or link after"),
        Action("undo", "u", "undo what was just done; later, to what you did lately", least="reviewer"),
        Action("news", "i", "to what is new"),
        Action("tray.put", "p", "put the claim at hand in the tray", least="analyst"),
        Action("tray.pair", "l", "to the pairing desk with the claim at hand", least="analyst"),
        Action("tray.swap", "x", "swap the two in the tray or on the pairing desk", least="analyst"),
    ),
)


def _rows_of(name: str) -> tuple[Action, ...]:
    """The keys of a list whose rows are checked (static/js/picks.js)."""
    return (
        Action(f"{name}.down", "j", "to the next row", least="analyst"),
        Action(f"{name}.up", "k", "to the row before", least="analyst"),
        Action(
            f"{name}.check",
            "c",
            "check the row at hand, or uncheck it; with Shift and a click: all since the last one",
            least="analyst",
        ),
    )


def _discussion_of(name: str) -> tuple[Action, ...]:
    """The keys of a record with its discussion."""
    return (
        Action(f"{name}.comment", "r", "to what is said about it: write a comment", least="reviewer"),
        Action(f"{name}.follow", "h", "follow it, or no longer"),
    )


DESKS = (
    Desk(
        "The reader",
        ("claims:source-detail",),
        (
            Action("reader.next", "n", "next mark"),
            Action("reader.previous", "N", "previous mark"),
            Action("reader.card", "m", "from a mark to its claim, and back"),
            Action("reader.another", "a", "another claim on the same words"),
            Action("reader.against", "d", "next claim that another of this text contradicts"),
            Action("reader.against-previous", "D", "previous claim that another of this text contradicts"),
            Action("reader.other-side", "v", "to the other side of the contradiction, and back"),
            Action("reader.filters", "f", "to the filters of the marks"),
            Action("reader.all", "F", "all marks again"),
            Action("reader.without", "w", "show the sentences without a claim, or no longer"),
            Action("reader.bare", "b", "select the next sentence without a claim"),
            Action("reader.bare-previous", "B", "select the previous sentence without a claim"),
            Action("reader.suggest", "g", "suggest sentences that can be checked, or no longer"),
            Action("reader.suggested", ".", "select the next suggested sentence"),
            Action("reader.suggested-previous", ",", "select the previous suggested sentence"),
            Action("reader.text", "t", "into the text, where the arrows select words"),
            Action("reader.top", "T", "back to the top of the text"),
            Action("reader.sentence", "s", "select the whole sentence; again: the next one too"),
            Action("reader.sentence-less", "S", "select one sentence fewer"),
            Action("reader.ends", "o", "move the other end of the selection from now on"),
            Action(
                "reader.mark",
                "c",
                "make a claim of the selected words; while one is edited, rest it on them",
                least="analyst",
            ),
            Action("reader.edit", "e", "edit the claim at hand, beside its words", least="analyst"),
            *_discussion_of("reader"),
        ),
    ),
    Desk(
        "Claims",
        ("claims:claim-list",),
        (
            *_rows_of("claims"),
            Action("claims.edit", "m", "edit those that are checked, together", least="analyst"),
        ),
    ),
    Desk(
        "Speakers",
        ("claims:speaker-list",),
        (
            *_rows_of("speakers"),
            Action("speakers.merge", "m", "merge those that are checked", least="analyst"),
        ),
    ),
    Desk(
        "A speaker",
        ("claims:speaker-detail",),
        (Action("speaker.edit", "e", "edit name, affiliation, other names", least="analyst"),),
    ),
    Desk(
        "The bin",
        ("claims:bin",),
        (*_rows_of("bin"), Action("bin.restore", "m", "restore those that are checked", least="analyst")),
    ),
    Desk(
        "Topics",
        ("claims:topic-list",),
        (
            *_rows_of("topics"),
            Action("topics.merge", "m", "merge those that are checked", least="analyst"),
        ),
    ),
    Desk(
        "A claim",
        ("claims:claim-detail",),
        (
            Action("claim.edit", "e", "edit it", least="analyst"),
            Action("claim.words", "m", "back to its words in the text"),
            *_discussion_of("claim"),
        ),
    ),
    Desk(
        "A link",
        ("claims:link-detail",),
        (
            Action("link.edit", "e", "edit what was proposed", least="analyst"),
            Action("link.resolve", "y", "resolve it: say how it is explained", least="lead"),
            Action("link.reopen", "o", "reopen its resolution", least="lead"),
            Action("link.due", "d", "set a day on which it comes back", least="analyst"),
            *_discussion_of("link"),
        ),
    ),
    Desk(
        "The pairing desk",
        ("claims:pair",),
        (
            Action("pair.contradicts", "c", "they contradict: saved at once", also="1"),
            Action("pair.supports", "s", "the first supports the second: saved at once", also="2"),
            Action("pair.neither", "n", "neither: saved at once", also="3"),
            Action("pair.type", "t", "to the type of contradiction"),
            Action("pair.rationale", "r", "to the rationale"),
            Action("pair.suggestions", "g", "to the pairs that the machine suggests"),
        ),
    ),
    Desk(
        "Suggestions",
        ("claims:suggestion-list",),
        (
            Action("suggestions.down", "j", "to the next suggestion"),
            Action("suggestions.up", "k", "to the suggestion before"),
            Action("suggestions.contradicts", "c", "the two at hand contradict: proposed at once", also="1"),
            Action("suggestions.supports", "s", "the first supports the second: proposed at once", also="2"),
            Action("suggestions.neither", "n", "neither: proposed at once", also="3"),
            Action("suggestions.dismiss", "d", "dismiss the suggestion at hand: it never returns"),
        ),
    ),
    Desk(
        "The review desk",
        ("claims:review",),
        (
            Action("review.contradicts", "c", "the two contradict each other", also="1"),
            Action("review.supports", "s", "one supports the other", also="2"),
            Action("review.neither", "n", "neither", also="3"),
            Action("review.note", "r", "to the note"),
            Action("review.skip", "k", "skip: the pair comes back after all others"),
            Action("review.guidelines", "g", "the guidelines, in a new tab"),
        ),
    ),
    Desk(
        "A disputed link",
        ("claims:disputed-detail",),
        (
            Action("disputed.open", "o", "open the verdicts: you can no longer review it yourself then"),
            Action("disputed.contradicts", "c", "settle it as contradicts; the next one follows"),
            Action("disputed.supports", "s", "settle it as supports; the next one follows"),
            Action("disputed.neither", "n", "settle it as neither; the next one follows"),
            Action("disputed.note", "r", "to the note, before you settle"),
            Action("disputed.next", "k", "to the next, leaving this one as it is"),
            Action("disputed.reading", "q", "why they split: they read the quote differently"),
            Action("disputed.context", "m", "why they split: context was missing"),
            Action("disputed.standard", "d", "why they split: another standard"),
            Action("disputed.slip", "y", "why they split: a slip"),
        ),
    ),
    Desk(
        "Guidelines",
        ("claims:guidelines", "claims:guidelines-version"),
        (Action("guidelines.edit", "e", "write a new version", least="lead"),),
    ),
    Desk(
        "Orphans of a new version",
        ("claims:orphan-list",),
        (
            Action("orphan.place", "y", "it rests on the words that are proposed", least="analyst"),
            Action("orphan.keep", "k", "keep it with the old version", least="analyst"),
            Action("orphan.bin", "b", "put the claim in the bin", least="analyst"),
            Action("orphan.next", "n", "another first", least="analyst"),
        ),
    ),
    Desk("A discussion", ("claims:discussion",), _discussion_of("discussion")),
    Desk("News", ("claims:news",), (Action("news.seen", "m", "mark all of it as seen"),)),
    Desk(
        "Sets",
        ("claims:set-list",),
        (Action("sets.freeze", "f", "freeze the chosen links as a set", least="lead"),),
    ),
    Desk("My dossiers", ("sources:home",), (Action("home.new", "n", "a new dossier"),)),
    Desk(
        "Sources",
        ("sources:source-list",),
        (Action("sources.new", "n", "bring in a source", least="analyst"),),
    ),
    Desk(
        "Origins",
        ("sources:origin-list",),
        (
            Action("origins.down", "j", "to the next source"),
            Action("origins.up", "k", "to the source before"),
            Action("origins.confirm", "c", "confirm the origin at hand, or the first", least="analyst"),
            Action("origins.split", "s", "split the source at hand off", least="analyst"),
            Action("origins.alone", "a", "the source at hand stands on its own", least="analyst"),
            Action("origins.join", "m", "to the numbers of sources to be joined", least="analyst"),
        ),
    ),
    Desk("A new token", ("sources:tokens",), (Action("token.copy", "c", "copy the token"),)),
    Desk("A new webhook", ("claims:webhooks",), (Action("webhook.copy", "c", "copy its secret"),)),
    Desk("An invitation", ("sources:member-invite",), (Action("invite.copy", "c", "copy the link"),)),
)

ACTIONS = {action.name: action for desk in (EVERYWHERE, *DESKS) for action in desk.actions}

type Changed = Mapping[str, str]
"""The keys that a person changed, by the name of the action."""


def key_of(action: Action, changed: Changed) -> str:
    """The key that does this for whoever changed these."""
    return changed.get(action.name, action.key)


def desk_of(page: str) -> Desk | None:
    """The desk that a page belongs to."""
    return next((desk for desk in DESKS if page in desk.pages), None)


def on_page(page: str, changed: Changed) -> dict[str, str]:
    """The keys that differ on this page: the default and this person's own."""
    desk = desk_of(page)
    actions = (*(desk.actions if desk else ()), *EVERYWHERE.actions)
    return {action.key: key_of(action, changed) for action in actions if action.name in changed}


def clashes(changed: Changed) -> Iterator[tuple[Action, Action]]:
    """Pairs of actions that one key would do on one page."""
    for desk in DESKS:
        taken: dict[str, Action] = {}
        for action in (*EVERYWHERE.actions, *desk.actions):
            for key in (key_of(action, changed), action.also):
                if key and key in taken:
                    yield taken[key], action
                elif key:
                    taken[key] = action


def wrong_key(key: str) -> str:
    """What is wrong with a key that somebody chose; '' when nothing is."""
    if len(key) != 1 or not key.isprintable() or key.isspace():
        return "One letter, digit or sign: what a single press of a key types."
    return "" if ord(key) < 0x10000 else "This sign is not one key on a keyboard."
