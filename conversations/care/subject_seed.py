"""The subjects that come with an installation."""

from importlib import resources

import yaml

from conversations.care import care_texts
from conversations.models import CareSubject

FILE = "subjects.yaml"


def seed() -> None:
    """Create the subjects that are missing; existing ones stay as they were edited."""
    known = set(CareSubject.objects.values_list("key", flat=True))
    for position, row in enumerate(shipped(), start=1):
        if row["key"] not in known:
            CareSubject.objects.create(position=position * 10, **row)


def shipped() -> list[dict[str, str]]:
    """The rows of the file."""
    text = resources.files(__package__).joinpath(FILE).read_text(encoding="utf-8")
    rows: list[dict[str, str]] = yaml.safe_load(text)
    return rows


def without_confirmation() -> str:
    """A sentence for administrators while texts and hotlines are only proposals; "" once all are confirmed."""
    count = CareSubject.objects.unconfirmed().count()
    return care_texts.unconfirmed(count) if count else ""
