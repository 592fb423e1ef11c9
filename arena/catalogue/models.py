"""What is known of models: who made them, where, and which host serves which weights."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.db import models, transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from django_countries.fields import CountryField

from arena.languages import in_chinese


class Correctable(models.Model):
    """A row whose facts come from a file of this project at each start, but for those that somebody corrected here."""

    corrected = models.JSONField(default=list, editable=False, help_text="Columns that no file changes any more.")

    class Meta:
        abstract = True

    def correct(self, columns: Iterable[str]) -> None:
        """Note columns as corrected by hand."""
        self.corrected = sorted({*self.corrected, *columns})

    def take(self, values: Mapping[str, Any], correcting: bool = False) -> tuple[list[str], list[str]]:
        """Take a file's values and save; return the columns that changed, and those kept since they were corrected.

        A `correcting` file is somebody's here: it changes those too, and what it changes is corrected from then on.
        """
        other = [name for name, value in values.items() if getattr(self, name) != value]
        kept = [] if correcting else [name for name in other if name in self.corrected]
        changed = [name for name in other if name not in kept]
        for name in changed:
            setattr(self, name, values[name])
        if correcting:
            self.correct(changed)
        if changed:
            self.save(update_fields=[*changed, "corrected"])
        return changed, kept

    @property
    def corrections(self) -> list[str]:
        """The corrected columns in words, in English as in the admin's forms."""
        return [str(field.verbose_name) for field in self._meta.fields if field.name in self.corrected]


class Developer(Correctable):
    """Who made a model. The country is where it has its headquarters (design, invariant 8)."""

    slug = models.SlugField(max_length=80, unique=True)
    name = models.CharField(max_length=120, unique=True)
    country = CountryField()
    aliases = models.JSONField(default=dict, blank=True, help_text="Other names: {'en': [...], 'zh': [...]}")

    class Meta:
        verbose_name, verbose_name_plural = _("developer"), _("developers")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def named(cls, name: str) -> "Developer | None":
        """Return who has a name: by the slug, which stays when somebody corrects the name, or by the name itself."""
        return cls.objects.filter(slug=slugify(name)).first() or cls.objects.filter(name=name).first()

    @property
    def local_name(self) -> str:
        """The name in the page's language, where the catalogue has one."""
        chinese = self.aliases.get("zh") if in_chinese() else None
        return str(chinese[0]) if chinese else self.name


class CatalogueModel(Correctable):
    """A model as its developer published it; its weights may come in many deployments."""

    class Openness(models.TextChoices):
        OPEN_SOURCE = "open-source", _("open source")
        OPEN_WEIGHT = "open-weight", _("open weights")
        CLOSED = "closed", _("closed")

    slug = models.CharField(max_length=80, unique=True)
    name = models.CharField(max_length=120, unique=True)
    family = models.CharField(max_length=80)
    family_aliases = models.JSONField(default=dict, blank=True)
    developer = models.ForeignKey(Developer, on_delete=models.PROTECT, related_name="models")
    base_model = models.CharField(max_length=120, blank=True)
    base_country = CountryField(blank=True)
    openness = models.CharField(max_length=20, choices=Openness.choices)
    licence = models.CharField(max_length=120, blank=True)
    permissive = models.BooleanField(null=True, help_text="Unknown stays empty.")
    total_params_b = models.FloatField("total parameters (billions)", null=True, blank=True)
    active_params_b = models.FloatField("active parameters (billions)", null=True, blank=True)
    architecture = models.CharField(max_length=40, blank=True)
    context_tokens = models.PositiveIntegerField(null=True, blank=True)
    released = models.CharField(max_length=10, blank=True, help_text="YYYY, YYYY-MM or YYYY-MM-DD")
    languages = models.PositiveSmallIntegerField("number of languages", null=True, blank=True)
    modalities = models.CharField(max_length=80, blank=True)
    ollama_tag = models.CharField(max_length=120, blank=True, db_index=True)
    hf_repo = models.CharField("Hugging Face repository", max_length=160, blank=True)
    source = models.TextField(help_text="Where these facts were read.")
    doubts = models.TextField(blank=True, help_text="What about this row is not certain.")
    external = models.BooleanField(default=False, help_text="Known from imported or simulated votes only.")

    class Meta:
        verbose_name, verbose_name_plural = _("model"), _("models")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        """Return the model's public page."""
        return f"/models/{self.slug}/"


class Contestant(models.Model):
    """A row of the leaderboard: a catalogue model with exactly these weights (decisions §3)."""

    model = models.ForeignKey(CatalogueModel, on_delete=models.PROTECT, related_name="contestants")
    weights_digest = models.CharField(max_length=64, help_text="SHA-256 of the weights file, hexadecimal.")
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("contestant"), _("contestants")
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["model", "weights_digest"], name="contestant_is_model_and_weights")
        ]

    def __str__(self) -> str:
        return f"{self.model} ({self.weights_digest[:8]})"


class Host(models.Model):
    """A server that speaks Ollama's protocol. The site never talks to it: workers do, the site reads this row."""

    NOT_STARTED: ClassVar = "The last start used another model server, so the embedded engine is off."

    name = models.CharField(max_length=80, unique=True)
    url = models.URLField(unique=True, help_text="Reached by workers only, e.g. http://127.0.0.1:11434")
    slots = models.PositiveSmallIntegerField(default=2, help_text="Replies that may run on it at once.")
    enabled = models.BooleanField(default=True)
    embedded = models.BooleanField(default=False, help_text="The engine that `make run` starts itself.")
    version = models.CharField(max_length=40, blank=True)
    reachable = models.BooleanField(default=False)
    checked = models.DateTimeField(null=True, blank=True)
    problem = models.TextField(blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("host"), _("hosts")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return self.name


class Lease(models.Model):
    """One slot of a host, held by one piece of work for a while (decisions §3: a database lease per slot)."""

    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="leases")
    slot = models.PositiveSmallIntegerField()
    holder = models.CharField(max_length=80, blank=True)
    until = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=["host", "slot"], name="one_lease_per_slot")]

    def __str__(self) -> str:
        return f"{self.host} slot {self.slot}"


