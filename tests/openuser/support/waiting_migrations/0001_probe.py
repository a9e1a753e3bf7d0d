"""Changes a table that a test keeps in use."""

from typing import ClassVar

from django.db import migrations


class Migration(migrations.Migration):
    operations: ClassVar[list] = [
        migrations.RunSQL(
            "ALTER TABLE openuser_apiclient ADD COLUMN probe integer NULL",
            "ALTER TABLE openuser_apiclient DROP COLUMN probe",
        )
    ]
