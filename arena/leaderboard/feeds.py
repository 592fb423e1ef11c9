"""An Atom feed of the board: the last snapshot of each day."""

from datetime import datetime
from typing import TYPE_CHECKING

from django.contrib.syndication.views import Feed
from django.utils.feedgenerator import Atom1Feed

from arena.leaderboard.models import Snapshot
from arena.leaderboard.services import keep_linked

DAYS = 30
if TYPE_CHECKING:  # generic in the stubs only
    Base = Feed[Snapshot, None]
else:
    Base = Feed


class Snapshots(Base):
    """What the country sentence said at the end of each day, and now."""

    feed_type = Atom1Feed
    title = "Arena: Chinese against American models"
    link = "/china-us/"
    subtitle = "The last snapshot of each day, with its sentence."
    author_name = "Arena"

    def items(self) -> list[Snapshot]:
        """Return the newest snapshot of each of the last days that had one."""
        dated = Snapshot.objects.filter(board__slug="all").values_list("created", "pk")[:5000]
        days: dict[object, int] = {}
        for created, pk in dated:  # the newest first
            days.setdefault(created.date(), pk)
        found = list(Snapshot.objects.filter(pk__in=list(days.values())[:DAYS]).defer("pairs", "covariance", "rows"))
        keep_linked(*found)
        return found

    def item_title(self, item: Snapshot) -> str:
        """Say the sentence."""
        return str(item.comparison["sentence"])

    def item_description(self, item: Snapshot) -> str:
        """Say on what it rests."""
        return f"Snapshot {item.pk}, {item.votes:,} votes, {item.method}."

    def item_link(self, item: Snapshot) -> str:
        """Lead to the snapshot."""
        return f"/snapshots/{item.pk}/"

    def item_updateddate(self, item: Snapshot) -> datetime:
        """Return when it was made."""
        return item.created

    item_pubdate = item_updateddate
