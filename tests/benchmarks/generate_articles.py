"""Articles whose origin is known: stories on a few topics, each as ten near copies and edits. The same seed, the same.

Stories of one topic draw on the same ten phrases each, so that unrelated ones share more wording than in any newspaper.
An edit does several things that desks do: an agency's dateline, another headline, a lead of their own, paragraphs cut
or put in another order, typos, other quotation marks and words, shortened to 60 %.
"""

import json
import random
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

TOPICS: dict[str, dict[str, list[str]]] = {
    "war": {
        "who": [
            "the foreign ministry",
            "a spokeswoman of the ministry",
            "the defence minister",
            "the alliance",
            "officials in the capital",
            "the president's office",
            "the commander of the northern front",
            "a diplomat who asked not to be named",
            "the security council",
            "the envoy of the union",
        ],
        "did": [
            "said that no weapons had been delivered",
            "denied that soldiers had crossed the border",
            "called on both sides to stop the fighting",
            "confirmed that talks would go on next week",
            "warned that further sanctions were being prepared",
            "rejected the report as without any ground",
            "announced that a corridor for civilians had been opened",
            "accused the neighbour of shelling a village",
            "said that the ceasefire held in most places",
            "asked for a meeting of the guarantor powers",
        ],
        "how": [
            "in a statement on Tuesday",
            "after a night of heavy shelling",
            "at a news conference in the capital",
            "on the sidelines of the summit",
            "according to a transcript published later",
            "in answer to questions",
            "two days before the anniversary",
            "although witnesses told a different story",
            "for the third time this month",
            "without giving any evidence",
        ],
    },
    "trade": {
        "who": [
            "the statistics office",
            "the central bank",
            "exporters in the south",
            "the customs authority",
            "analysts of two large banks",
            "the trade minister",
            "the chamber of commerce",
            "importers of machine tools",
            "a study by the university",
            "the association of shippers",
        ],
        "did": [
            "said that trade had grown by a fifth",
            "reported that exports fell for the third month",
            "expects prices to rise until the summer",
            "put the surplus at a record",
            "found that most goods came through third countries",
            "blamed the strong currency for the losses",
            "called for lower tariffs on raw materials",
            "revised the figures of last year upwards",
            "warned of a shortage of containers",
            "sees no sign of a recovery before autumn",
        ],
        "how": [
            "in its monthly report",
            "against the forecast of most economists",
            "compared with the same month of last year",
            "after adjusting for the season",
            "while imports stayed almost unchanged",
            "as the new rules came into force",
            "on the first day of the fair",
            "in figures released on Friday",
            "despite the closure of the northern port",
            "for the first time since the crisis",
        ],
    },
    "climate": {
        "who": [
            "farmers in the valley",
            "the weather service",
            "a group of researchers",
            "the environment agency",
            "the mayor of the coastal town",
            "insurers",
            "the water board",
            "foresters",
            "the minister for agriculture",
            "volunteers of the fire brigade",
        ],
        "did": [
            "expect a harvest a quarter smaller than usual",
            "measured the highest temperature on record",
            "asked households to save water",
            "said that the dikes would hold",
            "counted twice as many fires as a year ago",
            "want help before the winter",
            "warned that the river may fall further",
            "found less snow in the mountains than ever",
            "have begun to plant other trees",
            "put the damage at several hundred million",
        ],
        "how": [
            "after the driest spring in decades",
            "in a paper published this week",
            "as the heat wave entered its third week",
            "while the reservoirs stood at a third",
            "in spite of the rain of last weekend",
            "at a meeting with the union",
            "although the models had foreseen less",
            "for the second year in a row",
            "on the eve of the conference",
            "with the help of satellite pictures",
        ],
    },
    "health": {
        "who": [
            "the health ministry",
            "doctors at the university hospital",
            "the agency for medicines",
            "nurses' unions",
            "a panel of experts",
            "the maker of the vaccine",
            "the institute for public health",
            "insurers of the region",
            "the patients' association",
            "the head of the clinic",
        ],
        "did": [
            "reported a sharp rise in infections",
            "approved the drug for children",
            "found no link to the treatment",
            "said that beds were running short",
            "advised against a second dose",
            "began a trial with two thousand people",
            "called the shortage of staff alarming",
            "recalled several batches of the medicine",
            "expects the wave to end within weeks",
            "published the data that had been asked for",
        ],
        "how": [
            "in an interview with local radio",
            "after a review that took two years",
            "in a letter to the minister",
            "on the basis of forty studies",
            "although the side effects are rare",
            "as schools opened again",
            "while other countries decided otherwise",
            "at a hearing in parliament",
            "for people over sixty",
            "with immediate effect",
        ],
    },
}
NAMES = [
    "Adler",
    "Baptiste",
    "Castellan",
    "Dvorak",
    "Eriksen",
    "Fontaine",
    "Grabowski",
    "Haddad",
    "Ivanov",
    "Jansen",
    "Kovacs",
    "Lindqvist",
    "Moreau",
    "Nakamura",
    "Okafor",
    "Petrov",
    "Quiroga",
    "Rossi",
    "Sandoval",
    "Takahashi",
    "Ulrich",
    "Varga",
    "Weber",
    "Xu",
    "Yilmaz",
    "Zielinski",
    "Abara",
    "Brandt",
    "Chaudhry",
    "Doyle",
]
PLACES = [
    "Aldra",
    "Berran",
    "Corvale",
    "Dunmore",
    "Estova",
    "Falkenau",
    "Grentz",
    "Hollin",
    "Istra",
    "Jarnow",
    "Kestrel",
    "Lorne",
    "Marrow",
    "Nevis",
    "Ostrava",
    "Pellworm",
    "Quarrin",
    "Rostok",
    "Selby",
    "Tarn",
    "Ulverton",
    "Vadso",
    "Wessen",
    "Yarrow",
    "Zarnow",
]
PLAIN = [
    "Nobody was hurt, the police said.",
    "The case goes on.",
    "More was not known at first.",
    "It was raining at the time.",
    "The government had not commented by the evening.",
    "Both sides have kept silent since.",
    "A decision is due in March.",
]
AGENCIES = ["Reuters", "AFP", "AP", "dpa", "Xinhua", "TASS"]


