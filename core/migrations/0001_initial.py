import django.db.models.functions.datetime
import django.utils.timezone
from django.db import migrations, models

from core.migration_operations.models import tables_at_once


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = tables_at_once([
        migrations.CreateModel(
            name='WorkerProcess',
            fields=[
                ('token', models.CharField(max_length=16, primary_key=True, serialize=False)),
                ('machine', models.CharField(blank=True, max_length=100)),
                ('host', models.CharField(max_length=253)),
                ('pid', models.PositiveIntegerField()),
                ('ticks', models.PositiveBigIntegerField(default=0)),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('heartbeat_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('locked', models.BooleanField(db_default=False, default=False)),
                ('queues', models.CharField(db_default='', default='', max_length=200)),
                ('looped_at', models.DateTimeField(null=True)),
            ],
            options={
                'verbose_name': 'worker process',
                'verbose_name_plural': 'worker processes',
                'default_permissions': (),
            },
        ),
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
        migrations.CreateModel(
            name='Erasure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(max_length=20)),
                ('name', models.CharField(max_length=500)),
                ('erased_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), db_index=True)),
            ],
            options={
                'verbose_name': 'erasure',
                'verbose_name_plural': 'erasures',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='AccessRecord',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reader', models.CharField(max_length=160, verbose_name='read by')),
                ('is_program', models.BooleanField(default=False, verbose_name='program')),
                ('page', models.CharField(max_length=60, verbose_name='page')),
                ('way', models.CharField(choices=[('row', 'on its page'), ('list', 'in a list'), ('search', 'in a search'), ('export', 'exported')], max_length=6, verbose_name='way')),
                ('person', models.BigIntegerField(default=0)),
                ('rows', models.PositiveIntegerField(default=1, verbose_name='rows')),
                ('hour', models.DateTimeField(verbose_name='hour')),
                ('at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='at')),
            ],
            options={
                'verbose_name': 'access record',
                'verbose_name_plural': 'access records',
                'indexes': [models.Index(fields=['person', 'hour'], name='access_record_person'), models.Index(fields=['reader', 'hour'], name='access_record_reader')],
                'constraints': [models.UniqueConstraint(fields=('hour', 'reader', 'is_program', 'person', 'page', 'way'), name='access_record_once_an_hour')],
            },
        ),
    ])
