"""Every foreign format that can be brought in."""

from claims.exchange.foreign.aif import AIF_GRAPH
from claims.exchange.foreign.annotations import HYPOTHESIS, WEB_ANNOTATIONS
from claims.exchange.foreign.argdown import ARGDOWN_TEXT
from claims.exchange.foreign.records import Reader
from claims.exchange.foreign.table import CSV_TABLE, NLI_LINES
from claims.exchange.foreign.tasks import DOCCANO_LINES, LABEL_STUDIO_TASKS

READERS: dict[str, Reader] = {
    one.name: one
    for one in (
        CSV_TABLE, NLI_LINES, LABEL_STUDIO_TASKS, DOCCANO_LINES, HYPOTHESIS, WEB_ANNOTATIONS, AIF_GRAPH, ARGDOWN_TEXT,
    )
}  # fmt: skip
