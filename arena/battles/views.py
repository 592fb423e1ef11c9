"""The voter's pages: fetch, check, call one service, render."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from arena.battles import services
from arena.battles.limits import limited
from arena.battles.models import Battle
from arena.battles.pages import battle_context, home_context
from arena.battles.voters import make_voter, remember, voter_of
from arena.errors import ArenaError


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Ask a question; on POST, start a battle."""
    if request.method != "POST":
        return render(request, "battles/home.html", home_context())
    prompt = request.POST.get("prompt", "")
    try:
        limited(request, "battle", settings.BATTLE_RATE)
        services.check_prompt(prompt)
        voter = make_voter(request)
        battle = services.start(voter, prompt)
    except ArenaError as error:
        context = home_context() | {"problem": error.message, "prompt": prompt}
        return render(request, "battles/home.html", context, status=error.status)
    response = redirect("battle", battle.uuid)
    remember(response, voter)
    return response


@never_cache
@require_GET
def battle(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show a battle to its owner."""
    return _page(request, services.owned(uuid, voter_of(request)))


@require_POST
def ask(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask a further question."""
    battle = services.owned(uuid, voter_of(request))
    prompt = request.POST.get("prompt", "")
    try:
        limited(request, "battle", settings.BATTLE_RATE)
        services.ask_again(battle, prompt)
    except ArenaError as error:
        return _page(request, battle, problem=error.message, prompt=prompt, status=error.status)
    return redirect("battle", uuid)


@require_POST
def vote(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Store the vote and show who was who."""
    battle = services.owned(uuid, voter_of(request))
    try:
        limited(request, "vote", settings.VOTE_RATE)
        services.vote(battle, request.POST.get("outcome", ""))
    except ArenaError as error:
        return _page(request, battle, problem=error.message, status=error.status)
    battle.refresh_from_db()
    return _page(request, battle)


@require_POST
def stop(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Stop both sides."""
    battle = services.owned(uuid, voter_of(request))
    try:
        services.stop(battle)
    except ArenaError as error:
        return _page(request, battle, problem=error.message, status=error.status)
    return redirect("battle", uuid)


@require_POST
def retry(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Try the broken side or sides again."""
    battle = services.owned(uuid, voter_of(request))
    try:
        services.retry(battle)
    except ArenaError as error:
        return _page(request, battle, problem=error.message, status=error.status)
    return redirect("battle", uuid)


@require_POST
def leave(request: HttpRequest, uuid: UUID) -> HttpResponseRedirect:
    """Leave a battle for a new one."""
    services.leave(services.owned(uuid, voter_of(request)))
    return HttpResponseRedirect("/")


@require_POST
def report(request: HttpRequest, uuid: UUID, side: str) -> HttpResponse:
    """Report an answer, after the vote."""
    voter = voter_of(request)
    battle = services.owned(uuid, voter)
    assert voter is not None
    services.report(battle, voter, side)
    return _page(request, battle, notice="Thank you. A person will look at that answer.")


def _page(request: HttpRequest, battle: Battle, status: int = 200, **extra: str) -> HttpResponse:
    """Render the whole page, or its main part where htmx asks for it."""
    fragment = bool(request.htmx) and request.method == "POST"  # type: ignore[attr-defined]
    template = "battles/_battle.html" if fragment else "battles/battle.html"
    # htmx shows 2xx answers only; the sentence in the fragment says what was wrong
    return render(request, template, battle_context(battle) | extra, status=200 if fragment else status)
