"""The table of answers: what administrators write is stored, and its vector follows in the background."""

from django.db import transaction

from conversations.knowledge import embedding
from conversations.models import Answer


@transaction.atomic
def save_answer(answer: Answer) -> Answer:
    """Store an answer. It is found by its words at once, and by its meaning as soon as its vector is computed."""
    answer.save()
    embedding.queue(answer)
    return answer
