"""The reader's pages. They read snapshots; nothing is fitted in a request."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from csp.decorators import csp_replace
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_vary_headers
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_safe
from markdown_it import MarkdownIt
from mdit_py_plugins.anchors import anchors_plugin

from arena.catalogue.models import CatalogueModel, Developer
from arena.catalogue.services import public_changes
from arena.languages import in_chinese
from arena.leaderboard import china_pages, published
from arena.leaderboard.adoption_page import adoption_context
from arena.leaderboard.developers import developer_context
from arena.leaderboard.examples import sentences
from arena.leaderboard.field import Field
from arena.leaderboard.models import Snapshot
from arena.leaderboard.more import more_context
from arena.leaderboard.preview import picture_of
from arena.leaderboard.services import keep_linked, latest
from arena.leaderboard.snapshots import changes, snapshot_context
from arena.leaderboard.tables import by_board, leaderboard_context, record, sentence_context, table_csv

LATELY = 50


@require_safe
def leaderboard(request: HttpRequest) -> HttpResponse:
    """Show the board; with `since`, answer 204 while that snapshot is still the newest."""
    snapshot = latest(request.GET.get("board") or "all")
    query = request.GET.copy()
    since = query.pop("since", [""])[-1]
    if query.get("download") == "csv":
        return _download(table_csv(snapshot, query), f"leaderboard-{snapshot.pk if snapshot else 0}.csv")
    if since:
        if since == str(snapshot.pk if snapshot else 0):
            return HttpResponse(status=204)
        return render(request, "leaderboard/_board.html", leaderboard_context(snapshot, query))
    return render(request, "leaderboard/leaderboard.html", leaderboard_context(snapshot, query))


@require_safe
def leaderboard_more(request: HttpRequest) -> HttpResponse:
    """Show the board's other pictures; the page asks for them when the reader comes near."""
    newest = latest(request.GET.get("board") or "all")
    if newest is None:
        return HttpResponse(status=204)
    return render(request, "leaderboard/more.html", more_context(newest))


def _download(text: str, name: str) -> HttpResponse:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return HttpResponse(text, content_type="text/csv; charset=utf-8", headers=headers)


