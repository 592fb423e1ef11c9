"""From natural log-odds to the Elo scale and back: Elo = θ · 400/ln 10 + 1000."""

import math

ELO = 400 / math.log(10)
CENTRE = 1000.0


def win_probability(difference: float) -> float:
    """Return the probability that the better one is preferred, ties shared, at an Elo difference."""
    exponent = max(-300.0, min(300.0, -difference / 400))  # past that it is 0 or 1 in floating point
    return 1 / (1 + math.pow(10, exponent))
