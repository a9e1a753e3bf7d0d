"""`manage.py rehearse`: days, members and a file, from the command line."""

import pytest
from django.core.management import CommandError, call_command

from tests.scheduling.support.campaigns import make_campaign
from tests.support import factories

pytestmark = pytest.mark.django_db

DAILY = {"repeats": "cron", "cron": "0 9 * * *", "time_zone": "Asia/Shanghai"}


def test_the_days_and_the_members_are_told(application, tmp_path, capsys):
    factories.make_member(application, "lisi", name="李四", status="active")
    campaign = make_campaign("{{name}}，早上好", name="早安", **DAILY)
    call_command(
        "rehearse", f"--campaign={campaign.pk}", "--days=3", "--leaver=lisi=2099-01-05", f"--csv={tmp_path / 'all.csv'}"
    )
    said = capsys.readouterr().out
    assert "09:00  早安: 李四，早上好" in said
    assert "李四 (lisi), leaves after 2099-01-05" in said
    assert "Nothing was sent." in said
    lines = (tmp_path / "all.csv").read_text("utf-8-sig").splitlines()
    assert len(lines) >= 3
    assert "李四，早上好" in lines[1]


def test_what_is_wrong_is_an_error_with_a_remedy(application):
    campaign = make_campaign("", **DAILY)
    with pytest.raises(CommandError, match="There is nothing to say"):
        call_command("rehearse", f"--campaign={campaign.pk}")
    with pytest.raises(CommandError, match="no such campaign"):
        call_command("rehearse", "--series=1")
