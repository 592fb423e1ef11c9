from django.db import migrations, models


def count_old(apps, schema_editor):
    """Battles that are closed already count once too; a reply that stayed failed had failed at least once."""
    apps.get_model("battles", "Reply").objects.filter(state="failed").update(failures=1)


class Migration(migrations.Migration):
    dependencies = [("battles", "0003_voters_hour")]

    operations = [
        migrations.AddField(
            model_name="battle",
            name="tallied",
            field=models.BooleanField(default=False, help_text="Its replies are in the tallies of the leaderboard."),
        ),
        migrations.AddField(
            model_name="reply",
            name="failures",
            field=models.PositiveSmallIntegerField(
                default=0, help_text="Times that it failed; a Retry doesn't undo them."
            ),
        ),
        migrations.AddIndex(
            model_name="battle",
            index=models.Index(
                condition=models.Q(("tallied", False)), fields=["closed"], name="battles_not_tallied"
            ),
        ),
        migrations.AddIndex(
            model_name="vote",
            index=models.Index(condition=models.Q(("leak", True)), fields=["leak"], name="votes_left_out"),
        ),
        migrations.RunPython(count_old, migrations.RunPython.noop),
    ]
