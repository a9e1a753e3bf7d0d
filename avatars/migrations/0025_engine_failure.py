from django.db import migrations

from core.migration_operations.models import rename_in_place


class Migration(migrations.Migration):

    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
        ('avatars', '0024_number_answers'),
    ]

    operations = [
        *rename_in_place('avatars', 'EngineTrouble', 'EngineFailure'),
    ]
