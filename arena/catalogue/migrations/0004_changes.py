import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


def begin_records(apps, schema_editor):
    """Record what is known of deployments from before changes were kept: when they were found, and what they are."""
    change = apps.get_model("catalogue", "Change").objects
    for row in apps.get_model("catalogue", "Deployment").objects.all():
        same = {"deployment": row, "model_id": row.model_id, "tag": row.tag}
        same |= {"weights_digest": row.weights_digest, "quantisation": row.quantisation, "weight": row.weight}
        change.create(**same, state="found", created=row.first_seen)
        if row.state != "found":
            change.create(**same, state=row.state, created=row.retired_at or django.utils.timezone.now())


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0003_names")]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("tag", models.CharField(max_length=200)),
                ("weights_digest", models.CharField(blank=True, max_length=64)),
                ("quantisation", models.CharField(blank=True, max_length=20)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("found", "found, not in battle"),
                            ("battle", "in battle"),
                            ("paused", "paused"),
                            ("moved", "tag moved, waits for a decision"),
                            ("retired", "retired"),
                        ],
                        max_length=10,
                    ),
                ),
                ("weight", models.FloatField()),
                ("created", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "deployment",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="changes",
                        to="catalogue.deployment",
                    ),
                ),
                (
                    "model",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="changes",
                        to="catalogue.cataloguemodel",
                    ),
                ),
            ],
            options={"verbose_name": "change", "verbose_name_plural": "changes", "ordering": ["-pk"]},
        ),
        migrations.RunPython(begin_records, migrations.RunPython.noop),
    ]
