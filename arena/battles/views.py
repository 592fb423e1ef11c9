"""The voter's pages: fetch, check, call one service, render."""

from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST, require_safe

from arena.battles import after, instant, making, services, stopping
from arena.battles.limits import limited
from arena.battles.models import Battle
from arena.battles.named import choices, deployment_of
from arena.battles.pages import battle_context, home_context, language_of_page, shared_context
from arena.battles.preview import picture_of
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
        making.check_prompt(prompt)
        voter = make_voter(request)
        battle = making.start(voter, prompt)
    except ArenaError as error:
        return _home(request, error)
    response = redirect("battle", battle.uuid)
    remember(response, voter)
    return response


@require_POST
def show_me(request: HttpRequest) -> HttpResponse:
    """Show the voter two whole answers to a prompt of the bank at once; where none are ready, let them be written."""
    try:
        limited(request, "battle", settings.BATTLE_RATE)
        voter = make_voter(request)
        battle = instant.show(voter, language_of_page())
    except ArenaError as error:
        return _home(request, error)
    response = redirect("battle", battle.uuid)
    remember(response, voter)
    return response


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def named(request: HttpRequest, mode: str) -> HttpResponse:
    """Ask models of one's own choice: two side by side, or one in direct chat. Never counts."""
    context = {"mode": mode, "models": choices(), "limit": settings.PROMPT_CHARACTERS, "tab": "battle"}
    if request.method != "POST":
        return render(request, "battles/named.html", context)
    prompt = request.POST.get("prompt", "")
    wanted = [request.POST.get(name, "") for name in ("first", "second")[: 1 if mode == Battle.Mode.DIRECT else 2]]
    try:
        limited(request, "battle", settings.BATTLE_RATE)
        making.check_prompt(prompt)
        sides = [deployment_of(slug) for slug in wanted]
        voter = make_voter(request)
        battle = making.start_named(voter, prompt, sides)
    except ArenaError as error:
        context |= {"problem": error.message, "prompt": prompt, "wanted": wanted}
        return render(request, "battles/named.html", context, status=error.status)
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
        making.ask_again(battle, prompt)
    except ArenaError as error:
        return _page(request, battle, problem=error.message, prompt=prompt, status=error.status)
    return redirect("battle", uuid)


@require_POST
def vote(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Store the vote and show who was who."""

    def store(battle: Battle) -> None:
        limited(request, "vote", settings.VOTE_RATE)
        services.vote(battle, request.POST.get("outcome", ""))

    return _act(request, uuid, store)


@require_POST
def stop(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Stop both sides."""
    return _act(request, uuid, stopping.stop, back=True)


@require_POST
def retry(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Try the broken side or sides again."""
    return _act(request, uuid, services.retry, back=True)


@require_POST
def leave(request: HttpRequest, uuid: UUID) -> HttpResponseRedirect:
    """Leave a battle for a new one."""
    stopping.leave(services.owned(uuid, voter_of(request)))
    return HttpResponseRedirect("/")


@require_POST
def undo(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take the vote back."""
    return _act(request, uuid, after.undo)


@require_POST
def remark(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Store reasons, comment and consent."""

    def store(battle: Battle) -> None:
        limited(request, "vote", settings.VOTE_RATE)
        reasons = {side: request.POST.getlist(f"reason_{side}") for side in ("A", "B")}
        after.remark(battle, reasons, request.POST.get("comment", ""), "publish" in request.POST)

    return _act(request, uuid, store, _("Saved. You can change it here at any time."))


@require_POST
def share(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Make a link that others can read, or take it back."""
    if "end" in request.POST:
        return _act(request, uuid, after.unshare, _("The link leads nowhere any more."))
    return _act(request, uuid, after.share)


@require_POST
def report(request: HttpRequest, uuid: UUID, side: str) -> HttpResponse:
    """Report an answer, after the vote."""
    voter = voter_of(request)
    assert services.owned(uuid, voter) and voter is not None

    def store(battle: Battle) -> None:
        after.report(battle, voter, side)

    return _act(request, uuid, store, _("Thank you. A person will look at that answer."))


@never_cache
@require_safe
def shared(request: HttpRequest, token: UUID) -> HttpResponse:
    """Show a battle that its voter shares, to anybody who has the link."""
    battle = after.shared(token)
    context = shared_context(battle) | {"host": f"{request.scheme}://{request.get_host()}"}
    response = render(request, "battles/shared.html", context)
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def shared_picture(request: HttpRequest, token: UUID) -> HttpResponse:
    """Draw a shared battle's question, models and verdict, for the previews that other sites show of a link."""
    return HttpResponse(picture_of(after.shared(token)), content_type="image/png")


def _home(request: HttpRequest, error: ArenaError) -> HttpResponse:
    context = home_context() | {"problem": error.message, "prompt": request.POST.get("prompt", "")}
    return render(request, "battles/home.html", context, status=error.status)


def _act(
    request: HttpRequest, uuid: UUID, action: Callable[[Battle], object], notice: str = "", back: bool = False
) -> HttpResponse:
    """Do one thing to the voter's own battle and show it; `back` sends the browser to its page."""
    battle = services.owned(uuid, voter_of(request))
    try:
        action(battle)
    except ArenaError as error:
        return _page(request, battle, problem=error.message, status=error.status)
    if back:
        return redirect("battle", uuid)
    battle.refresh_from_db()
    return _page(request, battle, notice=notice)


def _page(request: HttpRequest, battle: Battle, status: int = 200, **extra: str) -> HttpResponse:
    """Render the whole page, or its main part where htmx asks for it."""
    fragment = bool(request.htmx) and request.method == "POST"  # type: ignore[attr-defined]
    template = "battles/_battle.html" if fragment else "battles/battle.html"
    context = battle_context(battle) | extra | {"host": f"{request.scheme}://{request.get_host()}"}
    # htmx shows 2xx answers only; the sentence in the fragment says what was wrong
    return render(request, template, context, status=200 if fragment else status)
