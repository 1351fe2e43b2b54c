"""The public perspectrum set as an exchange file: debate statements, and what supports or undermines them."""

import json
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

CLAIMS, LINKS = 12_019, 11_805
"""Of its 11,822 links 17 join a pair that another one joins already: a dossier holds one link a pair."""


def lines(folder: Path) -> Iterator[dict[str, Any]]:
    """Every statement a claim, every website a source whose text is its statements one below the other."""
    debates = json.loads((folder / "perspectrum_with_answers_v1.0.json").read_text())
    pool = json.loads((folder / "perspective_pool_v1.0.json").read_text())
    topics = {row["claim_id"]: row["topics"] for row in json.loads((folder / "topic.json").read_text())}
    statements = [
        (f"c{row['cId']}", row["source"], row["text"], topics.get(row["cId"], [])) for row in debates
    ]
    statements += [(f"p{row['pId']}", row["source"], row["text"], []) for row in pool]
    yield {
        "type": "dossier",
        "format": "gainsay/1",
        "slug": "perspectrum",
        "name": "perspectrum",
        "language": "en",
    }
    texts: defaultdict[str, list[str]] = defaultdict(list)
    lengths: defaultdict[str, int] = defaultdict(int)
    for identity, site, text, tags in statements:
        start = lengths[site]
        yield {
            "type": "claim", "id": identity, "source": site, "quote": text, "start": start, "end": start + len(text),
            "statement": text, "topics": tags,
        }  # fmt: skip
        texts[site].append(text)
        lengths[site] = start + len(text) + 1
    for site, parts in texts.items():
        yield {"type": "source", "id": site, "title": site, "language": "en", "text": "\n".join(parts)}
    pairs = set()
    for debate in debates:
        for number, cluster in enumerate(debate["perspectives"]):
            kind = "supports" if cluster["stance_label_3"] == "SUPPORT" else "contradicts"
            for perspective in cluster["pids"]:
                pair = f"p{perspective}", f"c{debate['cId']}"
                if pair not in pairs:
                    pairs.add(pair)
                    yield {
                        "type": "link", "id": f"{pair[1]}/{number}/{perspective}", "from": pair[0], "to": pair[1],
                        "kind": kind, "votes": cluster["voter_counts"],
                    }  # fmt: skip


def write(folder: Path, path: Path) -> Path:
    with path.open("w") as file:
        for line in lines(folder):
            file.write(json.dumps(line, ensure_ascii=False) + "\n")
    return path
