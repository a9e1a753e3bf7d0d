from django.db import migrations, models


class Migration(migrations.Migration):
    """Renders that end when nobody waits for them any more. Those of the version before are made to their end."""

    dependencies = [("avatars", "0045_render_mode")]

    operations = [
        migrations.AddField(
            model_name="render",
            name="ends_unwanted",
            field=models.BooleanField(
                db_default=False,
                default=False,
                editable=False,
                help_text="Ends when no message, campaign or schedule waits for it any more. Others asked for it outright.",
            ),
        ),
    ]
