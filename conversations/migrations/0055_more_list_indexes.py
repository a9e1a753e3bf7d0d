from django.db import migrations, models

from core.migration_operations.indexes import AddIndexOnline, AddSearchIndex


class Migration(migrations.Migration):
    """What lists of a million answers and questions are found and ordered by."""

    atomic = False  # indexes are built while the installation works

    dependencies = [("conversations", "0054_second_file")]

    operations = [
        AddIndexOnline(
            model_name="unansweredquestion",
            index=models.Index(fields=["-times", "-last_asked_at"], name="unanswered_all_most_asked"),
        ),
        AddIndexOnline(
            model_name="unansweredquestion",
            index=models.Index(fields=["-last_asked_at"], name="unanswered_all_newest"),
        ),
        AddSearchIndex(model_name="answer", field="question", name="answer_question_words"),
        AddSearchIndex(model_name="answer", field="other_wordings", name="answer_other_wordings_words"),
        AddSearchIndex(model_name="answer", field="answer", name="answer_answer_words"),
        AddSearchIndex(model_name="answer", field="title", name="answer_title_words"),
    ]
