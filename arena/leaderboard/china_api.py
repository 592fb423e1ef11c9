"""`/api/v1/china-us`: the comparison page's numbers, with the page's parameters."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field as F
from pydantic import field_validator

from arena.leaderboard import china_parts, china_us
from arena.leaderboard.api_errors import ERRORS
from arena.leaderboard.field import LABEL, Field
from arena.leaderboard.fresh import unchanged
from arena.leaderboard.tables import no_votes
from ratings.rows import answer

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


class PartOut(AnswerOut):
    """The answer on part of the votes, or among models of like size."""

    kind: Literal["size", "language", "category"]
    value: str


class PartsOut(Schema):
    """All parts, for one field of models."""

    snapshot: int | None
    board: str
    parts: list[PartOut]


class FieldIn(Schema):
    """Which models take part."""

    board: str = F("all", description="see /boards")
    out: list[str] = F([], description="slugs of models left out of the means")
    permissive: Literal["", "0", "1"] = F("", description="1: permissive licences only")
    max_active: float | None = F(None, gt=0, lt=1e6, description="billions of active parameters at most")
    best: int | None = F(None, ge=1, lt=1_000_000, description="only so many of the best rated")
    one: Literal["", "0", "1"] = F("", description="1: the best model of each developer only")
    base: Literal["maker", "base", "out"] = F("maker", description="models on another country's weights")
    both_bad: Literal["out", "tie"] = F(
        "out", description="votes for neither; always out where the board needs single votes"
    )
    language: str = F("", pattern=f"^{LABEL}$", description="only votes on questions in it: en, zh, other")
    category: str = F("", pattern=f"^{LABEL}$", description="only votes on such questions: see the boards")

    @field_validator("max_active", "best", mode="before")
    @classmethod
    def nothing(cls, value: Any) -> Any:
        """An empty form field asks for nothing."""
        return None if value == "" else value

    def field(self) -> Field:
        """Return it as the pages know it."""
        return Field(
            board=self.board,
            out=tuple(sorted({slug for slug in self.out if slug})),
            permissive=self.permissive == "1",
            max_active=self.max_active,
            best=self.best,
            one=self.one == "1",
            base=self.base,
            both_bad=self.both_bad,
            language=self.language,
            category=self.category,
        )


@router.get("/china-us", response={200: ChinaOut, **ERRORS}, url_name="china-us")
def comparison(
    request: HttpRequest,
    response: HttpResponse,
    asked: Query[FieldIn],
) -> Any:
    """Compare Chinese with American models."""
    field = china_us.settled(asked.field())
    found = china_us.newest(field)
    if same := unchanged(request, response, f"{found.snapshot.pk if found else 0}?{field.address()}"):
        return same
    if found is None:
        return {"snapshot": None, "board": field.board, "sentence": no_votes()["sentence"], "answers": {}}
    answers = {kind: answer(found_one) for kind, found_one in china_us.answers(found, field).items()}
    return {
        "snapshot": found.snapshot.pk,
        "board": field.board,
        "sentence": answers["fixed"]["sentence"],
        "answers": answers,
    }


@router.get("/china-us/parts", response={200: PartsOut, **ERRORS}, url_name="china-us-parts")
def comparison_parts(
    request: HttpRequest,
    response: HttpResponse,
    asked: Query[FieldIn],
) -> Any:
    """Compare them part by part: sizes ("low-high", billions of active parameters, or "all"), languages, categories."""
    field = china_us.settled(asked.field())
    found = china_us.newest(field)
    if same := unchanged(request, response, f"parts {found.snapshot.pk if found else 0}?{field.address()}"):
        return same
    if found is None:
        return {"snapshot": None, "board": field.board, "parts": []}
    parts = [answer(part.answer) | {"kind": part.kind, "value": part.value} for part in china_parts.parts(found, field)]
    return {"snapshot": found.snapshot.pk, "board": field.board, "parts": parts}
