"""A voter's own arena: their battles, their votes, and what they prefer, from their votes alone."""

import math
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from arena.battles.models import Battle, Vote, Voter
from arena.battles.outcomes import RATED
from arena.catalogue.models import Contestant
from ratings import Counts, fit, groups
from ratings.groups import Contrast
from ratings.rows import ranked

PRIOR = 150.0  # Elo: a few votes say little, so strengths are drawn towards their mean
ENOUGH = 10  # votes between the two countries before anything is said


@dataclass(frozen=True)
class Taste:
    """A voter's ranking, and their answer about the two countries."""

    rows: list[dict[str, Any]]
    contrast: Contrast
    votes: int


def battles_of(voter: Voter | None) -> QuerySet[Battle]:
    """Return a voter's battles, the newest first."""
    found = Battle.objects.filter(voter=voter) if voter else Battle.objects.none()
    joined = ("contestant_a__model__developer", "contestant_b__model__developer", "vote", "remark")
    return found.select_related(*joined).prefetch_related("turns").order_by("-created", "-pk")


def row_of(battle: Battle) -> dict[str, Any]:
    """Return a battle as a row. Names stay masked until it is voted on."""
    vote = getattr(battle, "vote", None)
    first = next(iter(battle.turns.all()), None)
    told = vote is not None or battle.mode != Battle.Mode.BLIND
    remark = getattr(battle, "remark", None)
    return {
        "battle": battle,
        "prompt": first.prompt if first else "",
        "models": [contestant.model for _, contestant in battle.contestants] if told else [],
        "verdict": vote.get_outcome_display() if vote else None,
        "left_out": bool(vote and vote.leak),
        "published": bool(remark and remark.publish),
    }


def taste(voter: Voter | None) -> Taste:
    """Fit the voter's counted votes, with a normal prior of `PRIOR` Elo around the mean (see `ratings.fit`)."""
    votes = list(
        battles_of(voter)
        .filter(state=Battle.State.VOTED, vote__leak=False)
        .values_list("vote__contestant_a", "vote__contestant_b", "vote__outcome")
    )
    ids = sorted({contestant for a, b, _ in votes for contestant in (a, b)})
    found = Contestant.objects.select_related("model__developer").in_bulk(ids)
    models = [found[pk].model for pk in ids]
    place = {pk: index for index, pk in enumerate(ids)}
    counts = Counts.from_votes(
        [place[a] for a, _, _ in votes],
        [place[b] for _, b, _ in votes],
        [RATED[Vote.Outcome(outcome)] for _, _, outcome in votes],
        n_models=len(ids),
    )
    table = fit(counts, prior=PRIOR)
    by_slug = {model.slug: model for model in models}
    rows = [row | {"of": by_slug[row["model"]]} for row in ranked([model.slug for model in models], counts, table)]
    countries = [str(model.developer.country) for model in models]
    contrast = groups.fixed(counts, table, countries, "CN", "US", ("Chinese", "American"), enough=ENOUGH)
    return Taste([row for row in rows if row["rating"] is not None], contrast, len(votes))


def answer_of(contrast: Contrast) -> dict[str, Any]:
    """Return what a page says of a contrast: whether there is a verdict, and which."""
    told = math.isfinite(contrast.estimate)
    ahead = "CN" if contrast.lower > 0 else "US" if contrast.upper < 0 else ""
    return {"told": told, "ahead": ahead if told else "", "contrast": contrast, "enough": ENOUGH}
