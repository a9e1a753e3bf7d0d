"""`manage.py import_flows FILE`: take over the rows of a file, or only report the changes."""

from collections.abc import Iterable, Sequence

from conversations import services
from conversations.services import Imported
from core.interchange.import_command import ImportCommand


class Command(ImportCommand):
    """Flows, answers and documents."""

    help = "Take over the flows, answers and documents of a YAML or ZIP. Of flows it changes the drafts."
    exported_by = "export_flows"
    before_use = "before publishing"

    def take(self, data: bytes, *, dry_run: bool) -> Sequence[Imported]:
        return services.import_file(data, dry_run=dry_run)

    def missing(self, one: Imported) -> Iterable[object]:
        return one.problems
