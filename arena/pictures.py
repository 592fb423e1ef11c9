"""Preview pictures for links: a few lines of text on a card, in a font that has Chinese, from a package."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from pathlib import Path

from django.conf import settings
from PIL import Image, ImageDraw, ImageFont

SIZE = (1200, 630)
MARGIN = 72
PAPER, INK, QUIET, ACCENT = "#fbfaf6", "#1c1b19", "#65625b", "#0d5c55"
FONT = Path(settings.BASE_DIR) / "node_modules/@fontsource-variable/noto-sans-sc"
LATIN = "latin"
PIECES = re.compile(r"[A-Za-z0-9.,:;!?%'’()\[\]–—-]+|\s+|.", re.DOTALL)


@dataclass(frozen=True)
class Line:
    """A paragraph of the card: its text, size in pixels, weight, colour, and most lines before it is cut."""

    text: str
    size: int
    weight: int = 400
    colour: str = INK
    most: int = 1


def card(lines: list[Line]) -> bytes:
    """Return a PNG of 1200 by 630 pixels with the paragraphs from the top, and the arena's mark at the foot."""
    image = Image.new("RGB", SIZE, PAPER)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 0, 14, SIZE[1]), fill=ACCENT)
    y = MARGIN
    for line in lines:
        for row in _wrapped(line):
            _write(draw, (MARGIN, y), row, line)
            y += round(line.size * 1.35)
        y += round(line.size * 0.4)
    return _png(image)


def _png(image: Image.Image) -> bytes:
    out = BytesIO()
    image.quantize(64).save(out, "PNG", optimize=True)  # flat colours: a tenth of the bytes
    return out.getvalue()


def _wrapped(line: Line) -> list[str]:
    """Break at spaces and between Chinese characters; cut what is longer than `most` lines."""
    rows, row = [], ""
    text = "".join(
        c for c in line.text if c.isspace() or _subset(ord(c))
    )  # what no part of the font has would be a box
    for piece in PIECES.findall(" ".join(text.split())):
        if row and _width(row + piece, line) > SIZE[0] - 2 * MARGIN:
            rows.append(row.rstrip())
            row = piece.lstrip()
        else:
            row += piece
    rows.append(row)
    if len(rows) > line.most:
        rows = [*rows[: line.most - 1], rows[line.most - 1].rstrip() + " …"]
    return rows


def _write(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, line: Line) -> None:
    x = float(at[0])
    for part, subset in _runs(text):
        font = _font(subset, line.size, line.weight)
        draw.text((x, at[1] + line.size), part, fill=line.colour, font=font, anchor="ls")
        x += font.getlength(part)


def _width(text: str, line: Line) -> float:
    return sum(_font(subset, line.size, line.weight).getlength(part) for part, subset in _runs(text))


def _runs(text: str) -> Iterator[tuple[str, str]]:
    """Yield stretches of text with the part of the font that has their characters."""
    run, now = "", LATIN
    for character in text:
        subset = _subset(ord(character))
        if run and subset != now:
            yield run, now
            run = ""
        run, now = run + character, subset
    if run:
        yield run, now


@cache
def _subset(code: int) -> str:
    """Return the part of the font that has a character, or nothing."""
    return next((name for name, ranges in _ranges() if any(low <= code <= high for low, high in ranges)), "")


@cache
def _ranges() -> list[tuple[str, list[tuple[int, int]]]]:
    found = json.loads((FONT / "unicode.json").read_text("utf-8"))
    names = sorted(found, key=lambda name: name != LATIN)  # Latin first: several parts have its signs
    return [(name.strip("[]"), [_range(text) for text in found[name].split(",")]) for name in names]


def _range(text: str) -> tuple[int, int]:
    low, _, high = text.strip().removeprefix("U+").partition("-")
    return int(low, 16), int(high or low, 16)


@cache
def _font(subset: str, size: int, weight: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(FONT / "files" / f"noto-sans-sc-{subset}-wght-normal.woff2"), size)
    font.set_variation_by_axes([weight])
    return font
