"""The public sets that suggestions are trained and tested on, read by path from ../shared; none of it is kept here.

Vectors of their sentences are cached in a folder named by ``GAINSAY_BENCHMARK_CACHE``, else beside the data of the
checkout (``var/benchmarks``), since computing them takes longer than the benchmark itself.
"""

import csv
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from claims.suggestions.bert import Floats
from claims.suggestions.denial import denied_vectors
from claims.suggestions.embedding import Embedder
from claims.suggestions.records import ClaimView, LinkView, Stance

ROOT = Path(__file__).resolve().parent.parent.parent
SHARED = ROOT.parent / "shared"
DATA = SHARED / "data"
GOLD = SHARED / "gold" / "three-articles.jsonl"
CACHE = Path(os.environ.get("GAINSAY_BENCHMARK_CACHE") or ROOT / "var" / "benchmarks")

LABELS = {
    "contradiction": Stance.CONTRADICTS,
    "entailment": Stance.SUPPORTS,
    "neutral": Stance.NEITHER,
    "REFUTES": Stance.CONTRADICTS,
    "SUPPORTS": Stance.SUPPORTS,
    "UNDERMINE": Stance.CONTRADICTS,
    "SUPPORT": Stance.SUPPORTS,
    "not_entailment": Stance.CONTRADICTS,
}


class Pair(NamedTuple):
    a: str
    b: str
    stance: Stance


class Pool(NamedTuple):
    """Texts to search, and queries with the places of the texts that contradict them."""

    texts: list[str]
    queries: list[tuple[str, frozenset[int]]]


class GoldSet(NamedTuple):
    claims: list[ClaimView]
    links: list[LinkView]


def oie_nli(part: str) -> list[Pair]:
    """SNLI and MultiNLI pairs; part is ``train``, ``devin`` or ``testin``."""
    with (DATA / "oie_nli" / f"oie-{part}.csv").open(encoding="utf-8", newline="") as file:
        return [
            Pair(row["Premise"], row["Hypothesis"], LABELS[row["GoldLabel"]]) for row in csv.DictReader(file)
        ]


def neg_nli() -> list[Pair]:
    """SNLI and MNLI pairs with negations added; RTE, which is not labelled three ways, is left out."""
    return [
        Pair(row[1], row[2], LABELS[row[3].strip()])
        for name in ("SNLI", "MNLI")
        for row in _rows(DATA / "neg_nli" / f"{name}.txt", "cp1252")
    ]


def scifact(part: str) -> list[Pair]:
    """Science claims against sentences of abstracts, two ways; part is ``train`` or ``dev``."""
    return [
        Pair(row[1], row[2], LABELS[row[3].strip()])
        for row in _rows(DATA / "scifact_rte" / f"{part}.tsv", "utf-8")
    ]


def _rows(path: Path, encoding: str) -> list[list[str]]:
    text = path.read_bytes().decode(encoding).replace("\r\n", "\n")
    rows = [line.split("\t") for line in text.split("\n")[1:]]
    return [row for row in rows if len(row) >= 4 and row[1] and row[2]]


def fever_symmetric() -> list[Pair]:
    """The dev part of version 0.2: word overlap tells nothing of the label."""
    lines = _lines(DATA / "fever_symmetric" / "symmetric_v0.2_fever_symmetric_dev.jsonl")
    return [Pair(row["sentence1"], row["sentence2"], LABELS[row["gold_label"]]) for row in lines]


def fool_me_twice() -> Pool:
    """Statements of dev that are refuted, against all sentences of dev: gold and retrieved."""
    lines = _lines(DATA / "fool_me_twice" / "dev.jsonl")
    place: dict[str, int] = {}
    for row in lines:
        for one in [*row["gold_evidence"], *row["retrieved_evidence"]]:
            place.setdefault(one["text"], len(place))
    queries = [
        (row["text"], frozenset(place[one["text"]] for one in row["gold_evidence"]))
        for row in lines
        if row["label"] == "REFUTES"
    ]
    return Pool(list(place), queries)


def perspectrum(parts: Iterable[str]) -> tuple[Pool, list[Pair]]:
    """Debate claims of the parts named (train, dev, test) against all perspectives; and the pairs as labelled."""
    folder = DATA / "perspectrum"
    claims = json.loads((folder / "perspectrum_with_answers_v1.0.json").read_text(encoding="utf-8"))
    pool = json.loads((folder / "perspective_pool_v1.0.json").read_text(encoding="utf-8"))
    split = json.loads((folder / "dataset_split_v1.0.json").read_text(encoding="utf-8"))
    place = {row["pId"]: at for at, row in enumerate(pool)}
    texts = [row["text"] for row in pool]
    wanted = set(parts)
    queries: list[tuple[str, frozenset[int]]] = []
    pairs: list[Pair] = []
    for claim in claims:
        if split[str(claim["cId"])] not in wanted:
            continue
        against: set[int] = set()
        for cluster in claim["perspectives"]:
            stance = LABELS.get(cluster["stance_label_3"])
            rows = [place[one] for one in cluster["pids"] if one in place]
            if stance:
                pairs += [Pair(claim["text"], texts[row], stance) for row in rows]
            if stance is Stance.CONTRADICTS:
                against |= set(rows)
        if against:
            queries.append((claim["text"], frozenset(against)))
    return Pool(texts, queries), pairs


def gold() -> GoldSet:
    """Three articles on China and Russia, annotated by hand: 78 claims, 179 links."""
    lines = _lines(GOLD)
    claims = [
        ClaimView(
            key=row["id"],
            statement=row["statement"],
            quote=row["quote"],
            source=row["source"],
            speaker=row.get("speaker") or "",
            via=row.get("via") or "",
            asserted=row.get("asserted") or "",
            about=row.get("about") or "",
            modality=row.get("modality") or "",
        )
        for row in lines
        if row["type"] == "claim"
    ]
    links = [LinkView(row["from"], row["to"], Stance(row["kind"])) for row in lines if row["type"] == "link"]
    return GoldSet(claims, links)


def _lines(path: Path) -> list[dict]:  # type: ignore[type-arg]
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def vectors(engine: Embedder, texts: Iterable[str], denied: bool = False) -> Mapping[str, Floats]:
    """The vector of each text, or of its denial, from the cache where this very set was embedded before."""
    every = sorted(set(texts))
    what = ["denied"] if denied else []
    name = hashlib.sha256("\0".join([engine.name, engine.version, *what, *every]).encode()).hexdigest()[:24]
    path = CACHE / f"{name}.npy"
    if path.is_file():
        made = np.load(path)
    else:
        CACHE.mkdir(parents=True, exist_ok=True)
        made = denied_vectors(engine, every) if denied else engine.embed(every)
        np.save(path, made)
    return dict(zip(every, made, strict=True))
