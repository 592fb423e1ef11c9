"""`/api/v1/china-us`: the comparison page's numbers, with the page's parameters."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from arena.leaderboard import china_us
from arena.leaderboard.field import Field
from arena.leaderboard.fresh import unchanged
from arena.leaderboard.tables import no_votes

router = Router()


class AnswerOut(Schema):
    """Chinese minus American, Elo; null where nothing can be said, and `sentence` says why."""

    estimate: float | None
    lower: float | None
    upper: float | None
    votes: int
    models: list[int]
    missing: int
    sentence: str


class ChinaOut(Schema):
    """The answers side by side, for one field of models."""

    snapshot: int | None
    board: str
    sentence: str
    answers: dict[str, AnswerOut]


@router.get("/china-us", response=ChinaOut, url_name="china-us")
def comparison(
    request: HttpRequest,
    response: HttpResponse,
    board: str = "all",
    permissive: str = "",
    max_active: str = "",
    best: str = "",
    one: str = "",
    base: str = "maker",
) -> Any:
    """Compare Chinese with American models.

    `board`: see /boards. `out` (repeatable): slugs left out. `permissive=1`: permissive licences only. `max_active`:
    billions of active parameters. `best`: only so many of the best rated. `one=1`: the best model of each developer
    only. `base`: models on another country's weights count by their `maker`, by their `base`, or stay `out`.
    """
    field = Field.read(request.GET)
    found = china_us.newest(field.board)
    if same := unchanged(request, response, f"{found.snapshot.pk if found else 0}?{field.address()}"):
        return same
    if found is None:
        return {"snapshot": None, "board": field.board, "sentence": no_votes()["sentence"], "answers": {}}
    answers = {kind: china_us.plain(answer) for kind, answer in china_us.answers(found, field).items()}
    return {
        "snapshot": found.snapshot.pk,
        "board": field.board,
        "sentence": answers["fixed"]["sentence"],
        "answers": answers,
    }
