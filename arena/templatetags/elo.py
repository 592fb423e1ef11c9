"""How numbers, moments, countries and stored English words are written on pages."""

from datetime import UTC, datetime
from typing import Any

from django import template
from django.utils import formats
from django.utils.translation import gettext as _
from django_countries import countries

from arena import sentences

register = template.Library()
said = register.filter("said", sentences.said)


@register.filter
def signed(value: float, digits: int = 0) -> str:
    """Write a difference with its sign: +24, −3, 0, with a real minus."""
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return text
    return f"+{text}" if value > 0 else f"−{text}"


@register.filter
def local(text: str) -> str:
    """Return words that are stored in English, in the page's language where they are known (see `arena.sentences`)."""
    return _(str(text)) if text else ""


@register.filter
def significant(value: float) -> str:
    """Return a number with two digits that count, never as a power of ten."""
    return f"{float(f'{value:.2g}'):.10f}".rstrip("0").rstrip(".")


@register.filter
def country(code: str, otherwise: str = "") -> str:
    """Return a country's name in the page's language."""
    return str(countries.name(code) or otherwise or _("unknown")) if code else _(otherwise or "unknown")


@register.filter
def chart_height(rows: list[Any]) -> int:
    """Return the interval chart's height in pixels, as pictures.js has it: room is kept, so that nothing jumps."""
    return max(140, 60 + len(rows) * (24 if len(rows) > 40 else 32))


@register.filter
def moment(value: datetime, seconds: str = "") -> str:
    """Write a moment in UTC, to the minute or the second."""
    # Translators: a moment in Django's date format
    shape = _("j F Y, H:i:s") if seconds else _("j F Y, H:i")
    return f"{formats.date_format(value.astimezone(UTC), shape)} UTC"
