"""A Croissant description (MLCommons, 1.0) of a frozen set: what its files are and what the columns of ``nli`` hold."""

import json
from typing import Any

from claims.models import AnnotatedSet, SetFile

_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}

_FIELDS = {
    "id": "The number of the link, as it is cited.",
    "premise": "The statement that the first claim makes.",
    "hypothesis": "The statement that the second claim makes.",
    "label": "contradiction, entailment or neutral; “-” where the link was not settled.",
    "annotator_labels": "What each reviewer said, in the same words; none where the link was not settled.",
    "state": "settled, or in review.",
    "kind": "How the link stands: its verdict, else what was proposed.",
    "premise_id": "The number of the first claim.",
    "premise_source": "The number of the source that the first claim rests on.",
    "premise_speaker": "Who says so.",
    "premise_quote": "The exact words that it rests on.",
    "hypothesis_id": "The number of the second claim.",
    "hypothesis_source": "The number of the source that the second claim rests on.",
    "hypothesis_speaker": "Who says so.",
    "hypothesis_quote": "The exact words that it rests on.",
}
_SPLIT = {"split": "train, dev or test: both sides of a link and all copies of a story are in one part."}

LICENCES = {
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC-BY-NC-4.0": "https://creativecommons.org/licenses/by-nc/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
    "ODC-By-1.0": "https://opendatacommons.org/licenses/by/1-0/",
}


def describe(one: AnnotatedSet, files: dict[str, SetFile]) -> bytes:
    """The description, of a set whose files ``gainsay`` and ``nli`` are made."""
    pairs = f"{one.dossier.slug}-{one.cited}-nli.jsonl"
    fields = {**_FIELDS, **(_SPLIT if one.split else {})}
    told: dict[str, Any] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": f"{one.dossier.slug}-{one.cited}",
        "alternateName": str(one),
        "description": one.purpose,
        "version": f"{one.version}.0.0",
        "datePublished": f"{one.at:%Y-%m-%d}",
        "license": LICENCES.get(one.licence, one.licence),
        "citeAs": one.citation,
        "url": one.address,
        "creator": {"@type": "sc:Person", "name": one.authors},
        "isLiveDataset": False,
        "rai:dataAnnotationProtocol": _protocol(one),
        "distribution": [
            _file(files["gainsay"], f"{one.dossier.slug}-{one.cited}-gainsay.jsonl", "Everything that was frozen."),
            _file(files["nli"], pairs, "A pair a line, for training."),
        ],
        "recordSet": [
            {
                "@type": "cr:RecordSet",
                "@id": "pairs",
                "name": "pairs",
                "description": "The pairs, in order of their numbers.",
                "key": {"@id": "pairs/id"},
                "field": [_field(name, text, pairs) for name, text in fields.items()],
            }
        ],
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=2).encode() + b"\n"


def _file(file: SetFile, name: str, text: str) -> dict[str, str]:
    return {
        "@type": "cr:FileObject",
        "@id": name,
        "name": name,
        "description": text,
        "contentUrl": name,
        "contentSize": f"{file.size} B",
        "encodingFormat": "application/jsonlines",
        "sha256": file.sha256,
    }


def _field(name: str, text: str, file: str) -> dict[str, Any]:
    field: dict[str, Any] = {
        "@type": "cr:Field",
        "@id": f"pairs/{name}",
        "name": name,
        "description": text,
        "dataType": "sc:Text",
        "source": {"fileObject": {"@id": file}, "extract": {"column": name}},
    }
    if name == "annotator_labels":
        field["repeated"] = True
    return field


def _protocol(one: AnnotatedSet) -> str:
    guided = f" by the dossier’s guidelines, {one.guidelines}" if one.guidelines else ""
    return (
        f"Each pair was judged by several reviewers, blind to each other{guided}. Where they agree it is settled; "
        "where not, a lead adjudicates. Of pairs that were not settled no verdict is told."
    )
