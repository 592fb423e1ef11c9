"""What can go wrong between a worker and a model server.

::

    OllamaError                 `retry` says whether asking again can help
    ├── Unreachable     retry   nothing listens there
    ├── CutOff          retry   the connection ended before the first words
    ├── ServerBusy      retry   503: its load queue is full
    ├── ServerFailed    retry   5xx, or an error line inside a stream
    ├── Rejected                4xx: the request will be refused again
    │   └── ModelMissing        404
    ├── SilentEnd               the stream ended after some words, without `done: true`
    ├── Malformed               something that is not the protocol
    ├── DeadlinePassed
    │   ├── NoFirstByte         nothing while loading and queueing
    │   ├── Stalled             nothing between two chunks
    │   └── TooSlow             the whole answer took too long
    └── Cancelled               we closed the stream ourselves

Messages name hosts and models: they go to the log and the admin, never to a voter.
"""


class OllamaError(Exception):
    """A failed exchange with a model server."""

    retry = False

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


class Unreachable(OllamaError):
    """No connection."""

    retry = True


class CutOff(OllamaError):
    """The connection ended before the first words."""

    retry = True


class ServerBusy(OllamaError):
    """503."""

    retry = True


class ServerFailed(OllamaError):
    """The server or its model process failed."""

    retry = True


class Rejected(OllamaError):
    """4xx."""


class ModelMissing(Rejected):
    """404: the host does not have this model."""


class SilentEnd(OllamaError):
    """Ended without `done: true`, after some words."""


class Malformed(OllamaError):
    """Not the protocol."""


class DeadlinePassed(OllamaError):
    """One of our three deadlines."""


class NoFirstByte(DeadlinePassed):
    """Loading or queueing took too long."""


class Stalled(DeadlinePassed):
    """Too long between two chunks."""


class TooSlow(DeadlinePassed):
    """The whole answer took too long."""


class Cancelled(OllamaError):
    """Closed by us."""
