"""Writes one attempt's words to its stream: the first at once, later ones at most every 50 ms."""

import logging
import threading
import time

import redis

from arena.battles import streams

log = logging.getLogger(__name__)

EVERY_SECONDS = 0.05


class Writer:
    """Bundles words. If Redis goes away the words are kept, and the stream is written anew when it is back."""

    def __init__(self, client: redis.Redis, key: str) -> None:
        self.text = ""
        self._client, self._key = client, key
        self._sent = 0
        self._first = self._latest = 0.0
        self._last = 0.0
        self._lost = False
        self._lock = threading.Lock()

    def add(self, words: str) -> None:
        """Take words; send them if it is time."""
        if not words:
            return
        self._latest = time.monotonic()
        self._first = self._first or self._latest
        with self._lock:
            self.text += words
        self.tick()

    def tick(self) -> None:
        """Send what waits, if the last sending is long enough ago. Called by the pulse too."""
        if time.monotonic() - self._last >= (1.0 if self._lost else EVERY_SECONDS):
            self.flush()

    def flush(self) -> None:
        """Send what waits."""
        with self._lock:
            if self._sent == len(self.text) and not self._lost:
                return
            self._last = time.monotonic()
            try:
                if self._lost:
                    streams.rewrite(self._client, self._key, self.text)
                else:
                    streams.write(self._client, self._key, self._sent, self.text[self._sent :])
            except redis.RedisError as error:
                if not self._lost:
                    log.warning("words wait until Redis is back: %s", error)
                self._lost = True
                return
            self._lost, self._sent = False, len(self.text)

    def end(self, state: str) -> None:
        """Send the rest and the end."""
        self.flush()
        try:
            streams.end(self._client, self._key, state, round((self._latest - self._first) * 1000))
        except redis.RedisError as error:
            log.warning("the end of %s is in the database only: %s", self._key, error)
