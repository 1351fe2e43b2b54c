"""Every format that an annotated set can be taken out in."""

from claims.exchange.gainsay import GAINSAY
from claims.exchange.selection import Format

FORMATS: dict[str, Format] = {one.name: one for one in (GAINSAY,)}
