import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0010_video_templates'),
    ]

    operations = [
        migrations.RenameModel(old_name='Viewing', new_name='WatchLink'),
        migrations.AlterModelOptions(
            name='watchlink',
            options={'verbose_name': 'watch link', 'verbose_name_plural': 'watch links'},
        ),
        migrations.AlterField(
            model_name='watchlink',
            name='application',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='watch_links', to='wecom.application', verbose_name='application'),
        ),
        migrations.AlterField(
            model_name='watchlink',
            name='member',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='watch_links', to='wecom.member', verbose_name='member'),
        ),
        migrations.AlterField(
            model_name='watchlink',
            name='render',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='watch_links', to='avatars.render', verbose_name='render'),
        ),
        migrations.AlterField(
            model_name='watchlink',
            name='upload',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, related_name='watch_links', to='wecom.upload', verbose_name='file'),
        ),
    ]
