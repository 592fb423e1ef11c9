from django.db import migrations, models


def name_kinds(apps, schema_editor):
    """The one board that wasn't fitted from counts is that of style."""
    apps.get_model("leaderboard", "Board").objects.filter(style=True).update(kind="style")


class Migration(migrations.Migration):
    dependencies = [("leaderboard", "0006_tallies")]

    operations = [
        migrations.AddField(
            model_name="board",
            name="kind",
            field=models.CharField(
                choices=[
                    ("counts", "from counts"),
                    ("style", "from votes, the style of the answers held equal"),
                    ("voters", "from votes, intervals by voter"),
                ],
                default="counts",
                max_length=8,
            ),
        ),
        migrations.RunPython(name_kinds, migrations.RunPython.noop),
        migrations.RemoveField(model_name="board", name="style"),
        migrations.AddField(
            model_name="snapshot",
            name="linked",
            field=models.BooleanField(
                default=False, help_text="Somebody has met its own address: it stays for good."
            ),
        ),
    ]
