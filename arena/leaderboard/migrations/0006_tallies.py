import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The speed table becomes the tallies. It begins empty: the first refit counts every closed battle anew."""

    dependencies = [
        ("battles", "0004_tallies"),
        ("catalogue", "0003_names"),
        ("leaderboard", "0005_style"),
    ]

    operations = [
        migrations.DeleteModel(name="Speed"),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "votes",
                    models.PositiveBigIntegerField(default=0, help_text="Battles voted on, taken back or not."),
                ),
                (
                    "leaks",
                    models.PositiveBigIntegerField(
                        default=0, help_text="Of these, those where its answer said who wrote it."
                    ),
                ),
                ("failures", models.PositiveBigIntegerField(default=0, help_text="Times that it failed to answer.")),
                (
                    "replies",
                    models.PositiveBigIntegerField(default=0, help_text="Whole and timed; the next three are theirs."),
                ),
                ("words", models.PositiveBigIntegerField(default=0)),
                ("tokens", models.PositiveBigIntegerField(default=0)),
                ("eval_ms", models.PositiveBigIntegerField(default=0)),
                (
                    "contestant",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="catalogue.contestant"
                    ),
                ),
            ],
            options={"verbose_name_plural": "tallies"},
        ),
    ]
