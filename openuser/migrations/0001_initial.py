import core.fields
import core.parties.acting_client
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import openuser.models.webhooks
from django.conf import settings
from django.db import migrations, models

from core.migration_operations.models import tables_at_once


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = tables_at_once([
        migrations.CreateModel(
            name='ApiClient',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='The system that uses it, such as “OA”.', max_length=60, unique=True, verbose_name='name')),
                ('scopes', models.JSONField(default=list, verbose_name='scopes')),
                ('rate', models.PositiveIntegerField(default=600, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(100000)], verbose_name='requests a minute')),
                ('enabled', models.BooleanField(default=True, help_text='Disabling revokes the token at once; enabling allows it again.', verbose_name='enabled')),
                ('expires_at', models.DateTimeField(blank=True, help_text='Leave it empty for no expiry.', null=True, verbose_name='expires at')),
                ('may_approve', models.BooleanField(db_default=False, default=False, help_text='Without it a client approves nothing, whatever its scopes. Only an administrator changes it.', verbose_name='may approve')),
                ('prefix', models.CharField(editable=False, max_length=12, verbose_name='token begins with')),
                ('digest', models.CharField(editable=False, max_length=64, unique=True)),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('token_by', models.ForeignKey(blank=True, editable=False, help_text='This account has seen the token: what the client writes, it does not approve.', null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='token made by')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
                ('last_used_at', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='last used at')),
            ],
            options={
                'verbose_name': 'API client',
                'verbose_name_plural': 'API clients',
            },
        ),
        migrations.CreateModel(
            name='ApiAnswer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('owner', models.CharField(max_length=40)),
                ('key', models.CharField(max_length=128)),
                ('fingerprint', models.CharField(max_length=64)),
                ('lease_owner', models.CharField(max_length=32)),
                ('lease_until', models.DateTimeField()),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('status', models.PositiveSmallIntegerField(null=True)),
                ('headers', models.JSONField(default=dict)),
                ('body', models.BinaryField(default=bytes)),
            ],
            options={
                'verbose_name': 'API answer',
                'verbose_name_plural': 'API answers',
                'indexes': [models.Index(fields=['created_at'], name='api_answer_age')],
                'constraints': [models.UniqueConstraint(fields=('owner', 'key'), name='api_answer_unique_key')],
            },
        ),
        migrations.CreateModel(
            name='Incident',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('callbacks_wait', 'Callbacks wait'), ('messages_wait', 'Messages wait'), ('videos_wait', 'Videos wait'), ('outage', 'WeChat Work cannot be reached'), ('held', 'An application sends nothing'), ('undecided', 'Messages may not have arrived'), ('renders_fail', 'Videos fail'), ('unlabelled', 'A video lacked its AI label'), ('logins', 'Many wrong passwords'), ('disk', 'A disk is full'), ('spool', 'Callbacks lie on a disk'), ('webhook_off', 'A webhook was switched off'), ('days_unknown', 'Working days are about to be unknown')], editable=False, max_length=20, verbose_name='incident')),
                ('subject', models.CharField(blank=True, editable=False, max_length=100, verbose_name='subject')),
                ('details', models.JSONField(default=dict, editable=False, verbose_name='details')),
                ('opened_at', models.DateTimeField(editable=False, verbose_name='began at')),
                ('seen_at', models.DateTimeField(editable=False, verbose_name='last found')),
                ('resolved_at', models.DateTimeField(editable=False, null=True, verbose_name='over since')),
            ],
            options={
                'verbose_name': 'incident',
                'verbose_name_plural': 'incidents',
                'ordering': ('-pk',),
                'indexes': [models.Index(fields=['resolved_at', 'opened_at'], name='incident_state')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('resolved_at', None)), fields=('kind', 'subject'), name='incident_open_once')],
            },
        ),
        migrations.CreateModel(
            name='Alert',
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
                ('incident', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='alerts', to='openuser.incident', verbose_name='incident')),
                ('news', models.CharField(choices=[('opened', 'began'), ('resolved', 'is over')], editable=False, max_length=10, verbose_name='news')),
                ('channel', models.CharField(choices=[('group', 'group in WeChat Work'), ('mail', 'e-mail')], editable=False, max_length=10, verbose_name='channel')),
                ('called_at', models.DateTimeField(editable=False, null=True)),
            ],
            options={
                'verbose_name': 'alert',
                'verbose_name_plural': 'alerts',
                'indexes': [models.Index(fields=['status', 'due_at'], name='alert_due'), models.Index(fields=['order_key', 'status', 'id'], name='alert_order')],
                'constraints': [models.UniqueConstraint(fields=('incident', 'news', 'channel'), name='alert_once')],
            },
        ),
        migrations.CreateModel(
            name='WebhookEndpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(help_text='The receiving system, such as “OA”.', max_length=60, unique=True, verbose_name='name')),
                ('url', models.URLField(help_text='HTTPS URL that answers 2xx within 15 seconds. Other answers are retried.', max_length=500, verbose_name='address')),
                ('events', models.JSONField(default=list, verbose_name='events')),
                ('enabled', models.BooleanField(default=True, verbose_name='enabled')),
                ('off_because', models.CharField(blank=True, choices=[('person', 'disabled by hand'), ('gone', 'its server answered 410 (gone)'), ('failing', 'it failed for five days')], editable=False, max_length=10, verbose_name='switched off because')),
                ('secret', core.fields.EncryptedTextField(default=openuser.models.webhooks.new_secret, editable=False)),
                ('old_secret', core.fields.EncryptedTextField(blank=True, editable=False)),
                ('old_until', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='old secret valid until')),
                ('failing_since', models.DateTimeField(blank=True, editable=False, null=True, verbose_name='failing since')),
                ('created_by', models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('client', core.parties.acting_client.ClientNameField(blank=True, db_default='', default=core.parties.acting_client.client_name, editable=False, max_length=60, verbose_name='created by the program')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created at')),
            ],
            options={
                'verbose_name': 'webhook endpoint',
                'verbose_name_plural': 'webhook endpoints',
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
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
                ('endpoint', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='deliveries', to='openuser.webhookendpoint', verbose_name='webhook endpoint')),
                ('event_id', models.CharField(editable=False, max_length=40, verbose_name='event ID')),
                ('event', models.CharField(editable=False, max_length=40, verbose_name='event')),
                ('payload', models.TextField(editable=False, verbose_name='what is sent')),
                ('answered', models.PositiveSmallIntegerField(editable=False, null=True, verbose_name='answer')),
                ('took_seconds', models.FloatField(editable=False, null=True, verbose_name='took seconds')),
            ],
            options={
                'verbose_name': 'webhook delivery',
                'verbose_name_plural': 'webhook deliveries',
                'indexes': [models.Index(fields=['status', 'due_at'], name='webhook_delivery_due'), models.Index(fields=['created_at'], name='webhook_delivery_age'), models.Index(fields=['event_id'], name='webhook_delivery_event'), models.Index(fields=['event', 'id'], name='webhook_delivery_kind'), models.Index(fields=['cid'], name='webhook_delivery_cid')],
                'constraints': [models.UniqueConstraint(fields=('endpoint', 'event_id'), name='webhook_delivery_once')],
            },
        ),
    ])
