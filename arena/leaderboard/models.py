"""Votes as counts, and counts as published numbers."""

from typing import ClassVar

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from arena.battles.models import Vote
from arena.catalogue.models import Contestant


class LedgerEntry(models.Model):
    """A vote (+1) or its void (−1), given a gap-free number in the transaction that counts it.

    `running_hash` chains the entries, so that a snapshot names its votes by `seq` and hash alone.
    """

    seq = models.PositiveBigIntegerField(unique=True)
    vote = models.ForeignKey(Vote, on_delete=models.PROTECT, related_name="ledger")
    sign = models.SmallIntegerField()
    running_hash = models.CharField(max_length=64)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["seq"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["vote", "sign"], name="counted_once_each_way")]

    def __str__(self) -> str:
        return f"ledger {self.seq}"


class Writer(models.Model):
    """The single writer's row: whoever updates it first in a transaction counts, others wait.

    That of `facts` counts the changes to what is known of models and developers.
    """

    name = models.CharField(max_length=20, unique=True)
    turns = models.PositiveBigIntegerField(default=0)

    @classmethod
    def take_turn(cls, name: str) -> None:
        """Take a turn, and hold it to the end of the transaction, if there is one."""
        mine = cls.objects.filter(name=name)
        if not mine.update(turns=models.F("turns") + 1):
            cls.objects.get_or_create(name=name)
            mine.update(turns=models.F("turns") + 1)

    def __str__(self) -> str:
        return self.name


class Cell(models.Model):
    """Counts of one pair in one filter cell. A board is a sum of cells."""

    source = models.CharField(max_length=40)
    own_prompt = models.BooleanField()
    language = models.CharField(max_length=8)
    category = models.CharField(max_length=24)
    low = models.ForeignKey(Contestant, on_delete=models.PROTECT, related_name="+")
    high = models.ForeignKey(Contestant, on_delete=models.PROTECT, related_name="+")
    wins_low = models.BigIntegerField(default=0)
    wins_high = models.BigIntegerField(default=0)
    ties = models.BigIntegerField(default=0)
    both_bad = models.BigIntegerField(default=0)
    COUNTS: ClassVar = ("wins_low", "wins_high", "ties", "both_bad")
    changed_seq = models.PositiveBigIntegerField(default=0, help_text="Number of the last vote counted here.")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["source", "own_prompt", "language", "category", "low", "high"], name="one_cell_per_pair"
            ),
            models.CheckConstraint(condition=models.Q(low__lt=models.F("high")), name="cell_pair_in_order"),
        ]
        # what changed since a snapshot is asked for each board, many times a second while votes come
        indexes: ClassVar = [models.Index(fields=["source", "changed_seq"], name="cell_changed")]

    def __str__(self) -> str:
        return f"{self.low_id}:{self.high_id}"


class Tally(models.Model):
    """What a contestant's replies in closed blind battles add up to."""

    contestant = models.OneToOneField(Contestant, on_delete=models.PROTECT, related_name="+")
    votes = models.PositiveBigIntegerField(default=0, help_text="Battles voted on, taken back or not.")
    leaks = models.PositiveBigIntegerField(default=0, help_text="Of these, those where its answer said who wrote it.")
    failures = models.PositiveBigIntegerField(default=0, help_text="Times that it failed to answer.")
    replies = models.PositiveBigIntegerField(default=0, help_text="Whole and timed; the next three are theirs.")
    words = models.PositiveBigIntegerField(default=0)
    tokens = models.PositiveBigIntegerField(default=0)
    eval_ms = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name_plural = "tallies"

    def __str__(self) -> str:
        return f"tally of {self.contestant}"


class Import(models.Model):
    """One file of votes from elsewhere, counted line by line into cells of its own source."""

    source = models.SlugField(max_length=40)
    name = models.CharField(max_length=200)
    digest = models.CharField(max_length=64, help_text="SHA-256 of the file.")
    lines = models.PositiveBigIntegerField(default=0, help_text="Lines done; a second run goes on after them.")
    votes = models.PositiveBigIntegerField(default=0)
    refused = models.PositiveBigIntegerField(default=0)
    finished = models.DateTimeField(null=True)
    simulated = models.BooleanField(default=False)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["source", "digest"], name="one_import_per_file")]

    def __str__(self) -> str:
        return f"{self.name} as {self.source}"


