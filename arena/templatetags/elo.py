"""How differences in Elo are written."""

from django import template

register = template.Library()


@register.filter
def signed(value: float, digits: int = 0) -> str:
    """Write a difference with its sign: +24, −3, 0, with a real minus."""
    text = f"{abs(value):.{digits}f}"
    if float(text) == 0:
        return text
    return f"+{text}" if value > 0 else f"−{text}"
