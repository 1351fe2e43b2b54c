"""The process that reads HTML, PDF and DOCX: `python -m sources.intake.worker SUFFIX SECONDS [ENCODING [ADDRESS]]`.

The file comes on standard input; one JSON object goes to standard output: `{"draft": {…}}` or
`{"error": "…"}`. It imports no Django, and of the parsers only the one that is needed.
"""

import contextlib
import dataclasses
import importlib
import json
import math
import os
import resource
import sys

from sources.intake.draft import Draft, IntakeError

MEMORY = 2 << 30
READERS = {
    ".html": "sources.intake.from_html",
    ".htm": "sources.intake.from_html",
    ".pdf": "sources.intake.from_pdf",
    ".docx": "sources.intake.from_docx",
}


def read(suffix: str, data: bytes, encoding: str, address: str) -> Draft:
    """The draft of a file, by the reader of its format; raises IntakeError."""
    draft: Draft = importlib.import_module(READERS[suffix]).read(data, encoding, address)
    return draft


def limit(seconds: float) -> None:
    """Bound this process's memory, and its processor time in case whoever waits for it is gone."""
    cpu = math.ceil(seconds) + 1
    for what, most in ((resource.RLIMIT_AS, MEMORY), (resource.RLIMIT_CPU, cpu), (resource.RLIMIT_CORE, 0)):
        with contextlib.suppress(
            ValueError, OSError
        ):  # a stricter limit is set already, or the system has none
            resource.setrlimit(what, (most, most))


def main(suffix: str, seconds: str, encoding: str = "", address: str = "") -> None:
    limit(float(seconds))
    # What a library prints must not end up in the answer.
    answer_to = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)
    answer: dict[str, object]
    try:
        answer = {"draft": dataclasses.asdict(read(suffix, sys.stdin.buffer.read(), encoding, address))}
    except IntakeError as error:
        answer = {"error": str(error)}
    except MemoryError:
        answer = {"error": "The file needs more memory than is allowed. Split it, or bring it as plain text."}
    with answer_to:
        json.dump(answer, answer_to)


if __name__ == "__main__":
    main(*sys.argv[1:])
