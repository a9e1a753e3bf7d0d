from django.db import migrations
from django.db.models import OuterRef, Subquery


def move(apps, schema_editor):
    """What members have chosen with /language becomes theirs: of several conversations the last one's choice.

    The column stays for one release, because processes of the release before read it.
    """
    alias = schema_editor.connection.alias
    chosen = apps.get_model("conversations", "Conversation").objects.using(alias).exclude(chosen_language="")
    of_member = chosen.filter(member=OuterRef("pk")).order_by("-last_message_at", "-pk")
    members = apps.get_model("wecom", "Member").objects.using(alias)
    members.filter(language="", pk__in=chosen.values("member")).update(
        language=Subquery(of_member.values("chosen_language")[:1])
    )


class Migration(migrations.Migration):
    dependencies = [("conversations", "0016_list_indexes"), ("wecom", "0026_member_language")]

    operations = [migrations.RunPython(move, migrations.RunPython.noop)]
