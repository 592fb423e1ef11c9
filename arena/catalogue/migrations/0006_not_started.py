from django.db import migrations

NOT_STARTED = "The last start used another model server, so the embedded engine is off."


def say_why(apps, schema_editor):
    """Until now only a start without it switched the embedded engine off for longer than one start."""
    apps.get_model("catalogue", "Host").objects.filter(embedded=True, enabled=False).update(problem=NOT_STARTED)


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0005_corrected")]

    operations = [migrations.RunPython(say_why, migrations.RunPython.noop)]
