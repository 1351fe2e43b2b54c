"""Every format that an annotated set can be taken out in."""

from claims.exchange.aif import AIF
from claims.exchange.argdown import ARGDOWN
from claims.exchange.claimreview import CLAIM_REVIEW
from claims.exchange.doccano import DOCCANO
from claims.exchange.gainsay import GAINSAY
from claims.exchange.graphml import GRAPHML
from claims.exchange.hugging_face import HUGGING_FACE
from claims.exchange.label_studio import LABEL_STUDIO
from claims.exchange.nli import NLI
from claims.exchange.report import REPORT
from claims.exchange.selection import Format
from claims.exchange.stix import STIX
from claims.exchange.table import CSV
from claims.exchange.web_annotation import WEB_ANNOTATION
from claims.exchange.workbook import XLSX

FORMATS: dict[str, Format] = {
    one.name: one
    for one in (
        GAINSAY, REPORT, CSV, XLSX, NLI, HUGGING_FACE, WEB_ANNOTATION, AIF, ARGDOWN, LABEL_STUDIO, DOCCANO, GRAPHML,
        STIX, CLAIM_REVIEW,
    )
}  # fmt: skip
