"""Lists of log-ins in the admin."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('axes', '0010_accessattemptexpiration'),
        ('openuser', '0002_since_0_5'),
    ]

    operations = [
        migrations.CreateModel(
            name='LogIn',
            fields=[
            ],
            options={
                'verbose_name': 'log-in',
                'verbose_name_plural': 'log-ins',
                'proxy': True,
                'default_permissions': ('view',),
                'indexes': [],
                'constraints': [],
            },
            bases=('axes.accesslog',),
        ),
        migrations.CreateModel(
            name='RefusedLogIn',
            fields=[
            ],
            options={
                'verbose_name': 'refused log-in',
                'verbose_name_plural': 'refused log-ins',
                'proxy': True,
                'default_permissions': ('view',),
                'indexes': [],
                'constraints': [],
            },
            bases=('axes.accessfailurelog',),
        ),
    ]
