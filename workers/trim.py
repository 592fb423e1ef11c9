"""Trims both sides' words alike while they stream: outer white space, think blocks, special tokens (decisions §1.8)."""

import re

MARK = re.compile(r"<think>|</think>|<\|[A-Za-z0-9_]{2,30}\|>|<｜[^｜<>]{1,30}｜>")
LONGEST_MARK = 34
# the start of something that may become a mark with the next chunk
PARTIAL = re.compile(r"<(?:/?(?:t(?:h(?:i(?:n(?:k)?)?)?)?)?|\|[A-Za-z0-9_]{0,30}\|?|｜[^｜<>]{0,30}｜?)$")


class Trimmer:
    """Takes raw chunks, gives what the voter may see; `shown` is always a beginning of the final text."""

    def __init__(self) -> None:
        self.shown = ""
        self.reasoning = ""
        self._buffer = ""
        self._white = ""
        self._thinking = False

    def feed(self, chunk: str) -> str:
        """Take a chunk and return the characters that are new."""
        self._buffer += chunk
        out = []
        while mark := MARK.search(self._buffer):
            out.append(self._take(self._buffer[: mark.start()]))
            self._buffer = self._buffer[mark.end() :]
            if mark[0] == "<think>":
                self._thinking = True
            elif mark[0] == "</think>":
                self._thinking = False
        held = PARTIAL.search(self._buffer[-LONGEST_MARK:])
        cut = len(self._buffer) - len(held[0]) if held else len(self._buffer)
        out.append(self._take(self._buffer[:cut]))
        self._buffer = self._buffer[cut:]
        return "".join(out)

    def finish(self) -> str:
        """Return the characters that were held back for a mark that never came."""
        rest, self._buffer = self._buffer, ""
        return self._take(rest)

    def _take(self, text: str) -> str:
        if self._thinking:
            self.reasoning += text
            return ""
        text = self._white + text if self.shown else text.lstrip()
        visible = text.rstrip()
        self._white = text[len(visible) :]
        self.shown += visible
        return visible
