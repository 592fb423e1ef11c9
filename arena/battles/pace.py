"""How many characters of a battle are shown at a time (decisions §1.2). Pure: two streams and a clock.

Both sides show the same number of characters at every tick. A side that has ended counts as growing on
at its own average pace, so that the other's never rises; both end together. The number is a function of
the stored streams and the time alone: any process, tab or resume computes the same.
"""

import math
from bisect import bisect_left
from dataclasses import dataclass, field
from typing import Any

TICK_MS = 100
PIECE = 1_000_000  # characters; more than any reply has


@dataclass
class Track:
    """What one side had said, and when (milliseconds of the Redis clock)."""

    times: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    text: str = ""
    end: str = ""
    end_ms: int = 0
    span_ms: int = 0  # from the first to the last words, as the worker heard them, before any bundling

    @classmethod
    def stored(cls, text: str, end: str) -> "Track":
        """Return a track for a reply whose stream is gone: all of it was there long ago."""
        return cls([0], [len(text)], text, end, 0)

    def add(self, at_ms: int, fields: dict[str, Any]) -> None:
        """Take one stream entry. An entry below the present end says again what was lost and found."""
        if "end" in fields:
            self.end, self.end_ms, self.span_ms = str(fields["end"]), at_ms, int(fields.get("span", 0))
            return
        offset, text = int(fields["o"]), str(fields["t"])
        self.text = self.text[:offset] + text
        if offset + len(text) > (self.totals[-1] if self.totals else 0):
            self.times.append(at_ms)
            self.totals.append(offset + len(text))

    def available(self, at_ms: int) -> float:
        """Characters that exist before `at_ms`, grown on at the average pace after the end."""
        if self.ended(at_ms) and self.totals:
            if self.span_ms <= 0:
                return math.inf
            return self.totals[-1] * (1 + (at_ms - self.end_ms) / self.span_ms)
        index = bisect_left(self.times, at_ms)
        return self.totals[index - 1] if index else 0

    def ended(self, at_ms: int) -> bool:
        """Whether the side had ended before `at_ms`."""
        return bool(self.end) and self.end_ms < at_ms


@dataclass(frozen=True)
class View:
    """What a battle shows at one tick. `state` belongs to the battle, never to a side."""

    state: str
    a: int
    b: int


def view(a: Track, b: Track, at_ms: int, paced: bool) -> View:
    """Return what is shown at `at_ms`."""
    for state in ("failed", "stopped"):
        if any(track.ended(at_ms) and track.end == state for track in (a, b)):
            return View(state, *_shown(a, b, at_ms, paced))
    shown_a, shown_b = _shown(a, b, at_ms, paced)
    both_ended = a.ended(at_ms) and b.ended(at_ms)
    if both_ended and shown_a >= len(a.text) and shown_b >= len(b.text):
        return View("whole", len(a.text), len(b.text))
    return View("writing" if shown_a or shown_b else "waiting", shown_a, shown_b)


def _shown(a: Track, b: Track, at_ms: int, paced: bool) -> tuple[int, int]:
    there_a, there_b = a.available(at_ms), b.available(at_ms)
    if paced:
        there_a = there_b = min(there_a, there_b)
    return min(int(min(there_a, PIECE)), len(a.text)), min(int(min(there_b, PIECE)), len(b.text))
