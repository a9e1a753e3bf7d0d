import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    """Rehearsals that were asked for, with what they found."""

    dependencies = [
        ('scheduling', '0028_calendar_imports'),
    ]

    operations = [
        migrations.CreateModel(
            name='RehearsalRun',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('queued', 'queued'), ('running', 'running'), ('done', 'done'), ('failed', 'failed'), ('cancelled', 'cancelled')], default='queued', editable=False, max_length=10, verbose_name='status')),
                ('reason', models.CharField(blank=True, editable=False, help_text='Code of the reason for the status.', max_length=40, verbose_name='reason')),
                ('attempts', models.PositiveIntegerField(default=0, editable=False, verbose_name='attempts')),
                ('lease_owner', models.CharField(blank=True, editable=False, max_length=32)),
                ('lease_until', models.DateTimeField(editable=False, null=True)),
                ('due_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='due at')),
                ('order_key', models.CharField(blank=True, editable=False, max_length=120)),
                ('gave_way', models.BooleanField(default=False, editable=False)),
                ('woken_at', models.DateTimeField(editable=False, null=True)),
                ('cid', models.CharField(blank=True, editable=False, max_length=32, verbose_name='correlation ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('started_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='first started at')),
                ('finished_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='finished at')),
                ('asked_by', models.CharField(editable=False, help_text='The kind and the number of a person or a client.', max_length=80, verbose_name='asked by')),
                ('wish', models.JSONField(default=dict, verbose_name='who takes part, and which days')),
                ('in_full', models.BooleanField(default=False, verbose_name='shows personal facts')),
                ('language', models.CharField(max_length=12, verbose_name='language')),
                ('percent', models.PositiveSmallIntegerField(default=0, verbose_name='percent')),
                ('result', models.JSONField(blank=True, null=True, verbose_name='result')),
                ('error', models.JSONField(blank=True, null=True, verbose_name='what went wrong')),
                ('campaign', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='rehearsals', to='scheduling.campaign', verbose_name='campaign')),
                ('series', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='rehearsals', to='scheduling.series', verbose_name='series')),
            ],
            options={
                'verbose_name': 'rehearsal',
                'verbose_name_plural': 'rehearsals',
                'indexes': [models.Index(fields=['status', 'due_at'], name='rehearsal_due'), models.Index(fields=['created_at'], name='rehearsal_age')],
                'constraints': [models.CheckConstraint(condition=models.Q(('campaign', None), ('series', None), _connector='XOR'), name='rehearsal_of_one_subject')],
            },
        ),
    ]
