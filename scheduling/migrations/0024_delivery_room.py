from django.db import migrations


def leave_room(apps, schema_editor):
    """At 55 % a page had no room for one row of seven, whose update then touched all indexes."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE scheduling_delivery SET (fillfactor = 50)")


def leave_less(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE scheduling_delivery SET (fillfactor = 55)")


class Migration(migrations.Migration):

    dependencies = [
        ("scheduling", "0023_series_in_member_zone"),
    ]

    operations = [
        migrations.RunPython(leave_room, leave_less, elidable=False),
    ]