@dataclass(frozen=True)
class Article:
    """``story`` is the truth: articles of one story have one origin."""

    story: int
    copy: int
    title: str
    outlet: str
    text: str


def articles(stories: int = 40, copies: int = 10, seed: int = 1) -> list[Article]:
    """``stories`` times ``copies``, in the order of their coming: not by story."""
    rng = random.Random(seed)
    made = []
    for story in range(stories):
        topic = list(TOPICS.values())[story % len(TOPICS)]
        paragraphs = _story(rng, topic)
        agency = rng.choice(AGENCIES)
        place = rng.choice(PLACES)
        for copy in range(copies):
            title = _headline(rng, paragraphs)
            text = f"{title}\n\n{_edited(rng, paragraphs, topic, place, agency, first=copy == 0)}"
            made.append(
                Article(
                    story,
                    copy,
                    title,
                    f"The {rng.choice(PLACES)} {rng.choice(['Post', 'Times', 'Echo'])}",
                    text,
                )
            )
    rng.shuffle(made)
    return made


def pairwise(truth: dict[str, int], found: list[list[str]]) -> tuple[float, float]:
    """Precision and recall over pairs: how many of those found together are, how many of those that are were found."""
    right = {frozenset(pair) for pair in combinations(truth, 2) if truth[pair[0]] == truth[pair[1]]}
    said = {frozenset(pair) for group in found for pair in combinations(group, 2)}
    return len(right & said) / max(1, len(said)), len(right & said) / max(1, len(right))


