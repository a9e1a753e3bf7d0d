"""`manage.py import_campaigns FILE`: take over the entries of a file, or only report the changes."""

from collections.abc import Iterable, Sequence

from core.interchange.import_command import ImportCommand
from scheduling import services
from scheduling.services import Imported


class Command(ImportCommand):
    """Campaigns, series and segments."""

    help = "Take over the campaigns, series and segments of a YAML or ZIP. Imported campaigns are drafts."
    exported_by = "export_campaigns"
    before_use = "before approval"

    def take(self, data: bytes, *, dry_run: bool) -> Sequence[Imported]:
        return services.import_file(data, dry_run=dry_run)

    def missing(self, one: Imported) -> Iterable[object]:
        return one.missing
