"""What the engine refuses.

::

    RatingsError(ValueError)
    ├── BadVote             a row that is no vote; `row` counts from 0
    │   ├── UnknownOutcome
    │   ├── SelfPair
    │   ├── BadModel        an index outside 0…n−1
    │   └── BadWeight       negative or not finite
    ├── BadCounts           tables that are no counts, or of different sizes
    ├── NotConverged        a fit that did not reach its tolerance
    └── NotFinite           a result too large for floating point
"""


class RatingsError(ValueError):
    """Anything the engine refuses."""


class BadVote(RatingsError):
    """A row that is no vote."""

    def __init__(self, message: str, row: int) -> None:
        super().__init__(f"row {row}: {message}")
        self.reason = message
        self.row = row


class UnknownOutcome(BadVote):
    """An outcome outside the vocabulary. Never silently a tie."""


class SelfPair(BadVote):
    """A model against itself."""


class BadModel(BadVote):
    """A model index outside the table."""


class BadWeight(BadVote):
    """A negative or non-finite weight."""


class BadCounts(RatingsError):
    """Tables that are no counts."""


class NotConverged(RatingsError):
    """The solver stopped before its tolerance."""


class NotFinite(RatingsError):
    """A number left the range of floating point."""
