"""What the ratings call a vote's outcome."""

from arena.battles.models import Vote
from ratings import Outcome

RATED = {
    Vote.Outcome.A: Outcome.A,
    Vote.Outcome.B: Outcome.B,
    Vote.Outcome.TIE: Outcome.TIE,
    Vote.Outcome.BOTH_BAD: Outcome.BOTH_BAD,
}