def _story(rng: random.Random, topic: dict[str, list[str]]) -> list[str]:
    """Six to ten paragraphs of two to four sentences, with this story's own people, places and figures."""
    people, places = rng.sample(NAMES, 4), rng.sample(PLACES, 3)
    return [
        " ".join(_sentence(rng, topic, people, places) for _ in range(rng.randrange(2, 5)))
        for _ in range(rng.randrange(6, 11))
    ]


def _sentence(rng: random.Random, topic: dict[str, list[str]], people: list[str], places: list[str]) -> str:
    who, did, how = (rng.choice(topic[part]) for part in ("who", "did", "how"))
    number = rng.randrange(12, 990)
    said = rng.choice(
        [
            f"{who} {did} {how}.",
            f"{how}, {who} {did}, {rng.choice(people)} added.",
            f"near {rng.choice(places)}, {who} {did} {how}.",
            f"{rng.choice(people)} of {rng.choice(places)} was told that {who} {did}, {number} times as it seems.",
            f"“{who} {did}”, said {rng.choice(people)}, “and {rng.choice(topic['who'])} {rng.choice(topic['did'])}.”",
            f"{rng.choice(people)} counted {number} in {rng.choice(places)} {how}.",
            f"{who} {did}; {rng.choice(topic['who'])} {rng.choice(topic['did'])} {rng.choice(topic['how'])}.",
            rng.choice(PLAIN),
        ]
    )
    return said[0].upper() + said[1:]


def _headline(rng: random.Random, paragraphs: list[str]) -> str:
    words = rng.choice(paragraphs).rstrip(".").split()
    start = rng.randrange(max(1, len(words) - 8))
    return " ".join(words[start : start + rng.randrange(5, 9)]).strip("“”,;").capitalize()


def _edited(
    rng: random.Random,
    paragraphs: list[str],
    topic: dict[str, list[str]],
    place: str,
    agency: str,
    *,
    first: bool,
) -> str:
    """The story as one desk prints it; ``first`` is as the agency sent it."""
    edits: list[Callable[[list[str]], list[str]]] = [
        lambda body: [body[0], *rng.sample(body[1:], len(body) - 1)],
        lambda body: [part for part in body if rng.random() > 0.2] or body,
        lambda body: body[: max(2, round(len(body) * 0.6))],
        lambda body: [_sentence(rng, topic, rng.sample(NAMES, 2), rng.sample(PLACES, 2)), *body],
        lambda body: [
            *body[:2],
            *(_sentence(rng, topic, NAMES[:3], PLACES[:3]) for _ in range(2)),
            *body[2:],
        ],
        lambda body: [_with_typos(rng, part) for part in body],
        lambda body: [part.replace("“", '"').replace("”", '"').replace("said", "has said") for part in body],
        lambda body: [part.replace(", ", " – ", 1) for part in body],
    ]
    body = list(paragraphs)
    for edit in [] if first else rng.sample(edits, rng.randrange(1, 5)):
        body = edit(body)
    if first or rng.random() < 0.5:
        body[0] = f"{place.upper()} ({agency}) – {body[0]}"
    elif rng.random() < 0.3:
        body.append(f"({agency})")
    return "\n\n".join(body)


def _with_typos(rng: random.Random, text: str) -> str:
    words = text.split(" ")
    for at, word in enumerate(words):
        if len(word) > 4 and rng.random() < 0.03:
            cut = rng.randrange(1, len(word) - 2)
            words[at] = word[:cut] + word[cut + 1] + word[cut] + word[cut + 2 :]
    return " ".join(words)


def main(folder: Path) -> None:
    """Write them as text files, with ``truth.json``: the story of each file."""
    folder.mkdir(parents=True, exist_ok=True)
    truth = {}
    for at, article in enumerate(articles()):
        name = f"{at:03}.txt"
        (folder / name).write_text(article.text)
        truth[name] = article.story
    (folder / "truth.json").write_text(json.dumps(truth))
    print(f"{len(truth)} articles in {folder}.")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
