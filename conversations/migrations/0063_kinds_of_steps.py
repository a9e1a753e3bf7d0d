import conversations.models.states
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0062_group_with_open_tickets'),
    ]

    operations = [
        migrations.AlterField(
            model_name='state',
            name='kind',
            field=models.CharField(choices=conversations.models.states.kind_choices, default='ask', max_length=8, verbose_name='what it does'),
        ),
    ]
