"""Time zones by the words that people write."""

import pytest

from core.text.time_zones import OFTEN_USED, find_time_zone, time_zones


@pytest.mark.parametrize(
    ("word", "zone"),
    [("America/New York", "America/New_York"), ("ASIA/SHANGHAI", "Asia/Shanghai"), ("UTC", "UTC"), ("+08:00", None)],
)
def test_a_zone_is_found_by_its_name_in_any_case(word, zone):
    assert find_time_zone(word) == zone


def test_the_often_used_zones_exist():
    assert time_zones().issuperset(OFTEN_USED)
