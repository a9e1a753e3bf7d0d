"""How long a busy service is left alone."""

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from conversations.model_service import client


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("7", 7), ("0.5", 0.5), ("-3", 0), ("3600", 3600), ("3600.5", 3600), ("9999", 3600), ("soon", 0), ("", 0)],
)
def test_a_service_asks_for_an_hour_at_most(header, seconds):
    assert client._seconds(header) == seconds


@pytest.mark.parametrize(
    ("ahead", "least", "most"), [(60, 55, 60), (-60, 0, 0), (7200, 3600, 3600), (3590, 3580, 3590)]
)
def test_a_date_is_a_span_too(ahead, least, most):
    header = format_datetime(datetime.now(UTC) + timedelta(seconds=ahead), usegmt=True)
    assert least <= client._seconds(header) <= most
