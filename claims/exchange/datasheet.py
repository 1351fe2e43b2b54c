"""A datasheet of a frozen set, in Markdown: what whoever uses it should know (after Gebru et al., 2021)."""

from claims.models import AnnotatedSet, Kind, SetFile

FIGURES = {
    "krippendorff_alpha": "Krippendorff’s alpha",
    "cohen_kappa": "Cohen’s kappa",
    "fleiss_kappa": "Fleiss’ kappa",
    "raw_agreement": "Raw agreement",
}
_BY = {"date": "by date, the oldest stories for training and the newest for testing", "random": "at random"}


def describe(one: AnnotatedSet, files: dict[str, SetFile]) -> bytes:
    parts = (
        _head(one),
        _motivation(one),
        _composition(one),
        _judging(one),
        _split(one) if one.split else "",
        _use(one, files["gainsay"]),
    )
    return "\n".join(part for part in parts if part).encode()


def _words(text: str) -> str:
    """Written words so that they are read as such, not as marks of Markdown."""
    flat = " ".join(text.split())
    return "".join(f"\\{sign}" if sign in "\\`*_{}[]<>#|~" else sign for sign in flat)


def _quoted(text: str) -> str:
    return "\n".join(f"> {_words(line)}" for line in text.splitlines() if line.strip())


def _table(head: tuple[str, ...], rows: list[tuple[object, ...]]) -> str:
    lines = [head, tuple("---:" if n else "---" for n in range(len(head))), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines) + "\n"


def _head(one: AnnotatedSet) -> str:
    return (
        f"# {_words(one.name)}, version {one.version}\n\n"
        f"Annotated set {one.cited} of the dossier “{_words(one.dossier.name)}”, frozen on {one.at.day} "
        f"{one.at:%B %Y} by {_words(one.by.name)}.\n"
    )


def _motivation(one: AnnotatedSet) -> str:
    return f"## Why it was made\n\n{_quoted(one.purpose)}\n"


def _composition(one: AnnotatedSet) -> str:
    chosen = "".join(f"- {_words(label)}: {_words(value)}\n" for label, value in one.filter)
    counts = _table(("What", "How many"), [(name, f"{n:,}") for name, n in one.counts.items()])
    total = one.counts["links"]
    labels = [(kind, one.balance[kind]) for kind in Kind.values] + [("not settled", one.balance["unsettled"])]
    balance = _table(
        ("Label", "Links", "Share"), [(name, f"{n:,}", f"{100 * n / total:.1f} %") for name, n in labels]
    )
    return (
        "## What is in it\n\nAn item is a *link*: two claims and how they stand to each other. A claim is one "
        "proposition in an analyst’s words, resting on the exact words of a source.\n\n"
        f"{counts}\n{balance}\n"
        + (
            f"Chosen were the links with:\n\n{chosen}"
            if chosen
            else "All links of the dossier were chosen.\n"
        )
    )


def _judging(one: AnnotatedSet) -> str:
    agreement = one.agreement
    rows = []
    for name, label in FIGURES.items():
        figure = agreement["figures"][name]
        if figure["value"] is None:
            rows.append((label, "none", figure["why"]))
            continue
        between = figure["low"] is not None
        rows.append((
            label, f"{figure['value']:.3f}",
            f"{figure['low']:.3f} to {figure['high']:.3f}" if between else figure["why"],
        ))  # fmt: skip
    guided = f" They judged by the dossier’s guidelines, {_words(one.guidelines)}." if one.guidelines else ""
    return (
        "## How it was judged\n\nEach link was judged by several reviewers, blind to each other and to what was "
        "proposed. Where they agree it is settled; where not, a lead adjudicates. Of links that were not settled when "
        f"the set was frozen it holds the pair, and neither reviews nor state.{guided}\n\n"
        f"Agreement, over the {agreement['links_used']:,} settled links with at least two reviews. Where unanimity is "
        "what settles a link these figures lean high: links on which reviewers differed are among them only once "
        "adjudicated.\n\n" + _table(("Figure", "Value", "95 % interval"), rows)  # type: ignore[arg-type]
    )


def _split(one: AnnotatedSet) -> str:
    split = one.split
    rows: list[tuple[object, ...]] = [
        (name, f"{split['shares'][name]} %", f"{part['links']:,}", f"{part['sources']:,}", f"{part['families']:,}")
        for name, part in split["parts"].items()
    ]  # fmt: skip
    return (
        f"## How it is split\n\n{_BY[split['by']].capitalize()}, with the seed {split['seed']}. Both sides of a "
        "link, all sources of one origin and all versions of a source stay in one part, so that no story crosses. Such "
        f"a family is never cut; the largest has {split['largest']:,} links. Shares are met as far as that allows.\n\n"
        + _table(("Part", "Wanted", "Links", "Sources", "Families"), rows)
    )  # fmt: skip


def _use(one: AnnotatedSet, file: SetFile) -> str:
    return (
        f"## How to use and cite it\n\nLicence: {_words(one.licence)}. The quotes remain their sources’.\n\n"
        f"{_quoted(one.citation)}\n\n"
        f"The content never changes: as `gainsay` it has {file.size:,} bytes with the SHA-256 `{file.sha256}`. "
        "All other formats are made from those bytes. A mistaken set is withdrawn and another version frozen; numbers "
        "are never used again.\n"
    )
