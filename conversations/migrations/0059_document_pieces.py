from django.db import migrations, models


class Migration(migrations.Migration):
    """Documents are read in pieces, as an edition that takes the place of the one before when it is whole."""

    dependencies = [
        ('conversations', '0058_errand_kind'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='passage',
            name='passage_once_in_document',
        ),
        migrations.AddField(
            model_name='document',
            name='edition',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name='document',
            name='embedded_count',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name='document',
            name='found_count',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddField(
            model_name='document',
            name='pace',
            field=models.FloatField(editable=False, null=True),
        ),
        migrations.AddField(
            model_name='passage',
            name='edition',
            field=models.PositiveIntegerField(db_default=0, default=0, editable=False),
        ),
        migrations.AddConstraint(
            model_name='passage',
            constraint=models.UniqueConstraint(fields=('document', 'edition', 'number'), name='passage_once_in_edition'),
        ),
    ]
