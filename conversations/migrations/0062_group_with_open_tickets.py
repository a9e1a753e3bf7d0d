"""A group with tickets that are not closed is not deleted. The database does not know: no statement is run."""

from django.db import migrations, models

import conversations.models.operators


class Migration(migrations.Migration):
    dependencies = [("conversations", "0061_programs")]

    operations = [
        migrations.AlterField(
            model_name="ticket",
            name="group",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=conversations.models.operators.keep_while_unfinished,
                related_name="tickets",
                to="conversations.operatorgroup",
                verbose_name="group",
            ),
        ),
    ]
