"""The forward pass of a BERT-family encoder, in numpy: what a sentence vector or a judge of pairs is computed from.

Reads a folder as Hugging Face's libraries write it (config.json, tokenizer.json, model.safetensors). Nothing here
pools, compares or downloads. The encoder is that of Devlin et al. 2019 (BERT, NAACL, arXiv:1810.04805), with RoBERTa's
way of numbering positions where the folder says so (Liu et al. 2019, arXiv:1907.11692).
"""

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from tokenizers import Tokenizer

type Floats = npt.NDArray[np.float32]
type Whole = npt.NDArray[np.int64]

FAMILY = {"bert": 0, "roberta": 1, "xlm-roberta": 1, "camembert": 1}
"""Kinds that this pass can run, and whether their positions are counted from after the padding's."""

_SQRT_HALF = np.float32(1 / math.sqrt(2))
_HASTINGS_P = np.float32(0.3275911)
_HASTINGS = tuple(map(np.float32, (1.061405429, -1.453152027, 1.421413741, -0.284496736, 0.254829592)))
_ROWS = 32


class UnusableModel(ValueError):
    """The folder holds no model that can be run here; the message says what is missing or different."""


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def read_json(path: Path) -> dict[str, Any]:
    """An object from a JSON file."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnusableModel(f"{path} cannot be read: {error}.") from error
    if not isinstance(found, dict):
        raise UnusableModel(f"{path} holds no JSON object.")
    return found


def read_tensors(path: Path) -> dict[str, Floats]:
    """All tensors of a safetensors file, as float32.

    The format: eight bytes of length, a JSON header of that length, then the bytes that it points into
    (https://github.com/huggingface/safetensors#format).
    """
    data = path.read_bytes()
    if len(data) < 8:
        raise UnusableModel(f"{path} is no safetensors file.")
    size = int.from_bytes(data[:8], "little")
    try:
        header = json.loads(data[8 : 8 + size])
    except ValueError as error:
        raise UnusableModel(f"{path} is no safetensors file.") from error
    tensors: dict[str, Floats] = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        first, last = entry["data_offsets"]
        raw = data[8 + size + first : 8 + size + last]
        match entry["dtype"]:
            case "F32":
                values = np.frombuffer(raw, "<f4").astype(np.float32)
            case "F16":
                values = np.frombuffer(raw, "<f2").astype(np.float32)
            case "BF16":  # the upper half of a float32
                values = (np.frombuffer(raw, "<u2").astype(np.uint32) << 16).view(np.float32)
            case _:  # position numbers and the like
                continue
        tensors[name] = values.reshape(entry["shape"])
    return tensors


class Bert:
    """One encoder, loaded. Calls may come from several threads: nothing is changed after loading."""

    def __init__(self, folder: Path, max_length: int | None = None) -> None:
        config = read_json(folder / "config.json")
        kind = config.get("model_type", "bert")
        if kind not in FAMILY:
            raise UnusableModel(f"{folder} holds a {kind} model; {', '.join(FAMILY)} can be run.")
        if config.get("hidden_act", "gelu") != "gelu":
            raise UnusableModel(f"{folder} uses {config['hidden_act']}, and only gelu can be computed.")
        if config.get("position_embedding_type", "absolute") != "absolute":
            raise UnusableModel(f"{folder} uses relative positions, and only absolute ones can be computed.")
        for name in ("model.safetensors", "tokenizer.json"):
            if not (folder / name).is_file():
                raise UnusableModel(f"{folder} has no {name}.")
        self.folder = folder
        self.dimensions = int(config["hidden_size"])
        self.layers = int(config["num_hidden_layers"])
        self.heads = int(config["num_attention_heads"])
        self.epsilon = np.float32(config.get("layer_norm_eps", 1e-12))
        self.padding = int(config.get("pad_token_id") or 0)
        self.first_position = (self.padding + 1) if FAMILY[kind] else 0
        positions = int(config["max_position_embeddings"]) - self.first_position
        self.max_length = min(positions, max_length or positions)
        self.tensors = _without_prefix(read_tensors(folder / "model.safetensors"), folder)
        self.tokenizer: Tokenizer = Tokenizer.from_file(str(folder / "tokenizer.json"))
        self.tokenizer.no_padding()
        self.tokenizer.enable_truncation(self.max_length)

    def hidden(self, ids: Whole, mask: Whole, types: Whole | None = None) -> Floats:
        """The last layer's vectors [n, length, dimensions] of tokens [n, length]; mask is 1 where a token counts."""
        return self.layer_outputs(self.embedded(ids, mask, types), mask)

    def embedded(self, ids: Whole, mask: Whole, types: Whole | None = None) -> Floats:
        """Word, position and type vectors, summed and normalised."""
        if self.first_position:
            positions = np.cumsum(mask, axis=1) * mask + self.padding
        else:
            positions = np.broadcast_to(np.arange(ids.shape[1]), ids.shape)
        kinds = np.zeros_like(ids) if types is None else types
        summed = (
            self.tensors["embeddings.word_embeddings.weight"][ids]
            + self.tensors["embeddings.token_type_embeddings.weight"][kinds]
            + self.tensors["embeddings.position_embeddings.weight"][positions]
        )
        return self.normalised(summed, "embeddings.LayerNorm")

    def layer_outputs(self, x: Floats, mask: Whole) -> Floats:
        """What the layers make of embedded tokens."""
        hidden_from = np.where(mask[:, None, None, :] == 1, np.float32(0), np.float32(-1e9))
        for number in range(self.layers):
            x = self._layer(x, hidden_from, f"encoder.layer.{number}.")
        return x

    def _layer(self, x: Floats, hidden_from: Floats, at: str) -> Floats:
        n, length, width = x.shape
        size = width // self.heads

        def split(name: str) -> Floats:
            made = self.linear(x, f"{at}attention.self.{name}")
            return made.reshape(n, length, self.heads, size).transpose(0, 2, 1, 3)

        scores: Floats = split("query") @ split("key").transpose(0, 1, 3, 2)
        scores *= np.float32(1 / math.sqrt(size))
        scores += hidden_from
        scores -= scores.max(axis=-1, keepdims=True)
        np.exp(scores, out=scores)
        scores /= scores.sum(axis=-1, keepdims=True)
        mixed: Floats = scores @ split("value")
        seen = mixed.transpose(0, 2, 1, 3).reshape(n, length, width)
        x = self.normalised(
            x + self.linear(seen, f"{at}attention.output.dense"), f"{at}attention.output.LayerNorm"
        )
        inner = gelu(self.linear(x, f"{at}intermediate.dense"))
        return self.normalised(x + self.linear(inner, f"{at}output.dense"), f"{at}output.LayerNorm")

    def linear(self, x: Floats, name: str) -> Floats:
        """One affine map by the name of its tensors."""
        made: Floats = x.reshape(-1, x.shape[-1]) @ self.tensors[f"{name}.weight"].T
        made += self.tensors[f"{name}.bias"]
        return made.reshape(*x.shape[:-1], -1)

    def normalised(self, x: Floats, name: str) -> Floats:
        """Layer normalisation (Ba et al. 2016, arXiv:1607.06450)."""
        centred = x - x.mean(axis=-1, keepdims=True)
        variance = np.mean(centred * centred, axis=-1, keepdims=True)
        centred /= np.sqrt(variance + self.epsilon)
        centred *= self.tensors[f"{name}.weight"]
        centred += self.tensors[f"{name}.bias"]
        return centred


def gelu(x: Floats) -> Floats:
    """x · Φ(x) (Hendrycks and Gimpel 2016, arXiv:1606.08415), within 4e-7.

    By Hastings' approximation of the error function (Abramowitz and Stegun 1964, 7.1.26): what scipy's own takes is a
    third of the whole pass. A few rows at a time, which stay in the processor's cache.
    """
    made = np.empty_like(x)
    rows, results = x.reshape(-1, x.shape[-1]), made.reshape(-1, x.shape[-1])
    for at in range(0, len(rows), _ROWS):
        part = rows[at : at + _ROWS]
        size = np.abs(part)
        scaled = size * _SQRT_HALF
        inverse = scaled * _HASTINGS_P
        inverse += np.float32(1)
        np.reciprocal(inverse, out=inverse)
        tail = inverse * _HASTINGS[0]
        for coefficient in _HASTINGS[1:]:
            tail += coefficient
            tail *= inverse
        scaled *= -scaled
        tail *= np.exp(scaled, out=scaled)  # 1 - erf(|x| / sqrt 2)
        tail *= np.float32(0.5)
        tail *= size
        np.subtract(np.maximum(part, np.float32(0)), tail, out=results[at : at + _ROWS])
    return made


def padded(encodings: list[list[int]], padding: int) -> tuple[Whole, Whole]:
    """Token numbers [n, longest] and their mask."""
    longest = max(map(len, encodings))
    ids = np.full((len(encodings), longest), padding, dtype=np.int64)
    mask = np.zeros((len(encodings), longest), dtype=np.int64)
    for row, numbers in enumerate(encodings):
        ids[row, : len(numbers)] = numbers
        mask[row, : len(numbers)] = 1
    return ids, mask


def _without_prefix(tensors: dict[str, Floats], folder: Path) -> dict[str, Floats]:
    """The encoder's tensors by their plain names, whatever model they were saved within."""
    for prefix in ("", "bert.", "roberta.", "encoder.", "model."):
        if f"{prefix}embeddings.word_embeddings.weight" in tensors:
            return {
                name.removeprefix(prefix): values
                for name, values in tensors.items()
                if name.startswith(prefix)
            }
    raise UnusableModel(f"{folder}/model.safetensors holds no BERT encoder.")
