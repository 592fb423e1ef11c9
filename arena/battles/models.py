"""A battle, its turns and replies, and the one vote it may get."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from arena.catalogue.models import Contestant, Deployment


class Side(models.TextChoices):
    """Place on the page. It never says which model."""

    A = "A", "A"
    B = "B", "B"


class Voter(models.Model):
    """Somebody with a cookie: a random 128-bit key and nothing else."""

    key = models.CharField(max_length=32, unique=True)
    created = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"voter {self.pk}"


class Battle(models.Model):
    """Two contestants, one voter, one conversation. `open → voted | abandoned`, `voted → undone`.

    An instant battle is made from the bank before anybody asks; it has no voter until one claims it. The modes with
    named models are never voted on; direct chat has side A alone.
    """

    class Mode(models.TextChoices):
        BLIND = "blind", "blind"
        NAMED = "named", "side by side"
        DIRECT = "direct", "direct chat"

    class State(models.TextChoices):
        OPEN = "open", "open"
        VOTED = "voted", "voted"
        ABANDONED = "abandoned", "abandoned"
        UNDONE = "undone", "undone"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    voter = models.ForeignKey(Voter, on_delete=models.SET_NULL, null=True, related_name="battles")
    state = models.CharField(max_length=10, choices=State.choices, default=State.OPEN)
    deployment_a = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="+")
    deployment_b = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="+", null=True)
    contestant_a = models.ForeignKey(Contestant, on_delete=models.PROTECT, related_name="+")
    contestant_b = models.ForeignKey(Contestant, on_delete=models.PROTECT, related_name="+", null=True)
    draw_probability = models.FloatField(help_text="Of the unordered pair, given the eligible set.")
    language = models.CharField(max_length=8, default="other")
    category = models.CharField(max_length=24, default="unlabelled")
    mode = models.CharField(max_length=8, choices=Mode.choices, default=Mode.BLIND)
    bank_id = models.CharField(
        max_length=40, blank=True, db_index=True, help_text="Which prompt of the bank; empty for a voter's own."
    )
    claimed = models.DateTimeField(null=True, blank=True, help_text="When an instant battle got its voter.")
    share = models.UUIDField(null=True, unique=True, editable=False, help_text="Opens the battle to others, read-only.")
    created = models.DateTimeField(default=timezone.now)
    closed = models.DateTimeField(null=True, blank=True)
    tallied = models.BooleanField(default=False, help_text="Its replies are in the tallies of the leaderboard.")

    class Meta:
        verbose_name, verbose_name_plural = _("battle"), _("battles")
        indexes: ClassVar = [
            models.Index(fields=["voter", "state"]),
            models.Index(fields=["state", "claimed"]),
            models.Index(fields=["closed"], condition=models.Q(tallied=False), name="battles_not_tallied"),
        ]

    @property
    def deployments(self) -> list[Deployment]:
        """Those that answer, in side order: direct chat has one."""
        return [side for side in (self.deployment_a, self.deployment_b) if side is not None]

    @property
    def contestants(self) -> list[tuple[str, Contestant]]:
        """Each side with who answers there."""
        sides = ((Side.A, self.contestant_a), (Side.B, self.contestant_b))
        return [(side.value, contestant) for side, contestant in sides if contestant is not None]

    @property
    def idle(self) -> bool:
        """Whether nobody waits for it: of the bank, and not yet claimed."""
        return bool(self.bank_id) and self.claimed is None

    def __str__(self) -> str:
        return f"battle {self.uuid}"


def unclaimed(path: str = "") -> models.Q:
    """Return the condition of a battle that nobody waits for yet; `path` leads to the battle."""
    return models.Q(**{f"{path}claimed": None, f"{path}state": Battle.State.OPEN}) & ~models.Q(**{f"{path}bank_id": ""})


class Turn(models.Model):
    """One question, asked of both sides with the same system message, sampler and seed."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    battle = models.ForeignKey(Battle, on_delete=models.CASCADE, related_name="turns")
    number = models.PositiveSmallIntegerField()
    prompt = models.TextField()
    system_hash = models.CharField(max_length=64)
    sampler = models.JSONField()
    seed = models.PositiveIntegerField()
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["number"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["battle", "number"], name="one_turn_per_number")]

    def __str__(self) -> str:
        return f"turn {self.number} of {self.battle}"


