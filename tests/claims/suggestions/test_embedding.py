"""Sentence vectors: equal to the reference, and honest where there is no model."""

import http.server
import json
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest

from claims.suggestions.bert import UnusableModel
from claims.suggestions.embedding import (
    FolderEmbedder,
    NoServer,
    ServerEmbedder,
    embedder,
    notice,
    packaged_folder,
)

REFERENCE = Path(__file__).parent / "reference_vectors.json"
"""Made once with torch in double precision from the same weights (torch.nn.functional, layer by layer)."""

needs_model = pytest.mark.skipif(packaged_folder() is None, reason="the packaged model is not installed")


@needs_model
def test_vectors_equal_the_reference() -> None:
    expected = json.loads(REFERENCE.read_text(encoding="utf-8"))
    engine = embedder()
    assert engine is not None
    made = engine.embed(list(expected))
    assert made.dtype == np.float32
    assert np.abs(made - np.array(list(expected.values()))).max() < 2e-6


@needs_model
def test_batches_change_nothing_and_empty_texts_are_borne() -> None:
    engine = embedder()
    assert engine is not None
    texts = ["Short.", "", "A somewhat longer sentence than the first one is. " * 30, "東京"]
    together = engine.embed(texts)
    assert np.allclose(together, np.concatenate([engine.embed([text]) for text in texts]), atol=2e-6)
    assert np.allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    assert engine.embed([]).shape == (0, engine.dimensions)


def test_a_folder_that_is_no_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableModel, match=r"config\.json"):
        FolderEmbedder(tmp_path)
    (tmp_path / "config.json").write_text('{"model_type": "gpt2"}')
    with pytest.raises(UnusableModel, match="gpt2"):
        FolderEmbedder(tmp_path)


@needs_model
def test_weights_that_are_not_what_they_were_are_refused(tmp_path: Path) -> None:
    packaged = packaged_folder()
    assert packaged is not None
    folder = tmp_path / "model"
    shutil.copytree(packaged, folder)
    with (folder / "model.safetensors").open("ab") as file:
        file.write(b"x")
    with pytest.raises(UnusableModel, match="not what it was"):
        FolderEmbedder(folder, sha256="0" * 64)


def test_without_a_model_it_says_so() -> None:
    assert "words alone" in notice(None)


class Server(http.server.BaseHTTPRequestHandler):
    status = 200
    asked: ClassVar[list[tuple[str, str, int]]] = []
    """Path, key and number of texts of each request."""

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.asked.append((self.path, self.headers.get("Authorization", ""), len(asked["input"])))
        rows = [{"index": at, "embedding": [3.0, len(text)]} for at, text in enumerate(asked["input"])]
        body = json.dumps({"data": rows[::-1], "model": asked["model"]}).encode()
        self.send_response(self.status)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base class names it so
        pass


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setattr(Server, "asked", [])
    running = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"127.0.0.1:{running.server_port}"
    running.shutdown()
    running.server_close()


def test_a_server_answers_in_order_and_at_unit_length(server: str) -> None:
    engine = embedder(f"http://a%2Fkey@{server}#some%20model")
    assert engine is not None
    assert (engine.name, engine.version) == ("some model", server)
    assert notice(engine) == f"Similarity by meaning: some model {server}."
    assert np.allclose(engine.embed(["abcd", ""]), np.array([[0.6, 0.8], [0.9487, 0.3162]]), atol=1e-4)
    assert engine.dimensions == 2
    assert Server.asked == [("/v1/embeddings", "Bearer a/key", n) for n in (2, 1)]


def test_a_server_is_asked_in_batches_at_the_path_that_was_given(server: str) -> None:
    engine = ServerEmbedder.at(f"http://{server}/api/v1/#m")
    assert engine.embed(["x"] * 300).shape == (300, 2)
    assert engine.embed([]).shape == (0, 2)
    assert Server.asked == [("/api/v1/embeddings", "", n) for n in (128, 128, 44, 1)]


@pytest.mark.parametrize("status", [302, 307, 403])
def test_a_server_that_refuses_is_told_and_one_that_sends_elsewhere_is_not_followed(
    status: int, server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Server, "status", status)
    with pytest.raises(NoServer, match=str(status)) as refusal:
        ServerEmbedder.at(f"http://key@{server}#m").embed(["x"])
    assert "key" not in str(refusal.value)
    assert len(Server.asked) == 1


def test_a_server_that_hangs_or_is_not_there_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ServerEmbedder, "ANSWERING", 0.01)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        engine = ServerEmbedder.at(f"http://127.0.0.1:{silent.getsockname()[1]}#m")
        with pytest.raises(NoServer, match=r"does not answer \(ReadTimeoutError\)"):
            engine.embed(["x"])
    with pytest.raises(NoServer, match="does not answer"):
        engine.embed(["x"])
