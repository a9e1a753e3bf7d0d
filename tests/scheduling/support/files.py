"""Files of campaigns, series and segments for tests: what an import does with each entry, and what it refuses."""

import pytest

from scheduling import services
from scheduling.models import Campaign, Segment, Series


def verdicts(data: bytes, **options) -> dict[str, str]:
    """What an import does with each entry, by its name."""
    return {one.name: one.verdict for one in services.import_file(data, **options)}


def refused(text: str) -> list[tuple[str, int | None, str]]:
    """The place, the line and the code of each flaw; nothing may be kept."""
    before = _counts()
    with pytest.raises(services.FileRefused) as caught:
        services.import_file(text.encode())
    assert all(flaw.words and flaw.remedy for flaw in caught.value.flaws)
    assert _counts() == before
    return [(flaw.place, flaw.line, flaw.code) for flaw in caught.value.flaws]


def exported() -> bytes:
    """All that there is."""
    campaigns = Campaign.objects.filter(series=None)
    return services.export_file(campaigns=campaigns, series=Series.objects.all(), segments=Segment.objects.all()).data


def _counts() -> list[int]:
    return [model.objects.count() for model in (Campaign, Segment, Series)]
