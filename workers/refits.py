"""Votes into snapshots without delay: one pass after another while votes come, and one runner at a time."""

import time

from django.core.cache import cache

from arena.leaderboard import ledger
from arena.leaderboard.services import refit_boards, refit_from_votes

RUNNING = "refits-running"
RUNNING_FROM_VOTES = "refits-from-votes-running"
LOST_SECONDS = 5  # after that long without a pass, the runner is taken for dead
LOST_FROM_VOTES_SECONDS = 600  # a million votes take a fraction of that
LOOK_SECONDS = 0.1  # while a board waits for its next refit, others may change


def keep_up() -> None:
    """Count and refit until no vote waits and no board is behind; do nothing where another worker does that.

    A board that was refitted a moment ago is waited for here and not by Celery's countdown, which is rounded to whole
    seconds on RabbitMQ's quorum queues.
    """
    while cache.add(RUNNING, True, LOST_SECONDS):
        try:
            while (wait := refit_boards()) is not None:
                time.sleep(min(wait, LOOK_SECONDS))
                cache.touch(RUNNING, LOST_SECONDS)
        finally:
            cache.delete(RUNNING)
        if not ledger.waiting():  # a vote whose own message found this runner at its end
            return


def from_votes() -> None:
    """Refit the boards that need single votes; beside the others, since it takes long and nobody waits for it."""
    if cache.add(RUNNING_FROM_VOTES, True, LOST_FROM_VOTES_SECONDS):
        try:
            refit_from_votes()
        finally:
            cache.delete(RUNNING_FROM_VOTES)
