import django.db.models.deletion
import django.db.models.functions.text
import wecom.emulator.models.applications
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name='Corp',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('corp_id', models.CharField(max_length=64, unique=True)),
                ('name', models.CharField(blank=True, max_length=100)),
            ],
        ),
        migrations.CreateModel(
            name='Department',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('corp', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='departments', to='emulator.corp')),
                ('number', models.PositiveIntegerField()),
                ('name', models.CharField(max_length=100)),
                ('name_en', models.CharField(blank=True, max_length=100)),
                ('parent', models.PositiveIntegerField(default=1)),
                ('order', models.PositiveBigIntegerField(default=0)),
                ('leaders', models.JSONField(blank=True, default=list, help_text='User IDs.')),
            ],
            options={
                'ordering': ['number'],
                'constraints': [models.UniqueConstraint(fields=('corp', 'number'), name='emulator_department_once')],
            },
        ),
        migrations.CreateModel(
            name='Member',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('corp', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='members', to='emulator.corp')),
                ('userid', models.CharField(max_length=64)),
                ('name', models.CharField(max_length=64)),
                ('position', models.CharField(blank=True, max_length=64)),
                ('departments', models.JSONField(default=list)),
                ('main_department', models.PositiveIntegerField(blank=True, null=True)),
                ('leads', models.JSONField(blank=True, default=list, help_text='The departments that this person leads.')),
                ('direct_leaders', models.JSONField(blank=True, default=list, help_text='User IDs.')),
                ('alias', models.CharField(blank=True, max_length=64)),
                ('details', models.JSONField(blank=True, default=dict, help_text='gender, mobile, email, biz_mail, address, avatar.')),
                ('extattr', models.JSONField(blank=True, default=list, help_text="Fields of the company's own, as the API has them.")),
                ('status', models.PositiveSmallIntegerField(choices=[(1, 'Active'), (2, 'Disabled'), (4, 'Inactive'), (5, 'Left')], default=1)),
                ('visible', models.BooleanField(default=True, help_text="In the visible range of the company's applications.")),
                ('licensed', models.BooleanField(default=True, help_text='Has a basic interface licence (基础接口许可).')),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(models.F('corp'), django.db.models.functions.text.Lower('userid'), name='emulator_member_find')],
                'constraints': [models.UniqueConstraint(fields=('corp', 'userid'), name='emulator_member_once')],
            },
        ),
        migrations.CreateModel(
            name='App',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('corp', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='apps', to='emulator.corp')),
                ('agent_id', models.PositiveIntegerField()),
                ('name', models.CharField(max_length=32)),
                ('description', models.CharField(blank=True, max_length=120)),
                ('secret', models.CharField(max_length=64)),
                ('token', models.CharField(max_length=32)),
                ('aes_key', models.CharField(max_length=43)),
                ('callback_url', models.CharField(blank=True, max_length=500)),
                ('callback_format', models.CharField(choices=[('xml', 'Xml'), ('json', 'Json')], default='xml', max_length=4)),
                ('redirect_domain', models.CharField(blank=True, help_text='Trusted domain (可信域名); empty is any.', max_length=255)),
                ('menu', models.JSONField(blank=True, default=list, help_text='The buttons below the chat.')),
                ('scope', models.JSONField(default=wecom.emulator.models.applications.everybody, help_text='Who may see it: users, parties, tags.')),
                ('privileged', models.BooleanField(default=False, help_text='Made before June 2022: gets phone, e-mail, picture …')),
                ('profile', models.JSONField(blank=True, default=dict, help_text='What agent/set changed, beside name and domain.')),
                ('closed', models.BooleanField(default=False, help_text='Disabled in the console: it may not send.')),
                ('counted_day', models.PositiveIntegerField(default=0, help_text='The day that `counted` is of.')),
                ('counted', models.PositiveIntegerField(default=0, help_text='People written to on that day.')),
                ('workbench', models.JSONField(blank=True, default=dict, help_text='Whether it is open, and the template.')),
                ('hears_contacts', models.BooleanField(default=False, help_text='Gets change_contact, as the assistant does.')),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('corp', 'agent_id'), name='emulator_app_once')],
            },
        ),
        migrations.CreateModel(
            name='Tag',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('corp', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tags', to='emulator.corp')),
                ('number', models.PositiveIntegerField()),
                ('name', models.CharField(max_length=32)),
                ('userids', models.JSONField(blank=True, default=list)),
                ('departments', models.JSONField(blank=True, default=list)),
                ('app', models.ForeignKey(blank=True, help_text='Who made it.', null=True, on_delete=django.db.models.deletion.SET_NULL, to='emulator.app')),
            ],
            options={
                'ordering': ['number'],
                'constraints': [models.UniqueConstraint(fields=('corp', 'number'), name='emulator_tag_once')],
            },
        ),
        migrations.CreateModel(
            name='WorkbenchData',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('app', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='emulator.app')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='emulator.member')),
                ('data', models.JSONField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('app', 'member'), name='emulator_workbench_once')],
            },
        ),
        migrations.CreateModel(
            name='Call',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('path', models.CharField(max_length=100)),
                ('app', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, to='emulator.app')),
                ('at', models.FloatField()),
                ('errcode', models.IntegerField(blank=True, null=True)),
                ('status', models.PositiveIntegerField(blank=True, help_text='Empty where the connection was reset.', null=True)),
                ('milliseconds', models.FloatField()),
                ('digest', models.CharField(max_length=64)),
                ('request', models.TextField(blank=True)),
                ('answer', models.TextField(blank=True)),
                ('fault', models.CharField(blank=True, max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name='Fault',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(blank=True, max_length=64)),
                ('path', models.CharField(help_text='message/send; * is every path.', max_length=100)),
                ('kind', models.CharField(choices=[('errcode', 'Errcode'), ('status', 'Status'), ('html', 'Html'), ('empty', 'Empty'), ('truncated', 'Truncated'), ('delay', 'Delay'), ('reset', 'Reset'), ('half_close', 'Half Close'), ('drop', 'Drop'), ('partial', 'Partial'), ('unlicensed', 'Unlicensed'), ('mix', 'Mix')], max_length=16)),
                ('value', models.FloatField(default=0, help_text='The errcode, the HTTP status, or seconds.')),
                ('processed', models.BooleanField(default=False, help_text='The call takes effect before the fault strikes.')),
                ('times', models.PositiveIntegerField(blank=True, help_text='How many calls are left; empty is all.', null=True)),
                ('share', models.FloatField(default=1.0, help_text='Which share of the calls is hit.')),
                ('member', models.CharField(blank=True, help_text='Only calls that address this user ID.', max_length=64)),
                ('mix', models.JSONField(blank=True, default=list, help_text='Names of faults, one of which strikes each time.')),
                ('seed', models.IntegerField(blank=True, help_text='Makes which calls are hit, and how, repeatable.', null=True)),
                ('seen', models.PositiveIntegerField(default=0, help_text='Calls that it could have struck.')),
                ('hits', models.PositiveIntegerField(default=0)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Chat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('app', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='chats', to='emulator.app')),
                ('chat_id', models.CharField(max_length=32)),
                ('name', models.CharField(blank=True, max_length=50)),
                ('owner', models.CharField(max_length=64)),
                ('userids', models.JSONField(default=list)),
                ('created_at', models.FloatField()),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['chat_id'], name='emulator_chat_find')],
            },
        ),
        migrations.CreateModel(
            name='Message',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('app', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='messages', to='emulator.app')),
                ('sender', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='emulator.member')),
                ('msgtype', models.CharField(max_length=32)),
                ('content', models.JSONField()),
                ('msgid', models.CharField(max_length=128, unique=True)),
                ('sent_at', models.FloatField()),
                ('recalled', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='emulator.message')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='emulator.member')),
                ('app', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entries', to='emulator.app')),
                ('received', models.BooleanField(help_text='By the person; false for what they sent themselves.')),
                ('at', models.FloatField()),
                ('read', models.BooleanField(default=False)),
                ('chat', models.ForeignKey(blank=True, help_text='The group chat that it was written into.', null=True, on_delete=django.db.models.deletion.CASCADE, to='emulator.chat')),
                ('changed', models.JSONField(blank=True, help_text='What the application made of a card: for this person.', null=True)),
            ],
            options={
                'ordering': ['pk'],
                'indexes': [models.Index(fields=['member', 'app', 'received', 'at'], name='emulator_entry_quota')],
            },
        ),
        migrations.CreateModel(
            name='ResponseCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('app', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='emulator.app')),
                ('message', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='codes', to='emulator.message')),
                ('code', models.CharField(max_length=128, unique=True)),
                ('created_at', models.FloatField()),
                ('used_at', models.FloatField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Accepted',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('app', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='emulator.app')),
                ('digest', models.CharField(max_length=64)),
                ('answer', models.JSONField()),
                ('until', models.FloatField()),
            ],
            options={
                'indexes': [models.Index(fields=['app', 'digest', 'until'], name='emulator_accepted_find')],
            },
        ),
        migrations.CreateModel(
            name='Callback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('app', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='callbacks', to='emulator.app')),
                ('message', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='callbacks', to='emulator.message')),
                ('userid', models.CharField(max_length=64)),
                ('kind', models.CharField(help_text='The message type, or the event.', max_length=32)),
                ('plain', models.TextField()),
                ('query', models.CharField(max_length=255)),
                ('body', models.TextField()),
                ('status', models.CharField(choices=[('queued', 'Queued'), ('delivered', 'Delivered'), ('failed', 'Failed')], default='queued', max_length=16)),
                ('copies', models.PositiveSmallIntegerField(default=1)),
                ('delay', models.FloatField(default=0)),
                ('at', models.FloatField()),
            ],
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('callback', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='emulator.callback')),
                ('number', models.PositiveSmallIntegerField()),
                ('at', models.FloatField()),
                ('milliseconds', models.FloatField()),
                ('status', models.PositiveIntegerField(blank=True, null=True)),
                ('answer', models.TextField(blank=True)),
                ('error', models.CharField(blank=True, max_length=200)),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='Clock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('offset', models.FloatField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='AccessToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('app', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='tokens', to='emulator.app')),
                ('value', models.CharField(max_length=128, unique=True)),
                ('expires_at', models.FloatField()),
            ],
        ),
        migrations.CreateModel(
            name='WrongSecret',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('corp', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='emulator.corp')),
                ('address', models.CharField(max_length=64)),
                ('at', models.FloatField()),
            ],
        ),
        migrations.CreateModel(
            name='JsTicket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('app', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='emulator.app')),
                ('kind', models.CharField(choices=[('company', 'config'), ('application', 'agentConfig')], max_length=16)),
                ('value', models.CharField(max_length=128, unique=True)),
                ('expires_at', models.FloatField()),
            ],
        ),
        migrations.CreateModel(
            name='LoginCode',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('corp', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='emulator.corp')),
                ('member', models.ForeignKey(help_text='Empty: a person from outside.', null=True, on_delete=django.db.models.deletion.CASCADE, to='emulator.member')),
                ('code', models.CharField(max_length=128, unique=True)),
                ('private', models.BooleanField(default=False, help_text='With scope=snsapi_privateinfo.')),
                ('created_at', models.FloatField()),
                ('used', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='UserTicket',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('member', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='emulator.member')),
                ('ticket', models.CharField(max_length=128, unique=True)),
                ('created_at', models.FloatField()),
            ],
        ),
        migrations.CreateModel(
            name='Media',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('corp', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='emulator.corp')),
                ('media_id', models.CharField(max_length=128, unique=True)),
                ('kind', models.CharField(max_length=8)),
                ('filename', models.CharField(max_length=255)),
                ('content_type', models.CharField(max_length=100)),
                ('size', models.PositiveIntegerField()),
                ('seconds', models.FloatField(blank=True, help_text='Length of a voice message.', null=True)),
                ('sealed', models.BooleanField(default=False, help_text='Kept encrypted: ranges are multiples of 16 bytes.')),
                ('by_url', models.BooleanField(default=False, help_text='Fetched by upload_by_url: cannot be sent in a message.')),
                ('created_at', models.FloatField()),
            ],
        ),
        migrations.CreateModel(
            name='Picture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('corp', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='emulator.corp')),
                ('name', models.CharField(max_length=64, unique=True)),
                ('content_type', models.CharField(max_length=100)),
                ('created_at', models.FloatField()),
            ],
        ),
        migrations.CreateModel(
            name='UrlJob',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('app', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to='emulator.app')),
                ('jobid', models.CharField(max_length=64, unique=True)),
                ('kind', models.CharField(max_length=8)),
                ('filename', models.CharField(max_length=128)),
                ('url', models.CharField(max_length=1024)),
                ('md5', models.CharField(max_length=32)),
                ('status', models.PositiveSmallIntegerField(choices=[(1, 'Running'), (2, 'Done'), (3, 'Failed')], default=1)),
                ('errcode', models.IntegerField(default=0)),
                ('media', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to='emulator.media')),
                ('created_at', models.FloatField()),
            ],
        ),
    ]
