import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Which batches and schedules wait for which videos."""

    dependencies = [
        ('avatars', '0046_unwanted'),
        ('scheduling', '0026_campaign_run_moment'),
    ]

    operations = [
        migrations.CreateModel(
            name='AwaitedVideo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='videos', to='scheduling.batch', verbose_name='batch')),
                ('render', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='awaited_by', to='avatars.render', verbose_name='render')),
                ('schedule', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='videos', to='scheduling.schedule', verbose_name='schedule')),
            ],
            options={
                'verbose_name': 'awaited video',
                'verbose_name_plural': 'awaited videos',
                'constraints': [models.UniqueConstraint(fields=('batch', 'render'), name='awaited_video_once_per_batch'), models.UniqueConstraint(fields=('schedule', 'render'), name='awaited_video_once_per_schedule'), models.CheckConstraint(condition=models.Q(('batch', None), ('schedule', None), _connector='XOR'), name='awaited_video_by_one')],
            },
        ),
    ]
