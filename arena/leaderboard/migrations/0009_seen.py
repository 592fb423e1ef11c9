from django.db import migrations, models
from django.db.models import OuterRef, Subquery


def from_snapshots(apps, schema_editor):
    snapshots = apps.get_model("leaderboard", "Snapshot").objects.filter(board=OuterRef("pk")).order_by("-id")
    newest = Subquery(snapshots.values("through_seq")[:1])
    apps.get_model("leaderboard", "Board").objects.update(seen_seq=newest)


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0008_changed_cells")]

    operations = [
        migrations.AddField(
            model_name="board",
            name="seen_seq",
            field=models.PositiveBigIntegerField(
                help_text="Up to this number its cells are in its newest snapshot, or changed none of its numbers.",
                null=True,
            ),
        ),
        migrations.RunPython(from_snapshots, migrations.RunPython.noop),
    ]
