"""`/me/`: a voter's own arena, without an account."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from arena.battles import forget, mine
from arena.battles.voters import COOKIE, voter_of
from arena.posted import posted

PER_PAGE = 50


@never_cache
@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """Show the voter's battles, votes and ranking."""
    voter = voter_of(request)
    page = Paginator(mine.battles_of(voter), PER_PAGE).get_page(request.GET.get("page"))
    taste = mine.taste(voter)
    context = {
        "page": page,
        "rows": [mine.row_of(battle) for battle in page],
        "taste": taste,
        "answer": mine.answer_of(taste.contrast),
        "prior": round(mine.PRIOR),
        "deleted": "deleted" in request.GET,
        "tab": "me",
    }
    return render(request, "battles/me.html", context)


@posted("me")
def delete(request: HttpRequest) -> HttpResponse:
    """Delete everything of the voter's, and their cookie."""
    voter = voter_of(request)
    if voter is not None:
        forget.everything_of(voter)
    response = redirect("/me/?deleted")
    response.delete_cookie(COOKIE, samesite="Lax")
    return response
