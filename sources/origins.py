"""Which sources seem to share one origin, and why. A rule over values: it reads and writes nothing.

Versions of one source, what a person confirmed, and sources of one address are each one voice from the start. Voices
are then taken together by average linkage (R. Sokal, C. Michener 1958) over the wording that they share: two groups
become one while their members share, on average over all pairs of them, enough. So a review of the week, which shares
wording with two stories, does not make one story of them, as a chain of neighbours would. What a person told apart
never comes together, and no two confirmed origins do.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from typing import NamedTuple
from urllib.parse import parse_qsl, urlencode, urlsplit

LEAST_ON_AVERAGE = 0.3
"""From this average of the shared wording of all pairs two groups become one."""
STRENGTHENED = 0.1
"""What a common agency, or the same outlet that claims came through, adds to wording that is shared."""
REASONS = 30
"""How many reasons a group keeps at most."""
NEARLY = 0.85
"""Two sources share their wording where the one's share is nearly the other's; else the one stands in the other."""


@dataclass(frozen=True)
class Text:
    """A source as far as its origin goes. ``credits``: the agencies that it credits and the outlets that its claims
    came through, as sentences name them. ``confirmed``: the origin that a person put it in.
    """  # fmt: skip

    key: int
    number: int
    address: str = ""
    is_canonical: bool = False
    replaces: int | None = None
    confirmed: int | None = None
    credits: frozenset[str] = frozenset()


class Shared(NamedTuple):
    """The wording that two sources share: of both together, of the one's, of the other's."""

    similarity: float
    of_one: float
    of_other: float

    @property
    def share(self) -> float:
        return max(self.of_one, self.of_other)


@dataclass(frozen=True)
class Group:
    """Sources that seem to share an origin, by key, and why; ``joins`` is the confirmed one that they belong to."""

    members: tuple[int, ...]
    reasons: tuple[str, ...]
    joins: int | None = None


@dataclass
class _Cluster:
    members: list[int]
    voices: int = 1
    confirmed: int | None = None
    apart: set[int] = field(default_factory=set)  # sources that none of these may come together with
    beside: dict[int, float] = field(
        default_factory=dict
    )  # cluster: the sum of shared wording over pairs of voices


type Pairs = Mapping[tuple[int, int], Shared]
"""By keys, the lower first."""


def groups(
    texts: Iterable[Text], pairs: Pairs, apart: Iterable[tuple[int, int]], least: float
) -> list[Group]:
    """The proposals: groups of two or more, and what seems to belong to a confirmed origin. ``least``: the wording that
    two must share to be neighbours at all. In order of their first number.
    """  # fmt: skip
    known = {text.key: text for text in sorted(texts, key=lambda text: text.number)}
    told_apart = defaultdict[int, set[int]](set)
    for one, other in apart:
        told_apart[one].add(other)
        told_apart[other].add(one)
    weights = _weights(known, pairs, least)
    clusters = _clusters(known, _voices(known, told_apart), weights, told_apart)
    found = [group for cluster in clusters for group in _proposals(known, cluster, pairs)]
    return sorted(found, key=lambda group: known[group.members[0]].number)


def _weights(known: Mapping[int, Text], pairs: Pairs, least: float) -> dict[tuple[int, int], float]:
    weights = {}
    for (one, other), shared in pairs.items():
        if one in known and other in known:
            common = known[one].credits & known[other].credits
            weight = min(1.0, shared.share + (STRENGTHENED if common else 0.0))
            if weight >= least:
                weights[one, other] = weight
    return weights


def _voices(known: Mapping[int, Text], told_apart: Mapping[int, Set[int]]) -> list[list[int]]:
    """Sources that are one voice from the start: confirmed so, versions of each other, or of one address."""
    voice_of = {key: [key] for key in known}

    def unite(one: int, other: int) -> None:
        ours, theirs = voice_of[one], voice_of[other]
        confirmed = {known[key].confirmed for key in (*ours, *theirs)} - {None}
        if (
            ours is theirs
            or len(confirmed) > 1
            or any(told_apart.get(key, set()) & {*theirs} for key in ours)
        ):
            return
        ours += theirs
        voice_of.update(dict.fromkeys(theirs, ours))

    for same in (
        _by(known.values(), lambda text: text.confirmed),
        [(text.replaces, text.key) for text in known.values() if text.replaces in known],
        _by(known.values(), lambda text: text.address),
    ):
        for one, other in same:
            if one is not None:
                unite(one, other)
    return list({id(voice): voice for voice in voice_of.values()}.values())


def _by(texts: Iterable[Text], named: Callable[[Text], object]) -> list[tuple[int, int]]:
    """Each text beside the first that has the same."""
    first: dict[object, int] = {}
    return [
        (first.setdefault(name, text.key), text.key)
        for text in texts
        if (name := named(text)) not in (None, "")
    ]


def _clusters(
    known: Mapping[int, Text],
    voices: Sequence[list[int]],
    weights: Mapping[tuple[int, int], float],
    told_apart: Mapping[int, Set[int]],
) -> list[_Cluster]:
    clusters: dict[int, _Cluster] = {}
    cluster_of: dict[int, int] = {}
    for at, voice in enumerate(voices):
        confirmed = next((known[key].confirmed for key in voice if known[key].confirmed), None)
        out = set().union(*(told_apart.get(key, set()) for key in voice))
        clusters[at] = _Cluster(list(voice), confirmed=confirmed, apart=out)
        cluster_of.update(dict.fromkeys(voice, at))
    for (one, other), weight in weights.items():
        a, b = cluster_of[one], cluster_of[other]
        if a != b:  # two voices share what the nearest of their sources share
            clusters[a].beside[b] = clusters[b].beside[a] = max(weight, clusters[a].beside.get(b, 0.0))
    heap = [
        (-weight, a, b) for a, cluster in clusters.items() for b, weight in cluster.beside.items() if a < b
    ]
    heapify(heap)
    following = len(voices)
    while heap:
        weight, a, b = heappop(heap)
        if a not in clusters or b not in clusters:
            continue
        if -weight < LEAST_ON_AVERAGE:
            break
        first, second = clusters[a], clusters[b]
        if first.apart.intersection(second.members) or (first.confirmed and second.confirmed):
            continue  # two that may never be one stay as near as they are: nothing will change that
        del clusters[a], clusters[b]
        merged = _merged(first, second, a, b)
        clusters[following] = merged
        for c, total in merged.beside.items():
            near = clusters[c]
            near.beside.pop(a, None)
            near.beside.pop(b, None)
            near.beside[following] = total
            heappush(heap, (-total / (merged.voices * near.voices), c, following))
        following += 1
    return list(clusters.values())


def _merged(one: _Cluster, other: _Cluster, a: int, b: int) -> _Cluster:
    beside = {
        c: one.beside.get(c, 0.0) + other.beside.get(c, 0.0)
        for c in (one.beside.keys() | other.beside.keys()) - {a, b}
    }
    return _Cluster(
        members=one.members + other.members,
        voices=one.voices + other.voices,
        confirmed=one.confirmed or other.confirmed,
        apart=one.apart | other.apart,
        beside=beside,
    )


def _proposals(known: Mapping[int, Text], cluster: _Cluster, pairs: Pairs) -> Iterable[Group]:
    in_order = sorted(cluster.members, key=lambda key: known[key].number)
    new = tuple(key for key in in_order if known[key].confirmed is None)
    if not new or len(in_order) < 2:
        return
    texts = [known[key] for key in in_order]
    wanted = set(new) if cluster.confirmed else set(in_order)
    yield Group(new, tuple(_reasons(texts, pairs, wanted)[:REASONS]), cluster.confirmed)


def _reasons(texts: Sequence[Text], pairs: Pairs, wanted: Set[int]) -> list[str]:
    """Why these belong together, in sentences; of those already confirmed only what ties the ``wanted`` to them."""
    said = [
        f"S-{text.number} is a new version of S-{before.number}."
        for text in texts
        for before in texts
        if text.replaces == before.key and text.key in wanted
    ]
    by_address = defaultdict[str, list[Text]](list)
    for text in texts:
        by_address[text.address].append(text)
    for address, same in by_address.items():
        if address and len(same) > 1 and wanted & {text.key for text in same}:
            what = "canonical address" if all(text.is_canonical for text in same) else "web address"
            said.append(f"{_listed(same)} give the same {what}.")
    said += _shared_wording(texts, pairs, wanted)
    by_credit = defaultdict[str, list[Text]](list)
    for text in texts:
        for credit in text.credits:
            by_credit[credit].append(text)
    said += [
        f"{_listed(same)} {credit}."
        for credit, same in sorted(by_credit.items())
        if len(same) > 1 and wanted & {text.key for text in same}
    ]
    return said


def _shared_wording(texts: Sequence[Text], pairs: Pairs, wanted: Set[int]) -> Iterable[str]:
    """One sentence a source: what it shares with the nearest of those before it, or of those confirmed."""
    before: list[Text] = [text for text in texts if text.key not in wanted]
    for text in texts:
        if text.key not in wanted:
            continue
        near = [(shared, other) for other in before if (shared := _shared(pairs, text, other))]
        if near:
            shared, other = max(near, key=lambda pair: (pair[0].share, pair[0].similarity, -pair[1].number))
            yield sentence(text.number, other.number, shared)
        before.append(text)


def _shared(pairs: Pairs, text: Text, other: Text) -> Shared | None:
    """What the two share, seen from ``text``."""
    if text.key < other.key:
        return pairs.get((text.key, other.key))
    turned = pairs.get((other.key, text.key))
    return turned and Shared(turned.similarity, turned.of_other, turned.of_one)


def sentence(number: int, other: int, shared: Shared) -> str:
    """What two sources share, in words; ``shared`` is seen from ``number``."""
    if number > other:
        number, other = other, number
        shared = Shared(shared.similarity, shared.of_other, shared.of_one)
    shorter, longer, share = (
        (number, other, shared.of_one)
        if shared.of_one >= shared.of_other
        else (other, number, shared.of_other)
    )
    least = min(shared.of_one, shared.of_other)
    if least >= NEARLY * share:
        return f"S-{number} and S-{other} share {percent(least)} of their wording."
    return f"{percent(share)} of the wording of S-{shorter} stands in S-{longer}."


def percent(share: float) -> str:
    """A share as people read it: 100 % only of all."""
    return f"{min(99, round(share * 100)) if share < 1 else 100}\N{NO-BREAK SPACE}%"


def _listed(texts: Sequence[Text]) -> str:
    names = [f"S-{text.number}" for text in texts]
    return f"{', '.join(names[:-1])} and {names[-1]}"


_TRACKING = re.compile(
    r"\A(?:utm_\w+|fbclid|gclid|dclid|msclkid|yclid|mc_[ce]id|igshid|ref(?:_src|errer)?|cmpid|ocid|xtor|at_\w+|"
    r"ito|smid|partner|feature|wt_mc|_ga|spm|share(?:d|_from)?|CMP)\Z",
    re.IGNORECASE,
)


def address_of(canonical_url: str, url: str) -> str:
    """The address as two sources can be compared by it, '' for none that says anything: without scheme, "www.",
    port, fragment, what only follows the visitor, and the last slash. A page without a path is a whole site: it says
    nothing of one text.
    """  # fmt: skip
    try:
        parts = urlsplit((canonical_url or url).strip())
        host = (parts.hostname or "").rstrip(".")
    except ValueError:
        return ""
    if parts.scheme.lower() not in ("http", "https") or not host:
        return ""
    query = sorted(pair for pair in parse_qsl(parts.query) if not _TRACKING.match(pair[0]))
    path = re.sub(r"/(?:amp|index\.html?)?/?\Z", "", parts.path)
    if not path and not query:
        return ""
    host = re.sub(r"\A(?:www|m|amp|mobile)\.", "", host)
    return f"{host}{path}?{urlencode(query)}" if query else f"{host}{path}"
