"""Label Studio and doccano: tasks with two statements and a choice, or spans of a text with relations between them."""

import json
from collections import Counter
from typing import Any

from claims.exchange.foreign.records import (
    Given,
    Joined,
    Judged,
    NotRead,
    Parsed,
    Reader,
    Record,
    Said,
    Where,
    kind_of,
)
from claims.exchange.foreign.table import REASON, guessed, json_lines, json_of, left_out_lines

_SIDES = ("from", "to")
_FIELDS = ("quote", "speaker", "via", "asserted")
NO_KIND = "does not say how the two stand: contradicts, supports or neither"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else "" if value is None else str(value)


def _described(side: str, data: dict[str, Any], key: str, statement: str, given: Given) -> Said:
    """A claim with what the data say of this side beside the statement."""
    told: dict[str, Any] = {
        name: _text(data.get(f"{side}_{name}")) for name in (*_FIELDS, "source", "source_title", "outlet")
    }
    source = told.pop("source")
    title, outlet = told.pop("source_title"), told.pop("outlet")
    where = Where(source or title or given.name, title or source or given.name, outlet)
    names = {name: f"{side}_{name}" for name in (*_FIELDS, "statement", "id")}
    return Said(_text(data.get(f"{side}_number")) or key, statement, where, names=names, **told)


# ---- Label Studio


def read_label_studio(data: bytes, given: Given) -> Parsed:
    """A list of tasks, as its JSON export and ours have them; the older shape with completions too."""
    tasks = json_of(data)
    if isinstance(tasks, dict):
        tasks = [tasks]
    if not isinstance(tasks, list):
        raise NotRead("The file is no list of tasks: export it from Label Studio as JSON.")
    records, notes = [], _Notes()
    for place, task in enumerate(tasks, 1):
        record = Record(place, f"task {place}", task)
        records.append(record)
        if not isinstance(task, dict) or not isinstance(task.get("data", task), dict):
            record.wrong("", "is no task")
            continue
        _task(record, task, given, notes)
    return Parsed(records, notes.told())


class _Notes:
    """What of the file is not carried, gathered while it is read."""

    def __init__(self) -> None:
        self.kinds: Counter[str] = Counter()
        self.made = False

    def told(self) -> list[str]:
        notes = []
        if self.made:
            notes.append(
                "The file has no texts: each source is made of the quotes or statements that rest on it."
            )
        for kind, n in sorted(self.kinds.items()):
            notes.append(f"Not carried over: {n:,} {'result' if n == 1 else 'results'} of the type {kind}.")
        return notes


def _task(record: Record, task: dict[str, Any], given: Given, notes: _Notes) -> None:
    data = task.get("data", task)
    annotations = task.get("annotations") or task.get("completions") or []
    annotations = [
        one
        for one in annotations
        if isinstance(one, dict) and not one.get("was_cancelled") and isinstance(one.get("result"), list)
    ]
    columns = guessed(name for name, value in data.items() if isinstance(value, str))
    if {"from_statement", "to_statement"} <= columns.keys():
        notes.made = True
        _pair_task(record, data, annotations, columns, given, notes)
    else:
        _span_task(record, data, annotations, given, notes)


def _choices(result: list[Any]) -> list[str]:
    return [
        label
        for one in result
        if isinstance(one, dict) and one.get("type") in ("choices", "pairwise")
        for label in _labels(one.get("value"))
    ]


def _labels(value: Any) -> list[str]:
    if not isinstance(value, dict):
        return []
    found = value.get("choices", value.get("selected", value.get("labels", [])))
    return [str(one) for one in (found if isinstance(found, list) else [found])]


