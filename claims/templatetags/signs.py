"""The signs in a long list: ``_kind.html``, ``_state.html`` and ``_tally.html``, each rendered once."""

from functools import lru_cache
from typing import Any

from django import template
from django.template import Context
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

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


@register.simple_tag
def side_said(claim: Any, claims: str, *, always: bool = False) -> SafeString:
    """Who says one side of a listed pair, where, when, and on how many legs; ``claims`` is the address of the claims.

    ``always`` as of ``support_said``.
    """
    parts = [format_html('<a class="num" href="{0}{1}/">C-{1}</a>', claims, str(claim.number))]
    if claim.speaker_id:
        parts.append(format_html('<span class="speaker">{}</span>', claim.speaker.name))
    parts += [format_html("<span>{}</span>", said) for said in (claim.source.outlet, claim.asserted) if said]
    parts.append(support_said(claim.support, always=always))
    if hasattr(claim.source, "retraction"):
        parts.append(SafeString('<span class="badge badge-warn">retracted</span>'))
    return format_html('<p class="attribution">{}</p>', SafeString(" ".join(parts)))


@register.simple_tag(takes_context=True)
def attribution(context: Context, claim: Any, *, with_source: bool = False) -> SafeString:
    """Who asserts a claim, through whom, when, about what time; ``with_source``, where it stands, too."""
    parts = []
    if claim.speaker_id:
        parts.append(format_html('<span class="speaker">{}</span>', claim.speaker.name))
    told = (("via", claim.via), ("asserted", claim.asserted), ("about", claim.about))
    parts += [format_html("<span>{} {}</span>", what, said) for what, said in told if said]
    if with_source:
        source = claim.source
        where = f"{_sources(context['dossier'].slug)}{source.number}/#{claim.cited}"
        name = Truncator(source.outlet or source.heading).chars(60)
        parts.append(
            format_html(
                '<span><a href="{}"><span class="num">{}</span> {}</a></span>', where, source.cited, name
            )
        )
        if hasattr(source, "retraction"):
            reason = source.retraction.reason
            parts.append(format_html('<span class="badge badge-warn" title="{}">retracted</span>', reason))
    return format_html('<p class="attribution">{}</p>', SafeString(" ".join(parts)))


@lru_cache(maxsize=1_000)
def _sources(slug: str) -> str:
    return reverse("sources:source-list", args=[slug])


@lru_cache(maxsize=1_000)
def _support_said(sources: int, origins: int, unknown: int) -> SafeString:
    if sources == 1:
        said = f"1 source, {'its origin not established' if unknown else '1 origin'}"
    else:
        said = f"{sources:,} sources, {origins:,} origin{'' if origins == 1 else 's'}"
        said += f" ({unknown:,} not established)" if unknown else ""
    return format_html('<span class="support">{}</span>', said)
