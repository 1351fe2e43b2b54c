"""Reading many files apart: one process that has the parsers loaded, and for each file a child of it.

`Readers` is our end; run as a module it is the other: `python -m sources.intake.readers`. Each file is read under the
very limits of worker.py, and a child that dies takes nothing with it; only the start of Python and the loading of the
parsers (0.3 s for HTML) is done once.
"""

import contextlib
import dataclasses
import importlib
import json
import os
import selectors
import signal
import struct
import subprocess
import sys
import time
from types import TracebackType
from typing import IO, Any, Self

from sources.intake.draft import Draft, IntakeError
from sources.intake.extract import BROKE_OFF, ROOT, TOO_SLOW, bare_environment, draft_of
from sources.intake.worker import READERS, limit, read

_GRACE = 5.0
"""So many seconds longer than a file may take, the process is waited for: it has to end the child and say so."""

_SIZE = struct.Struct("!I")


class Readers:
    """``with Readers() as apart: extract(name, data, apart=apart)``. The process starts with the first file that needs
    it, and anew should it be gone. Not for two threads at once.
    """  # fmt: skip

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end()

    def __call__(self, suffix: str, data: bytes, encoding: str, address: str, seconds: float) -> Draft:
        """As extract reads apart: the draft of one file, or IntakeError."""
        process = self._started()
        assert process.stdin
        assert process.stdout
        how = {"suffix": suffix, "encoding": encoding, "address": address, "seconds": seconds}
        asked = json.dumps(how).encode()
        try:
            for part in (asked, data):
                process.stdin.write(_SIZE.pack(len(part)))
                process.stdin.write(part)
            process.stdin.flush()
            answer = _read(process.stdout, time.monotonic() + seconds + _GRACE)
        except (OSError, EOFError):
            self._end()
            raise IntakeError(BROKE_OFF) from None
        except TimeoutError:
            self._end()
            raise IntakeError(TOO_SLOW.format(seconds)) from None
        return draft_of(json.loads(answer))

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._end()
            self._process = subprocess.Popen(
                [sys.executable, "-m", "sources.intake.readers"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=ROOT,
                env=bare_environment(),
            )
        return self._process

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with contextlib.suppress(OSError):
                    pipe.close()
        process.wait()


def _read(pipe: IO[bytes], until: float) -> bytes:
    """The next message; TimeoutError, EOFError."""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)

        def exactly(size: int) -> bytes:
            parts = []
            while size:
                if not selector.select(max(0.0, until - time.monotonic())):
                    raise TimeoutError
                part = os.read(pipe.fileno(), min(size, 1 << 20))
                if not part:
                    raise EOFError
                parts.append(part)
                size -= len(part)
            return b"".join(parts)

        return exactly(_SIZE.unpack(exactly(_SIZE.size))[0])


# -- the other end -----------------------------------------------------------------------------------------------------


def main() -> None:
    """Answer one file after the other, until whoever asks is gone."""
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not end up in the answers
    while header := asked.read(_SIZE.size):
        request: dict[str, Any] = json.loads(asked.read(_SIZE.unpack(header)[0]))
        data = asked.read(_SIZE.unpack(asked.read(_SIZE.size))[0])
        if request["suffix"] in (".html", ".htm"):
            importlib.import_module(
                READERS[request["suffix"]]
            )  # here, so that every child has it; the others are rare
        answer = _answer_of_child(request, data)
        answers.write(_SIZE.pack(len(answer)) + answer)
        answers.flush()


def _answer_of_child(request: dict[str, Any], data: bytes) -> bytes:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            os.close(reading)
            with os.fdopen(writing, "wb") as pipe:
                pipe.write(_read_one(request, data))
        os._exit(0)
    os.close(writing)
    try:
        with os.fdopen(reading, "rb") as pipe:
            answer = _all_of(pipe, time.monotonic() + request["seconds"])
    except TimeoutError:
        answer = _refusal(TOO_SLOW.format(request["seconds"]))
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    return answer or _refusal(BROKE_OFF)


def _all_of(pipe: IO[bytes], until: float) -> bytes:
    parts = []
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while True:
            if not selector.select(max(0.0, until - time.monotonic())):
                raise TimeoutError
            part = os.read(pipe.fileno(), 1 << 20)
            if not part:
                break
            parts.append(part)
    answer = b"".join(parts)
    return answer if answer.endswith(b"}") else b""  # a child that died while it wrote


def _read_one(request: dict[str, Any], data: bytes) -> bytes:
    limit(request["seconds"])
    try:
        draft = read(request["suffix"], data, request["encoding"], request["address"])
    except IntakeError as error:
        return _refusal(str(error))
    except MemoryError:
        return _refusal("The file needs more memory than is allowed. Split it, or bring it as plain text.")
    return json.dumps({"draft": dataclasses.asdict(draft)}).encode()


def _refusal(reason: str) -> bytes:
    return json.dumps({"error": reason}).encode()


if __name__ == "__main__":
    main()
