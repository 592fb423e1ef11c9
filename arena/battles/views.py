"""The voter's pages: fetch, check, call one service, render."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from arena.battles import after, instant, making, services, stopping
from arena.battles.limits import limited
from arena.battles.models import Battle, Voter
from arena.battles.named import choices, deployment_of
from arena.battles.pages import battle_context, home_context, shared_context
from arena.battles.preview import picture_of
from arena.battles.voters import make_voter, remember, voter_of
from arena.errors import ArenaError
from arena.languages import in_chinese
from arena.posted import posted


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def home(request: HttpRequest) -> HttpResponse:
    """Ask a question; on POST, start a battle."""
    if request.method != "POST":
        return render(request, "battles/home.html", home_context())
    prompt = request.POST.get("prompt", "")

    def begin() -> HttpResponse:
        making.check_prompt(prompt)
        return _begun(request, lambda voter: making.start(voter, prompt))

    return _begin(request, begin, "battles/home.html", home_context)


@posted("home")
def show_me(request: HttpRequest) -> HttpResponse:
    """Show the voter two whole answers to a prompt of the bank at once; where none are ready, let them be written."""
    language = "zh" if in_chinese() else "en"

    def begin() -> HttpResponse:
        return _begun(request, lambda voter: instant.show(voter, language))

    return _begin(request, begin, "battles/home.html", home_context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def named(request: HttpRequest, mode: str) -> HttpResponse:
    """Ask models of one's own choice: two side by side, or one in direct chat. Never counts."""
    wanted = [request.POST.get(name, "") for name in ("first", "second")[: 1 if mode == Battle.Mode.DIRECT else 2]]

    def context() -> dict[str, Any]:
        return {"mode": mode, "models": choices(), "limit": settings.PROMPT_CHARACTERS, "tab": "battle"}

    if request.method != "POST":
        return render(request, "battles/named.html", context())
    prompt = request.POST.get("prompt", "")

    def begin() -> HttpResponse:
        making.check_prompt(prompt)
        sides = [deployment_of(slug) for slug in wanted]
        return _begun(request, lambda voter: making.start_named(voter, prompt, sides))

    return _begin(request, begin, "battles/named.html", lambda: context() | {"wanted": wanted})


@never_cache
@require_GET
def battle(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show a battle to its owner."""
    return _page(request, services.owned(uuid, voter_of(request)))


@posted("battle")
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


@posted("battle")
def vote(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Store the vote and show who was who."""

    def store(battle: Battle) -> None:
        limited(request, "vote", settings.VOTE_RATE)
        services.vote(battle, request.POST.get("outcome", ""))

    return _act(request, uuid, store)


@posted("battle")
def stop(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Stop both sides."""
    return _act(request, uuid, stopping.stop, back=True)


@posted("battle")
def retry(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Try the broken side or sides again."""
    return _act(request, uuid, services.retry, back=True)


@posted("battle")
def leave(request: HttpRequest, uuid: UUID) -> HttpResponseRedirect:
    """Leave a battle for a new one."""
    stopping.leave(services.owned(uuid, voter_of(request)))
    return HttpResponseRedirect("/")


@posted("battle")
def undo(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take the vote back."""
    return _act(request, uuid, after.undo)


@posted("battle")
def remark(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Store reasons, comment and consent."""

    def store(battle: Battle) -> None:
        limited(request, "vote", settings.VOTE_RATE)
        reasons = {side: request.POST.getlist(f"reason_{side}") for side in ("A", "B")}
        after.remark(battle, reasons, request.POST.get("comment", ""), "publish" in request.POST)

    return _act(request, uuid, store, _("Saved. You can change it here at any time."))


@posted("battle")
def share(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Make a link that others can read, or take it back."""
    if "end" in request.POST:
        return _act(request, uuid, after.unshare, _("The link leads nowhere any more."))
    return _act(request, uuid, after.share)


@posted("battle")
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
    response = render(request, "battles/shared.html", shared_context(battle))
    response["X-Robots-Tag"] = "noindex"
    return response


@require_safe
def shared_picture(request: HttpRequest, token: UUID) -> HttpResponse:
    """Draw a shared battle's question, models and verdict, for the previews that other sites show of a link."""
    return HttpResponse(picture_of(after.shared(token)), content_type="image/png")


def _begin(
    request: HttpRequest, begin: Callable[[], HttpResponse], template: str, context: Callable[[], dict[str, Any]]
) -> HttpResponse:
    """Begin a battle, or show the page again with what was wrong and what was typed."""
    try:
        limited(request, "battle", settings.BATTLE_RATE)
        return begin()
    except ArenaError as error:
        again = context() | {"problem": error.message, "prompt": request.POST.get("prompt", "")}
        return render(request, template, again, status=error.status)


def _begun(request: HttpRequest, make: Callable[[Voter], Battle]) -> HttpResponse:
    """Make the voter's row with their first battle, and send them to it."""
    voter = make_voter(request)
    response = redirect("battle", make(voter).uuid)
    remember(response, voter)
    return response


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
    # htmx shows 2xx answers only; the sentence in the fragment says what was wrong
    return render(request, template, battle_context(battle) | extra, status=200 if fragment else status)
