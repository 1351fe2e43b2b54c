"""A Hugging Face dataset folder: Parquet with its card, for training; zipped for a download.

Its columns are those of ``nli``. It needs pyarrow, which is an extra of its own, being as large as the rest together.
"""

import importlib
import importlib.util
import io
import tempfile
import zipfile
from collections.abc import Generator, Iterable
from itertools import batched
from pathlib import Path
from typing import IO, Any

from claims.exchange.nli import LABELS, NO_LABEL, SPLIT, rows
from claims.exchange.selection import Format, Selection, snapshot
from claims.models import Kind

DATA = "data/train-00000-of-00001.parquet"
_AT_ONCE = 5_000
_BLOCK = 65_536
_THEN = (1980, 1, 1, 0, 0, 0)
"""What a zip says of when its files were made: the same set makes the same file."""

NAMES = [LABELS[kind] for kind in (Kind.SUPPORTS, Kind.NEITHER, Kind.CONTRADICTS)]
"""The labels in the order of SNLI and MNLI there: 0 entailment, 1 neutral, 2 contradiction; -1 is none."""


def missing() -> str:
    """Why it cannot be written here; "" when it can."""
    if importlib.util.find_spec("pyarrow") is not None:
        return ""
    return "The hf format needs pyarrow, which is not installed here: uv sync --extra parquet."


def write(selection: Selection) -> Generator[bytes]:
    """The folder as a zip, made on disk, then read off in blocks. RuntimeError where pyarrow is missing."""
    if reason := missing():
        raise RuntimeError(reason)
    with tempfile.TemporaryFile() as file:
        with snapshot(), tempfile.TemporaryFile() as parquet:
            count = _parquet(selection, parquet)
            parquet.seek(0)
            with zipfile.ZipFile(file, "w") as folder:
                folder.writestr(zipfile.ZipInfo("README.md", _THEN), _card(selection, count))
                with folder.open(zipfile.ZipInfo(DATA, _THEN), "w", force_zip64=True) as inside:
                    while block := parquet.read(_BLOCK):
                        inside.write(block)
        file.seek(0)
        while block := file.read(_BLOCK):
            yield block


def unpack(blocks: Iterable[bytes], folder: Path) -> None:
    """What ``write`` gives, laid out in this folder."""
    with tempfile.TemporaryFile() as file:
        for block in blocks:
            file.write(block)
        file.seek(0)
        with zipfile.ZipFile(file) as packed:
            packed.extractall(folder)


HUGGING_FACE = Format(
    "hf",
    "Hugging Face dataset",
    "zip",
    "application/zip",
    write,
    "For training: a dataset folder with Parquet and its card, which load_dataset reads.",
    is_text=False,
    missing=missing,
    unpack=unpack,
)


SIDES = [
    f"{side}_{key}" for side in ("premise", "hypothesis") for key in ("id", "source", "speaker", "quote")
]


def _schema(arrow: Any) -> Any:
    text, votes = arrow.string(), arrow.list_(arrow.string())
    return arrow.schema([
        ("id", text), ("premise", text), ("hypothesis", text), ("label", arrow.int8()), ("annotator_labels", votes),
        ("state", text), ("kind", text),
        *((name, text) for name in (*SIDES, SPLIT)),
    ])  # fmt: skip


def _parquet(selection: Selection, file: IO[bytes]) -> int:
    """Write the rows, a group of some thousand at a time; how many they are."""
    arrow, parquet = importlib.import_module("pyarrow"), importlib.import_module("pyarrow.parquet")
    schema, count = _schema(arrow), 0
    with parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for block in batched(rows(selection), _AT_ONCE, strict=False):
            lines = [{**line, "label": _label(str(line["label"]))} for line in block]
            writer.write_table(arrow.Table.from_pylist(lines, schema=schema))
            count += len(lines)
    return count


def _label(name: str) -> int:
    return -1 if name == NO_LABEL else NAMES.index(name)


def _card(selection: Selection, count: int) -> str:
    dossier = selection.dossier
    card = io.StringIO()
    names = "".join(f"          '{n}': {name}\n" for n, name in enumerate(NAMES))
    card.write(
        "---\n"
        f"pretty_name: {_yaml(dossier.name)}\n"
        f"{f'language: [{_yaml(dossier.language)}]{chr(10)}' if dossier.language else ''}"
        "task_categories: [text-classification]\n"
        "task_ids: [natural-language-inference]\n"
        "configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data/train-*\n"
        "dataset_info:\n  features:\n"
    )
    for name in ("id", "premise", "hypothesis"):
        card.write(f"  - name: {name}\n    dtype: string\n")
    card.write(f"  - name: label\n    dtype:\n      class_label:\n        names:\n{names}")
    card.write("  - name: annotator_labels\n    sequence: string\n")
    for name in ("state", "kind", *SIDES, SPLIT):
        card.write(f"  - name: {name}\n    dtype: string\n")
    card.write(
        f"  splits:\n  - name: train\n    num_examples: {count}\n---\n\n# {' '.join(dossier.name.split())}\n\n"
    )
    if dossier.question:
        card.write(f"{dossier.question}\n\n")
    card.write(
        f"{count:,} pairs of statements, each resting on a quote. `label` is {NAMES[0]}, {NAMES[1]} or {NAMES[2]}, and "
        "-1 for a pair that is not settled; `annotator_labels` are the reviewers' verdicts.\n"
    )
    return card.getvalue()


def _yaml(value: str) -> str:
    return '"' + " ".join(value.split()).replace("\\", "\\\\").replace('"', '\\"') + '"'