def _pair_task(
    record: Record,
    data: dict[str, Any],
    annotations: list[dict[str, Any]],
    columns: dict[str, str],
    given: Given,
    notes: _Notes,
) -> None:
    said = []
    for side, name in zip(_SIDES, ("first", "second"), strict=True):
        statement = _text(data.get(columns[f"{side}_statement"]))
        if not statement.strip():
            record.wrong(columns[f"{side}_statement"], "is empty")
        said.append(_described(side, data, f"task {record.place}, {name}", statement, given))
    votes = [vote for n, one in enumerate(annotations) if (vote := _vote(n, one, data, notes))]
    kind = kind_of(data.get("kind"))
    if kind is None and votes:
        (first, n), *others = Counter(vote.verdict for vote in votes).most_common()
        kind = kind_of(first) if not others or others[0][1] < n else None
    if kind is None:
        record.wrong("annotations", f"{NO_KIND}, or its annotations differ")
    record.claims = said
    if record.reasons or kind is None:
        return
    key = _text(data.get("number")) or _text(data.get(columns.get("id", ""))) or record.label
    joined = Joined(key, said[0].key, said[1].key, kind, mutual=data.get("mutual") is True, votes=votes)
    joined.rationale = _text(data.get("rationale"))
    record.links, record.label = [joined], key


def _vote(n: int, annotation: dict[str, Any], data: dict[str, Any], notes: _Notes) -> Judged | None:
    result = annotation["result"]
    verdict = next(filter(None, map(kind_of, _choices(result))), None)
    if verdict is None:
        return None
    vote = Judged(_reviewer(n, annotation, data), verdict)
    for one in result:
        value = one.get("value") if isinstance(one, dict) else None
        if not isinstance(value, dict):
            continue
        if isinstance(value.get("rating"), int):
            vote.confidence = value["rating"]
        elif one.get("type") == "textarea":
            vote.note = "\n".join(map(str, value.get("text") or []))
        elif one.get("type") not in ("choices", "pairwise"):
            notes.kinds[str(one.get("type"))] += 1
    return vote


def _reviewer(n: int, annotation: dict[str, Any], data: dict[str, Any]) -> str:
    """Who annotated: by the task's own list, else as Label Studio names the account."""
    named = data.get("reviewers")
    if isinstance(named, list) and n < len(named) and named[n]:
        return str(named[n])
    by = annotation.get("completed_by")
    if isinstance(by, dict):
        by = by.get("email") or by.get("id")
    return f"annotator {n + 1}" if by is None else by if isinstance(by, str) else f"annotator {by}"


def _span_task(
    record: Record, data: dict[str, Any], annotations: list[dict[str, Any]], given: Given, notes: _Notes
) -> None:
    """Spans of the task's text are claims; relations between them that say how two claims stand are links."""
    texts: dict[str, str] = {name: value for name, value in data.items() if isinstance(value, str)}
    text: str = texts.get("text", "") or max(texts.values(), key=len, default="")
    if not text:
        record.wrong("data", "has neither two statements nor a text")
        return
    where = Where(f"task {record.place}", given.name, text=text)
    for n, annotation in enumerate(annotations):
        spans: dict[str, Said] = {}
        for one in annotation["result"]:
            value = one.get("value") if isinstance(one, dict) else None
            if not isinstance(value, dict) or not isinstance(value.get("start"), int):
                continue
            quote = _text(value.get("text")) or text[value["start"] : int(value.get("end", 0))]
            name = str(one.get("id", len(spans)))
            labels = [str(label) for label in value.get("labels") or []]
            spans[name] = Said(
                f"task {record.place}, {n + 1}.{name}", quote, where, quote, value["start"], topics=labels,
                names={"quote": "result.value.text"},
            )  # fmt: skip
        record.claims += spans.values()
        for one in annotation["result"]:
            if isinstance(one, dict) and one.get("type") == "relation":
                _relate(record, one, spans)
            elif isinstance(one, dict) and str(one.get("id")) not in spans:
                notes.kinds[str(one.get("type"))] += 1
    if not record.claims:
        record.wrong("annotations", "marks no words of the text")


def _relate(record: Record, one: dict[str, Any], spans: dict[str, Said]) -> None:
    ends = [spans.get(str(one.get(name))) for name in ("from_id", "to_id")]
    if not ends[0] or not ends[1]:
        record.wrong("relation", "joins what is no span of this task")
        return
    kind = next(filter(None, map(kind_of, one.get("labels") or [])), None)
    if kind is None:
        record.wrong("relation", f"{NO_KIND}")
        return
    if one.get("direction") == "left":
        ends.reverse()
    key = f"{ends[0].key} – {ends[1].key}"
    mutual = one.get("direction") == "bi"
    record.links.append(Joined(key, ends[0].key, ends[1].key, kind, mutual=mutual))


