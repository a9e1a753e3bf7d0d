from django.db import migrations, models

from core.migration_operations.indexes import AddIndexOnline, AddSearchIndex


class Migration(migrations.Migration):
    """What lists of a million rows are found and ordered by."""

    atomic = False  # indexes are built while the installation works

    dependencies = [("conversations", "0052_moved_steps")]

    operations = [
        AddIndexOnline(
            model_name="session",
            index=models.Index(fields=["cid"], name="session_cid"),
        ),
        AddIndexOnline(
            model_name="ticket",
            index=models.Index(fields=["cid"], name="ticket_cid"),
        ),
        AddIndexOnline(
            model_name="ticket",
            index=models.Index(
                fields=["-closed_at", "-id"], condition=models.Q(("status", "closed")), name="ticket_closed"
            ),
        ),
        AddSearchIndex(model_name="unansweredquestion", field="question", name="unansweredquestion_question_words"),
    ]
