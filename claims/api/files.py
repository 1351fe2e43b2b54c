"""How the schema speaks of a body that is a file."""

from typing import Any

_BYTES = {"schema": {"type": "string", "format": "binary"}}

FILE: dict[str, Any] = {
    "responses": {200: {"description": "The file.", "content": {"application/octet-stream": _BYTES}}}
}
LINES: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/x-ndjson": _BYTES}},
}
