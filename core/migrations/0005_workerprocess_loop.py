from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0004_erasure'),
    ]

    operations = [
        migrations.AddField(
            model_name='workerprocess',
            name='looped_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='workerprocess',
            name='queues',
            field=models.CharField(db_default='', default='', max_length=200),
        ),
    ]
