"""The Argument Interchange Format: information nodes are claims, conflicts and inferences between two are links."""

import json
from collections import defaultdict
from typing import Any

from claims.exchange.foreign.records import Given, Joined, NotRead, Parsed, Reader, Record, Said, Where
from claims.exchange.foreign.table import REASON, json_of
from claims.models import Kind

Json = Any
KINDS = {"CA": Kind.CONTRADICTS, "RA": Kind.SUPPORTS}
_DIALOGUE = ("L", "YA", "TA")


def read_aif(data: bytes, given: Given) -> Parsed:
    """One graph, as AIFdb writes it, or one within the AIF of a whole analysis."""
    value = json_of(data)
    if isinstance(value, dict) and isinstance(value.get("AIF"), dict):
        value = value["AIF"]
    if not isinstance(value, dict) or not all(isinstance(value.get(key), list) for key in ("nodes", "edges")):
        raise NotRead("The file is no AIF graph: it has no nodes and edges.")
    return _Graph(value, given).parsed()


class _Graph:
    """A graph and what leads where in it."""

    def __init__(self, value: dict[str, Any], given: Given) -> None:
        self.given = given
        self.nodes = {
            str(one["nodeID"]): one for one in value["nodes"] if isinstance(one, dict) and "nodeID" in one
        }
        self.bad = [one for one in value["nodes"] if not isinstance(one, dict) or "nodeID" not in one]
        self.to: dict[str, list[str]] = defaultdict(list)
        self.into: dict[str, list[str]] = defaultdict(list)
        for edge in value["edges"]:
            if isinstance(edge, dict) and "fromID" in edge and "toID" in edge:
                one, other = str(edge["fromID"]), str(edge["toID"])
                self.to[one].append(other)
                self.into[other].append(one)
        people = [one for one in value.get("participants") or [] if isinstance(one, dict)]
        self.names = {
            str(one.get("participantID")): f"{one.get('firstname') or ''} {one.get('surname') or ''}".strip()
            for one in people
        }
        self.said = {
            str(one.get("nodeID")): one for one in value.get("locutions") or [] if isinstance(one, dict)
        }

    def type(self, name: str) -> str:
        return str(self.nodes[name].get("type", "")) if name in self.nodes else "?"

    def parsed(self) -> Parsed:
        records: list[Record] = []
        done: dict[frozenset[str], Joined] = {}
        left: dict[str, int] = defaultdict(int)
        for place, (name, node) in enumerate(self.nodes.items(), 1):
            type_ = self.type(name)
            if type_ in _DIALOGUE:
                continue
            if type_ not in ("I", "", *KINDS):
                left[type_] += 1
                continue
            record = Record(place, name, node)
            if type_ == "I":
                self._claim(record, name, node)
            elif not self._link(record, name, type_, done):
                continue
            records.append(record)
        for node in self.bad:
            record = Record(len(records) + 1, "", node)
            record.wrong("nodeID", "is missing")
            records.append(record)
        notes = ["AIF has no texts: each statement is its own quote, in a source made of the statements."]
        notes += [f"Not carried over: {n:,} nodes of the type {type_}." for type_, n in sorted(left.items())]
        return Parsed(records, notes)

    def _locution(self, name: str) -> dict[str, Any]:
        """What is known of who asserted a claim, and where; nothing when several did."""
        found = [
            locution
            for says in self.into[name]
            if self.type(says) == "YA"
            for locution in self.into[says]
            if self.type(locution) == "L"
        ]
        return self.said.get(found[0], {}) if len(found) == 1 else {}

    def _claim(self, record: Record, name: str, node: dict[str, Any]) -> None:
        statement = node.get("text")
        if not isinstance(statement, str) or not statement.strip():
            record.wrong("text", "is empty")
            return
        told = self._locution(name)
        person = str(told.get("personID") or "")
        source = str(told.get("source") or "")
        asserted = str(told.get("timestamp") or "")
        where = Where(
            source or self.given.name, source or self.given.name, url=source if "://" in source else ""
        )
        record.claims = [
            Said(
                name, statement, where, speaker=self.names.get(person) or person, asserted=asserted.split(" ")[0],
                names={"asserted": "timestamp", "statement": "text", "id": "nodeID", "speaker": "personID"},
            )
        ]  # fmt: skip

    def _link(self, record: Record, name: str, type_: str, done: dict[frozenset[str], Joined]) -> bool:
        """Make the links of a scheme node; False when all of them only say the same from the other side."""
        premises = [one for one in self.into[name] if self.type(one) not in _DIALOGUE]
        conclusions = [one for one in self.to[name] if self.type(one) not in _DIALOGUE]
        if any(self.type(one) != "I" for one in (*premises, *conclusions)):
            record.wrong("edges", "bears on an argument, not on a claim: links join two claims")
            return True
        if not premises or not conclusions:
            record.wrong("edges", "does not join two claims of the file")
            return True
        if not type_ and self.nodes[name].get("text") != Kind.NEITHER:
            record.wrong("type", "does not say how the two stand")
            return True
        kind = KINDS.get(type_, Kind.NEITHER)
        for one in premises:
            for other in conclusions:
                pair = frozenset((one, other))
                if (before := done.get(pair)) and before.kind == kind:
                    before.mutual = kind == Kind.SUPPORTS and (before.one, before.other) == (other, one)
                    continue
                several = len(premises) * len(conclusions) > 1
                joined = Joined(f"{name}: {one} – {other}" if several else name, one, other, kind)
                joined.names = {"from": "edges", "to": "edges", "id": "nodeID"}
                done[pair] = joined
                record.links.append(joined)
        return bool(record.links)


def left_out_nodes(left_out: list[tuple[Record, str]], data: bytes) -> bytes:
    """The graph with the nodes that were left out, each with its reason, and what bears on them."""
    nodes = [
        {**record.raw, REASON: reason} if isinstance(record.raw, dict) else record.raw
        for record, reason in left_out
    ]
    names = {str(node.get("nodeID")) for node in nodes if isinstance(node, dict)}
    value = json_of(data)
    value = value.get("AIF", value)
    edges = [
        edge
        for edge in value["edges"]
        if isinstance(edge, dict) and {str(edge.get("fromID")), str(edge.get("toID"))} & names
    ]
    beside = {str(edge.get(end)) for edge in edges for end in ("fromID", "toID")} - names
    nodes += [one for one in value["nodes"] if isinstance(one, dict) and str(one.get("nodeID")) in beside]
    graph = {"nodes": nodes, "edges": edges, "locutions": [], "participants": value.get("participants") or []}
    return json.dumps(graph, ensure_ascii=False, indent=1).encode(errors="replace") + b"\n"


AIF_GRAPH = Reader(
    "aif",
    "AIF: argument graph",
    "json",
    "application/json",
    "Graphs of AIFdb and its tools: conflicts contradict, inferences support.",
    read_aif,
    left_out_nodes,
)