def left_out_tasks(left_out: list[tuple[Record, str]], data: bytes) -> bytes:
    """The tasks that were left out, as a list, the reason in each."""
    tasks = [
        {**record.raw, REASON: reason}
        if isinstance(record.raw, dict)
        else {"task": record.raw, REASON: reason}
        for record, reason in left_out
    ]
    return json.dumps(tasks, ensure_ascii=False, indent=1).encode(errors="replace") + b"\n"


# ---- doccano


def read_doccano(data: bytes, given: Given) -> Parsed:
    """One example a line, or, as doccano's own exports sometimes are, objects over several lines."""
    lines = list(json_lines(data))
    if lines and not any(isinstance(line, dict) for _, line in lines):
        whole = json_of(data)
        lines = list(enumerate(whole if isinstance(whole, list) else [whole], 1))
    records = []
    for place, line in lines:
        record = Record(place, f"line {place}", line)
        records.append(record)
        if not isinstance(line, dict) or not isinstance(_first(line, "text", "data", "column_data"), str):
            record.wrong("text", "is missing: an example is an object with a text")
            continue
        _example(record, line, given)
    if not records:
        raise NotRead("The file has no examples.")
    return Parsed(records, ["Not carried over: comments, and metadata that say nothing of a claim."])


def _example(record: Record, line: dict[str, Any], given: Given) -> None:
    text = _first(line, "text", "data", "column_data")
    given_spans = _first(line, "entities", "label", "labels", "column_label") or []
    spans = [span for span in map(_span, enumerate(given_spans)) if span]
    if not spans:
        record.wrong("entities", "marks no words of the text")
        return
    # Ours are two statements in one text; what they rest on stands beside it.
    ours = len(spans) == 2 and "from_quote" in line
    where = Where(f"line {record.place}", given.name, text=text)
    found: dict[Any, Said] = {}
    for n, (name, start, end, label) in enumerate(spans):
        words = text[start:end]
        key = f"line {record.place}, {name}"
        if ours:
            found[name] = _described(_SIDES[n], line, key, words, given)
        else:
            found[name] = Said(key, words, where, words, start, topics=[label] if label else [])
        if not words:
            record.wrong("entities", f"{start} to {end} are no words of the text")
    record.claims = list(found.values())
    for n, relation in enumerate(line.get("relations") or []):
        ends = (
            [found.get(relation.get(name)) for name in ("from_id", "to_id")]
            if isinstance(relation, dict)
            else []
        )
        if len(ends) < 2 or not ends[0] or not ends[1]:
            record.wrong("relations", "joins what is no entity of this line")
            continue
        kind = kind_of(relation.get("type"))
        if kind is None:
            record.wrong("relations", f"“{relation.get('type')}” {NO_KIND}")
            continue
        key = _text(line.get("number")) if ours else f"line {record.place}, relation {n + 1}"
        record.links.append(Joined(key, ends[0].key, ends[1].key, kind, mutual=line.get("mutual") is True))
        record.label = key


def _first(line: dict[str, Any], *names: str) -> Any:
    return next((line[name] for name in names if name in line), None)


def _span(numbered: tuple[int, Any]) -> tuple[Any, int, int, str] | None:
    n, span = numbered
    if isinstance(span, list) and len(span) >= 2 and all(isinstance(one, int) for one in span[:2]):
        return n, span[0], span[1], _text(span[2]) if len(span) > 2 else ""
    if isinstance(span, dict):
        start, end = span.get("start_offset"), span.get("end_offset")
        if isinstance(start, int) and isinstance(end, int):
            return span.get("id", n), start, end, _text(span.get("label"))
    return None


LABEL_STUDIO_TASKS = Reader(
    "label-studio",
    "Label Studio tasks",
    "json",
    "application/json",
    "Tasks with two statements and a choice, or with marked words and relations between them.",
    read_label_studio,
    left_out_tasks,
)
DOCCANO_LINES = Reader(
    "doccano",
    "doccano JSON lines",
    "jsonl",
    "application/jsonl",
    "Marked words of a text, and relations between them that say how two claims stand.",
    read_doccano,
    left_out_lines,
)
