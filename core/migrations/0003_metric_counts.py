from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('core', '0002_workerprocess_locked'),
    ]

    operations = [
        migrations.CreateModel(
            name='MetricCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100)),
                ('labels', models.CharField(max_length=500)),
                ('part', models.CharField(blank=True, max_length=20)),
                ('value', models.FloatField()),
            ],
            options={
                'verbose_name': 'metric count',
                'verbose_name_plural': 'metric counts',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('name', 'labels', 'part'), name='metric_count_once')],
            },
        ),
    ]