@require_safe
def snapshot(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a stored snapshot for good, and with `with` what changed from another one to it."""
    shown = get_object_or_404(Snapshot.objects.select_related("board").defer("pairs", "covariance"), pk=pk)
    boards = Snapshot.objects.filter(board=shown.board).defer("pairs", "covariance", "rows", "comparison")
    other = None
    if wanted := request.GET.get("with", ""):
        same_board = Snapshot.objects.filter(board=shown.board).defer("pairs", "covariance")
        other = get_object_or_404(same_board, pk=int(wanted) if wanted.isdecimal() and len(wanted) < 18 else 0)
    keep_linked(*[one for one in (shown, other) if one])
    if request.GET.get("download") == "csv":
        return _download(table_csv(shown, request.GET), f"leaderboard-{shown.pk}.csv")
    context = snapshot_context(shown, request.GET) | {
        "others": boards.exclude(pk=pk)[:50],
        "other": other,
        "changes": changes(other, shown) if other else [],
    }
    return render(request, "leaderboard/snapshot.html", context)


@require_safe
def china_us(request: HttpRequest) -> HttpResponse:
    """Compare Chinese with American models in the field that the address gives; htmx asks for the answer alone."""
    field = Field.read(request.GET)
    context = china_pages.page_context(field)
    field = context["field"]
    response = render(request, "leaderboard/_china.html" if _by_htmx(request) else "leaderboard/china.html", context)
    response["HX-Push-Url"] = f"/china-us/?{field.address()}".rstrip("?")  # the form's own would name empty fields
    patch_vary_headers(response, ["HX-Request"])
    return response


@require_safe
@xframe_options_exempt
@csp_replace({"frame-ancestors": ["*"]})  # type: ignore[untyped-decorator]  # the one page for other sites' frames
def china_us_card(request: HttpRequest) -> HttpResponse:
    """Show the sentence with its date and votes, for a frame on somebody else's page."""
    return render(request, "leaderboard/card.html", china_pages.page_context(Field.read(request.GET)))


@require_safe
def china_us_picture(request: HttpRequest) -> HttpResponse:
    """Draw the sentence of a field as a PNG, for links and other sites."""
    context = china_pages.page_context(Field.read(request.GET))
    return HttpResponse(picture_of(_("Chinese against American models"), context), content_type="image/png")


@require_safe
def leaderboard_picture(request: HttpRequest) -> HttpResponse:
    """Draw a board's sentence as a PNG."""
    context = sentence_context(latest(request.GET.get("board") or "all"))
    return HttpResponse(picture_of(_("Leaderboard"), context), content_type="image/png")


@require_safe
def china_us_checks(request: HttpRequest) -> HttpResponse:
    """Show what the answer hangs on: asked for by the page when it is there, since it takes longer."""
    return render(request, "leaderboard/_checks.html", china_pages.checks_context(Field.read(request.GET)))


def _no_nul(slug: str) -> str:
    """Refuse what PostgreSQL can't even look for."""
    if "\0" in slug:
        raise Http404
    return slug


def _by_htmx(request: HttpRequest) -> bool:
    return request.headers.get("HX-Request") == "true" and "HX-History-Restore-Request" not in request.headers


@require_safe
def adoption(request: HttpRequest) -> HttpResponse:
    """Show what others published about the use of models."""
    return render(request, "leaderboard/adoption.html", adoption_context())


@require_safe
def models(request: HttpRequest) -> HttpResponse:
    """List the catalogue."""
    country = request.GET.get("country", "")
    rows = CatalogueModel.objects.filter(external=False).select_related("developer")
    snapshot = latest()
    ratings = {row["slug"]: row for row in reversed(snapshot.rows if snapshot else [])}
    countries = sorted({(str(m.developer.country), m.developer.country.name) for m in rows}, key=lambda c: c[1])
    shown = [(m, ratings.get(m.slug)) for m in rows if not country or str(m.developer.country) == country]
    context = {"rows": shown, "countries": countries, "country": country, "tab": "models"}
    context["changes"] = public_changes()[:LATELY]
    return render(request, "catalogue/models.html", context)


@require_safe
def model(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one model's facts, their source, and its record."""
    row = get_object_or_404(CatalogueModel.objects.select_related("developer"), slug=_no_nul(slug))
    snapshot = latest()
    ratings = [r for r in (snapshot.rows if snapshot else []) if r["slug"] == slug]
    context = {
        "model": row,
        "corrections": [*row.corrections, *(f"developer's {name}" for name in row.developer.corrections)],
        "ratings": ratings,
        "record": record(snapshot, slug) if ratings else [],
        "snapshot": snapshot,
        "places": by_board(slug),
        "changes": row.changes.all(),
        "examples": published.examples(slug),
        "tab": "models",
    }
    return render(request, "catalogue/model.html", context)


@require_safe
def developer(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a developer's models, all of them, with what became of each here."""
    row = get_object_or_404(Developer, slug=_no_nul(slug))
    return render(request, "catalogue/developer.html", developer_context(row, latest()))


@require_safe
def methods(request: HttpRequest) -> HttpResponse:
    """Show how the numbers are made: `docs/methods.md`, the page statisticians check."""
    return _document(request, "methods.md", _("How the numbers are made"), "methods", sentences(latest()))


@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """Show what is kept, the terms and the licence of the data."""
    return _document(request, "terms.md", _("Terms, privacy, data"), "terms")


def _local_file(name: str) -> Path:
    """Return a document in the page's language: `methods.zh.md` beside `methods.md`."""
    path = Path(settings.BASE_DIR, "docs", name)
    chinese = path.with_suffix(f".zh{path.suffix}")
    return chinese if in_chinese() and chinese.exists() else path


def _document(request: HttpRequest, name: str, title: str, tab: str, examples: Sequence[str] = ()) -> HttpResponse:
    text = _local_file(name).read_text("utf-8").replace("{keep_days}", str(settings.KEEP_TEXT_DAYS))
    reader = MarkdownIt("commonmark", {"html": False}).enable("table")
    reader.use(anchors_plugin, max_level=3, slug_func=partial(slugify, allow_unicode=True))
    html = reader.render(text)
    for wide in ("pre", "table"):  # they scroll on a phone, by keyboard too
        html = html.replace(f"<{wide}>", f'<{wide} tabindex="0">')
    return render(request, "document.html", {"html": html, "title": title, "tab": tab, "examples": examples})