class Reply(models.Model):
    """What one side says in one turn.

    `queued → running → whole | failed | stopped`; `running → queued` only by the sweep, and
    `failed | stopped → queued` only by Retry. Every claim raises `attempt`, and every write of a
    worker carries its attempt in the WHERE clause, so a frozen worker that wakes writes nowhere.
    """

    class State(models.TextChoices):
        QUEUED = "queued", "queued"
        RUNNING = "running", "running"
        WHOLE = "whole", "whole"
        FAILED = "failed", "failed"
        STOPPED = "stopped", "stopped"

    turn = models.ForeignKey(Turn, on_delete=models.CASCADE, related_name="replies")
    side = models.CharField(max_length=1, choices=Side.choices)
    deployment = models.ForeignKey(Deployment, on_delete=models.PROTECT, related_name="replies")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempt = models.PositiveIntegerField(default=0)
    tries = models.PositiveSmallIntegerField(default=0, help_text="Claims since it was last asked for.")
    failures = models.PositiveSmallIntegerField(default=0, help_text="Times that it failed; a Retry doesn't undo them.")
    text = models.TextField(blank=True, help_text="What the voter sees: trimmed alike on both sides.")
    raw = models.TextField(blank=True)
    reasoning = models.TextField(blank=True)
    cause = models.TextField(blank=True, help_text="Why it failed, for the admin's eyes only.")
    weights_digest = models.CharField(max_length=64, blank=True)
    manifest_digest = models.CharField(max_length=64, blank=True)
    done_reason = models.CharField(max_length=20, blank=True)
    prompt_tokens = models.PositiveIntegerField(null=True)
    tokens = models.PositiveIntegerField(null=True)
    load_ms = models.PositiveIntegerField(null=True)
    prompt_ms = models.PositiveIntegerField(null=True)
    eval_ms = models.PositiveIntegerField(null=True)
    first_token_ms = models.PositiveIntegerField(null=True)
    total_ms = models.PositiveIntegerField(null=True)
    enqueued = models.DateTimeField(default=timezone.now)
    claimed = models.DateTimeField(null=True)
    finished = models.DateTimeField(null=True)

    class Meta:
        ordering: ClassVar = ["turn", "side"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["turn", "side"], name="one_reply_per_side")]
        indexes: ClassVar = [models.Index(fields=["state", "enqueued"])]

    def __str__(self) -> str:
        return f"reply {self.side} of {self.turn}"


class Vote(models.Model):
    """The voter's verdict, frozen at insert. The battle is unique: that is the constraint of invariant 2."""

    class Outcome(models.TextChoices):
        A = "a", _("A is better")
        TIE = "tie", _("Tie")
        BOTH_BAD = "both_bad", _("Both are bad")
        B = "b", _("B is better")

    battle = models.OneToOneField(Battle, on_delete=models.PROTECT, related_name="vote")
    contestant_a = models.ForeignKey(Contestant, on_delete=models.PROTECT, related_name="+")
    contestant_b = models.ForeignKey(Contestant, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=8, choices=Outcome.choices)
    draw_probability = models.FloatField()
    language = models.CharField(max_length=8)
    category = models.CharField(max_length=24)
    source = models.CharField(max_length=40, default="arena")
    own_prompt = models.BooleanField(default=True)
    covariates = models.JSONField(default=dict)
    leak = models.BooleanField(default=False, help_text="Out of the ranking: the next three say why.")
    leak_a = models.BooleanField(default=False, help_text="Side A said who it is.")
    leak_b = models.BooleanField(default=False)
    leak_words = models.JSONField(default=dict, help_text="Passages by side; `prompt`: the question asked who answers.")
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("vote"), _("votes")
        indexes: ClassVar = [models.Index(fields=["leak"], condition=models.Q(leak=True), name="votes_left_out")]

    def __str__(self) -> str:
        return f"vote on {self.battle}"


class Void(models.Model):
    """Takes one vote back. The vote's row stays; its count is taken away once."""

    vote = models.OneToOneField(Vote, on_delete=models.PROTECT, related_name="void")
    created = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"void of {self.vote}"


class Uncounted(models.Model):
    """A vote (+1) or void (−1) that the ledger has not taken yet. The queue of the one writer."""

    vote = models.ForeignKey(Vote, on_delete=models.CASCADE, related_name="+")
    sign = models.SmallIntegerField()

    def __str__(self) -> str:
        return f"{self.sign:+d} {self.vote}"


class Remark(models.Model):
    """What a voter adds after the vote: reasons, a comment, and whether the text may be published."""

    battle = models.OneToOneField(Battle, on_delete=models.CASCADE, related_name="remark")
    reasons = models.JSONField(default=dict, help_text="Lists of reasons by side.")
    comment = models.TextField(blank=True)
    publish = models.BooleanField(default=False, help_text="The voter agreed that questions and answers are published.")
    changed = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"remark on {self.battle}"


class Report(models.Model):
    """A voter says that an answer should be looked at. Only after the vote (decisions §6)."""

    reply = models.ForeignKey(Reply, on_delete=models.CASCADE, related_name="reports")
    voter = models.ForeignKey(Voter, on_delete=models.SET_NULL, null=True)
    created = models.DateTimeField(default=timezone.now)
    handled = models.BooleanField(default=False)

    class Meta:
        verbose_name, verbose_name_plural = _("report"), _("reports")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["reply", "voter"], name="one_report_per_voter_and_reply")
        ]

    def __str__(self) -> str:
        return f"report on {self.reply}"
