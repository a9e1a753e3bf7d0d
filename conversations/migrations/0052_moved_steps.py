from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('conversations', '0051_pictures_per_language'),
    ]

    operations = [
        migrations.AlterField(
            model_name='draftsnapshot',
            name='change',
            field=models.CharField(choices=[('found', 'the draft as it was'), ('saved', 'a step was saved'), ('added', 'a step was added'), ('removed', 'a step was deleted'), ('moved', 'a step was moved'), ('connected', 'a transition was drawn'), ('edited', 'the steps were edited as a list'), ('restored', 'an older version was copied'), ('imported', 'a file was imported')], max_length=12, verbose_name='change'),
        ),
    ]
