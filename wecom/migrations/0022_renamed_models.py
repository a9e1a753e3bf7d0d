from django.db import migrations, models

from core.migration_operations.models import rename_in_place


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('wecom', '0021_privacy_requests'),
    ]

    operations = [
        *rename_in_place('wecom', 'Reach', 'ApplicationMember'),
        *rename_in_place('wecom', 'Spending', 'SendReservation'),
        *rename_in_place('wecom', 'DayCount', 'DailyQuota'),
        *rename_in_place('wecom', 'CallCount', 'CallQuota'),
        migrations.AlterField(
            model_name='applicationmember',
            name='application',
            field=models.ForeignKey(on_delete=models.deletion.CASCADE, related_name='application_members', to='wecom.application', verbose_name='application'),
        ),
        migrations.AlterField(
            model_name='applicationmember',
            name='member',
            field=models.ForeignKey(on_delete=models.deletion.CASCADE, related_name='application_members', to='wecom.member', verbose_name='member'),
        ),
        migrations.AlterField(
            model_name='sendreservation',
            name='application',
            field=models.ForeignKey(on_delete=models.deletion.CASCADE, related_name='send_reservations', to='wecom.application'),
        ),
        migrations.AlterField(
            model_name='sendreservation',
            name='outbound',
            field=models.ForeignKey(on_delete=models.deletion.CASCADE, related_name='send_reservations', to='wecom.outbound'),
        ),
        migrations.AlterField(
            model_name='dailyquota',
            name='application',
            field=models.ForeignKey(on_delete=models.deletion.CASCADE, related_name='daily_quotas', to='wecom.application'),
        ),
        migrations.AlterField(
            model_name='callquota',
            name='corporation',
            field=models.ForeignKey(on_delete=models.deletion.CASCADE, related_name='call_quotas', to='wecom.corporation'),
        ),
    ]
