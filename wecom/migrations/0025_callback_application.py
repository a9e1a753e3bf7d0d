import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('wecom', '0024_list_indexes'),
    ]

    operations = [
        migrations.AlterField(
            model_name='callback',
            name='application',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='callbacks', to='wecom.application', verbose_name='application'),
        ),
    ]