class AdoptionFigure(models.Model):
    """A figure that somebody published about the use of models. Never mixed with votes."""

    class ReadHow(models.TextChoices):
        SOURCE = "source", _("read in the source")
        COUNTED = "counted", _("counted from the source")
        SOURCE_COPY = "source_copy", _("read in a copy of the source")
        SOURCE_EXCERPT = "source_excerpt", _("read in an excerpt of the source")
        SECOND_HAND = "second_hand", _("second hand")

    key = models.CharField(max_length=20, unique=True)
    measure = models.CharField(max_length=60)
    definition = models.TextField()
    period_start = models.CharField(max_length=10, blank=True)
    period_end = models.CharField(max_length=10, blank=True)
    unit = models.CharField(max_length=40)
    group_kind = models.CharField(max_length=20)
    group = models.CharField(max_length=80)
    value = models.CharField(max_length=20, help_text="A number, or a month where the unit is date.")
    source_title = models.TextField()
    publisher = models.CharField(max_length=120, blank=True)
    published = models.CharField(max_length=10, blank=True)
    address = models.URLField(max_length=500)
    read_how = models.CharField(max_length=20, choices=ReadHow.choices)
    note = models.TextField(blank=True)
    imported = models.BooleanField(default=False, help_text="From a file of somebody's here, not from the project's.")

    class Meta:
        ordering: ClassVar = ["key"]

    def __str__(self) -> str:
        return f"{self.key}: {self.measure}, {self.group}"


class Board(models.Model):
    """A published filter over cells, and who is refitting it."""

    class Kind(models.TextChoices):
        COUNTS = "counts", "from counts"
        STYLE = "style", "from votes, the style of the answers held equal"
        VOTERS = "voters", "from votes, intervals by voter"

    slug = models.SlugField(max_length=40, unique=True)
    title = models.CharField(max_length=80)
    filters = models.JSONField(default=dict, help_text="Column of Cell -> value; empty means every cell.")
    kind = models.CharField(max_length=8, choices=Kind.choices, default=Kind.COUNTS)
    lease_until = models.DateTimeField(default=timezone.now)
    seen_seq = models.PositiveBigIntegerField(
        null=True, help_text="Up to this number its cells are in its newest snapshot, or changed none of its numbers."
    )
    seen_facts = models.PositiveBigIntegerField(
        default=0, help_text="Its newest snapshot has the models' facts as of this turn of the writer of facts."
    )

    def __str__(self) -> str:
        return self.title


class Snapshot(models.Model):
    """One refit of a board, as published. Recomputing it from the votes up to `through_seq` gives the same."""

    board = models.ForeignKey(Board, on_delete=models.PROTECT, related_name="snapshots")
    created = models.DateTimeField(default=timezone.now)
    through_seq = models.PositiveBigIntegerField()
    ledger_hash = models.CharField(max_length=64)
    method = models.CharField(max_length=80)
    parameters = models.JSONField(default=dict)
    code_version = models.CharField(max_length=40)
    votes = models.PositiveBigIntegerField()
    rows = models.JSONField()
    comparison = models.JSONField()
    pairs = models.BinaryField(help_text="zlib-compressed JSON: [i, j, wins_i, wins_j, ties, both_bad] by row index.")
    covariance = models.BinaryField(help_text="zlib-compressed float64 matrix of the rated rows, Elo².")
    linked = models.BooleanField(default=False, help_text="Somebody has met its own address: it stays for good.")

    class Meta:
        ordering: ClassVar = ["-id"]
        indexes: ClassVar = [models.Index(fields=["board", "-id"])]

    def __str__(self) -> str:
        return f"snapshot {self.pk}"
