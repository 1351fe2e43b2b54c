"""Every format that an annotated set can be taken out in."""

from claims.exchange.gainsay import GAINSAY
from claims.exchange.nli import NLI
from claims.exchange.selection import Format
from claims.exchange.table import CSV

FORMATS: dict[str, Format] = {one.name: one for one in (GAINSAY, NLI, CSV)}
