"""Every error the site raises on purpose.

::

    ArenaError                  says what to do next; `status` is its HTTP status
    ├── BadPrompt       400     empty, too long, or with control characters
    ├── DoesNotFit      400     the history would not fit a model's context
    ├── NoPair          503     fewer than two models can battle
    ├── NotYours        404     no such battle for this voter
    ├── WrongState      409     the battle's state does not allow this now
    ├── NoBoard         404     no such board
    ├── BadField        400     parameters of a comparison that can't be read
    ├── Busy            429     asked too often
    └── Refused         400     a deployment can't do what the admin asked, and why
"""


class ArenaError(Exception):
    """An expected failure, with a sentence for the person who caused it."""

    status = 400

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class BadPrompt(ArenaError):
    """The question can't be asked as it is."""


class DoesNotFit(ArenaError):
    """The conversation is longer than the models' context."""


class NoPair(ArenaError):
    """No two models can battle now."""

    status = 503


class NotYours(ArenaError):
    """There is no such battle for this voter."""

    status = 404


class WrongState(ArenaError):
    """The battle has moved on, or not yet far enough."""

    status = 409


class NoBoard(ArenaError):
    """There is no such board."""

    status = 404


class BadField(ArenaError):
    """Parameters of a comparison that can't be read."""


class Busy(ArenaError):
    """Too many requests from one voter."""

    status = 429


class Refused(ArenaError):
    """The catalogue won't do this with that deployment."""