class Deployment(models.Model):
    """A model as one host serves it under one tag."""

    class State(models.TextChoices):
        FOUND = "found", _("found, not in battle")
        BATTLE = "battle", _("in battle")
        PAUSED = "paused", _("paused")
        MOVED = "moved", _("tag moved, waits for a decision")
        RETIRED = "retired", _("retired")

    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="deployments")
    tag = models.CharField(max_length=200)
    model = models.ForeignKey(
        CatalogueModel, on_delete=models.PROTECT, null=True, blank=True, related_name="deployments"
    )
    contestant = models.ForeignKey(
        Contestant, on_delete=models.PROTECT, null=True, blank=True, related_name="deployments"
    )
    state = models.CharField(max_length=10, choices=State.choices, default=State.FOUND)
    weight = models.FloatField(default=1.0, help_text="Sampling weight; 2 is drawn twice as often as 1.")
    present = models.BooleanField(default=True, help_text="The host lists it at the last check.")
    manifest_digest = models.CharField(max_length=64, blank=True)
    weights_digest = models.CharField(max_length=64, blank=True)
    new_manifest_digest = models.CharField(max_length=64, blank=True)
    new_weights_digest = models.CharField(max_length=64, blank=True)
    quantisation = models.CharField(max_length=20, blank=True)
    reported_parameters = models.CharField(max_length=20, blank=True)
    capabilities = models.JSONField(default=list, blank=True)
    context_tokens = models.PositiveIntegerField(null=True, blank=True)
    size_bytes = models.PositiveBigIntegerField(default=0)
    problem = models.TextField(blank=True, help_text="Why it can't battle; empty when it can.")
    first_seen = models.DateTimeField(default=timezone.now)
    checked = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = _("deployment"), _("deployments")
        ordering: ClassVar = ["host", "tag"]
        constraints: ClassVar = [models.UniqueConstraint(fields=["host", "tag"], name="one_deployment_per_tag")]

    def __str__(self) -> str:
        return f"{self.tag} on {self.host}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store the row, and for the public record what it has become."""
        with transaction.atomic():
            super().save(*args, **kwargs)
            now = {name: getattr(self, name) for name in Change.SHOWN}
            last = self.changes.order_by("-pk").values(*Change.SHOWN).first()
            if last != now:
                Change.objects.create(deployment=self, **now)


class Change(models.Model):
    """What became of a deployment, and when. Kept for good: no variant, retirement or sampling weight is hidden."""

    SHOWN: ClassVar = ("model_id", "tag", "weights_digest", "quantisation", "state", "weight")

    deployment = models.ForeignKey(Deployment, on_delete=models.SET_NULL, null=True, related_name="changes")
    model = models.ForeignKey(CatalogueModel, on_delete=models.PROTECT, null=True, related_name="changes")
    tag = models.CharField(max_length=200)
    weights_digest = models.CharField(max_length=64, blank=True)
    quantisation = models.CharField(max_length=20, blank=True)
    state = models.CharField(max_length=10, choices=Deployment.State.choices)
    weight = models.FloatField()
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("change"), _("changes")
        ordering: ClassVar = ["-pk"]

    def __str__(self) -> str:
        return f"{self.tag}: {self.state}"


class Pull(models.Model):
    """A model on its way to a host."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        CANCELLED = "cancelled", _("cancelled")

    host = models.ForeignKey(Host, on_delete=models.CASCADE, related_name="pulls")
    tag = models.CharField(max_length=200)
    model = models.ForeignKey(CatalogueModel, on_delete=models.SET_NULL, null=True, blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    attempt = models.PositiveIntegerField(default=0)
    completed_bytes = models.PositiveBigIntegerField(default=0)
    total_bytes = models.PositiveBigIntegerField(default=0)
    bytes_per_second = models.PositiveBigIntegerField(default=0)
    status = models.CharField(max_length=120, blank=True)
    problem = models.TextField(blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    created = models.DateTimeField(default=timezone.now)
    beat = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name, verbose_name_plural = _("pull"), _("pulls")
        ordering: ClassVar = ["-created"]

    def __str__(self) -> str:
        return f"{self.tag} to {self.host}"

    @property
    def percent(self) -> int:
        """Whole per cent of the bytes that are there."""
        return int(100 * self.completed_bytes / self.total_bytes) if self.total_bytes else 0

    @property
    def seconds_left(self) -> int | None:
        """Seconds left at the present speed, or nothing while that is unknown."""
        if not self.bytes_per_second or not self.total_bytes:
            return None
        return int((self.total_bytes - self.completed_bytes) / self.bytes_per_second)


class TryOut(models.Model):
    """A prompt that an admin asks one deployment, outside any battle."""

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        WHOLE = "whole", _("whole")
        FAILED = "failed", _("failed")

    deployment = models.ForeignKey(Deployment, on_delete=models.CASCADE, related_name="try_outs")
    prompt = models.TextField(max_length=4000)
    answer = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    problem = models.TextField(blank=True)
    total_ms = models.PositiveIntegerField(null=True, blank=True)
    tokens = models.PositiveIntegerField(null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True)
    created = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering: ClassVar = ["-created"]

    def __str__(self) -> str:
        return f"try-out of {self.deployment}"
