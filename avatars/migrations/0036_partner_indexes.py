from django.db import migrations, models

from core.migration_operations.indexes import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("avatars", "0035_presentation_partners")]

    operations = [
        AddIndexOnline(
            model_name="render", index=models.Index(condition=models.Q(('partner__isnull', False)), fields=['partner'], name='render_partner'),
        ),
        AddIndexOnline(
            model_name="render", index=models.Index(condition=models.Q(('partner_consent__isnull', False)), fields=['partner_consent'], name='render_partner_consent'),
        ),
        AddIndexOnline(
            model_name="render", index=models.Index(condition=models.Q(('partner_statement__isnull', False)), fields=['partner_statement'], name='render_partner_statement'),
        ),
        AddIndexOnline(
            model_name="render", index=models.Index(condition=models.Q(('partner_voice_consent__isnull', False)), fields=['partner_voice_consent'], name='render_partner_voice_consent'),
        ),
    ]
