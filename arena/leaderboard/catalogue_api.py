"""`/api/v1/`: models, what became of their variants, and developers, with pages of a bounded size."""

from typing import Annotated, Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema
from pydantic import Field

from arena.catalogue.models import CatalogueModel, Change, Developer
from arena.catalogue.services import public_changes
from arena.leaderboard.api_errors import ERRORS
from arena.leaderboard.fresh import readable

router = Router()
LARGEST_PAGE, FARTHEST = 200, 1_000_000
Slug = Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$")]


class Page(Schema):
    """Which part of a list."""

    limit: int = Field(50, ge=1, le=LARGEST_PAGE)
    offset: int = Field(0, ge=0, le=FARTHEST)


class ModelFacts(Schema):
    """A model of the catalogue; null where nothing is known."""

    slug: str
    name: str
    family: str
    developer: str
    country: str
    base_model: str
    base_country: str
    openness: str
    licence: str
    permissive: bool | None
    total_params_b: float | None
    active_params_b: float | None
    architecture: str
    context_tokens: int | None
    released: str
    source: str
    doubts: str
    corrected: list[str]  # facts that this site's administrators changed; the source may say otherwise


class ModelsOut(Schema):
    """A page of models; `count` of all."""

    count: int
    items: list[ModelFacts]


class DeveloperOut(Schema):
    """Who made models, and where its headquarters are."""

    slug: str
    name: str
    country: str
    models: int


class ChangeOut(Schema):
    """What one variant of a model became, and when."""

    created: str
    model: str
    tag: str
    weights_digest: str
    quantisation: str
    state: str
    weight: float


class ChangesOut(Schema):
    """A page of changes, the newest first."""

    count: int
    items: list[ChangeOut]


class ModelWhole(ModelFacts):
    """A model with what became of its variants here."""

    changes: list[ChangeOut]


class DevelopersOut(Schema):
    """A page of developers."""

    count: int
    items: list[DeveloperOut]


@router.get("/models", response={200: ModelsOut, **ERRORS}, url_name="models")
def models(request: HttpRequest, response: HttpResponse, page: Query[Page], country: str = "") -> Any:
    """List the catalogue's models by name; `country` is an ISO 3166 code of two letters."""
    readable(response)
    found = CatalogueModel.objects.filter(external=False).select_related("developer")
    found = found.filter(developer__country=country.replace("\0", "")) if country else found
    items = found[page.offset : page.offset + page.limit]
    return {"count": found.count(), "items": [_facts(model) for model in items]}


@router.get("/models/{slug}", response={200: ModelWhole, **ERRORS}, url_name="model")
def model(request: HttpRequest, response: HttpResponse, slug: Slug) -> Any:
    """Return one model's facts, imported and simulated ones too, and every variant of it that was tried."""
    readable(response)
    row = get_object_or_404(CatalogueModel.objects.select_related("developer"), slug=slug)
    return _facts(row) | {"changes": [_change(change) for change in row.changes.select_related("model")]}


@router.get("/changes", response={200: ChangesOut, **ERRORS}, url_name="changes")
def changes(request: HttpRequest, response: HttpResponse, page: Query[Page]) -> Any:
    """List what became of every variant, the newest first: found, in battle, paused, moved, retired."""
    readable(response)
    found = public_changes()
    items = found[page.offset : page.offset + page.limit]
    return {"count": found.count(), "items": [_change(row) for row in items]}


@router.get("/developers", response={200: DevelopersOut, **ERRORS}, url_name="developers")
def developers(request: HttpRequest, response: HttpResponse, page: Query[Page]) -> Any:
    """List developers by name, with how many models of the catalogue are theirs."""
    readable(response)
    theirs = Count("models", filter=Q(models__external=False))
    found = Developer.objects.annotate(number=theirs).filter(number__gt=0)
    items = found[page.offset : page.offset + page.limit]
    return {"count": found.count(), "items": [_developer(row, row.number) for row in items]}


@router.get("/developers/{slug}", response={200: DeveloperOut, **ERRORS}, url_name="developer")
def developer(request: HttpRequest, response: HttpResponse, slug: Slug) -> Any:
    """Return one developer."""
    readable(response)
    row = get_object_or_404(Developer, slug=slug)
    return _developer(row, row.models.filter(external=False).count())


def _facts(row: CatalogueModel) -> dict[str, Any]:
    names = [name for name in ModelFacts.model_fields if name not in {"developer", "country", "base_country"}]
    facts = {name: getattr(row, name) for name in names}
    where = {"country": str(row.developer.country), "base_country": str(row.base_country)}
    return facts | {"developer": row.developer.name} | where


def _change(row: Change) -> dict[str, Any]:
    assert row.model is not None  # the others aren't public
    names = ("tag", "weights_digest", "quantisation", "state", "weight")
    plain = {name: getattr(row, name) for name in names}
    return plain | {"created": row.created.isoformat(), "model": row.model.slug}


def _developer(row: Developer, models: int) -> dict[str, Any]:
    return {"slug": row.slug, "name": row.name, "country": str(row.country), "models": models}
