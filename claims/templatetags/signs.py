"""The signs in a long list: ``_kind.html``, ``_state.html`` and ``_tally.html``, each rendered once."""

from functools import lru_cache
from typing import Any

from django import template
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString

register = template.Library()


@register.simple_tag
@lru_cache
def kind_sign(kind: str, mutual: bool) -> SafeString:
    return render_to_string("_kind.html", {"kind": kind, "mutual": mutual})


@register.simple_tag
@lru_cache
def state_sign(state: str) -> SafeString:
    return render_to_string("_state.html", {"state": state})


@register.simple_tag
@lru_cache(maxsize=1_000)
def tally_sign(kind: str, count: int) -> SafeString:
    """Nothing for none."""
    return render_to_string("_tally.html", {"kind": kind, "count": count}) if count else SafeString("")


@register.simple_tag
def support_said(support: Any, *, always: bool = False) -> SafeString:
    """How many sources and independent origins say what a claim says; nothing for one source, unless ``always``.

    ``support`` is the claim's, or a row of a list that has its figures.
    """
    of = (lambda name: getattr(support, f"support__{name}")) if hasattr(support, "support__sources") else None
    sources, origins, unknown = (
        of(name) if of else getattr(support, name, 0) for name in ("sources", "origins", "not_established")
    )
    if sources is None or (sources < 2 and not always):
        return SafeString("")
    return _support_said(sources, origins, unknown)


@lru_cache(maxsize=1_000)
def _support_said(sources: int, origins: int, unknown: int) -> SafeString:
    if sources == 1:
        said = f"1 source, {'its origin not established' if unknown else '1 origin'}"
    else:
        said = f"{sources:,} sources, {origins:,} origin{'' if origins == 1 else 's'}"
        said += f" ({unknown:,} not established)" if unknown else ""
    return format_html('<span class="support">{}</span>', said)
