"""`export_campaigns` and `import_campaigns`: a file that goes around, and errors that keep everything as it was."""

import pytest
from django.core.management import CommandError, call_command

from scheduling.models import Campaign, Segment
from tests.scheduling.support.campaigns import make_campaign

pytestmark = pytest.mark.django_db


def test_campaigns_go_into_a_file_and_come_back(application, tmp_path, capsys):
    make_campaign("早上好", name="早安")
    make_campaign("", name="晚安")
    call_command("export_campaigns", tmp_path / "all.yaml")
    assert capsys.readouterr().err == f"{tmp_path / 'all.yaml'}: 2 campaigns, 0 series, application/yaml\n"
    call_command("export_campaigns", campaign=["早安"])
    assert "name: 晚安" not in capsys.readouterr().out
    Campaign.objects.filter(name="晚安").delete()
    call_command("import_campaigns", tmp_path / "all.yaml", dry_run=True)
    assert "Nothing was kept" in capsys.readouterr().out
    call_command("import_campaigns", tmp_path / "all.yaml")
    assert capsys.readouterr().out.splitlines()[:3] == [
        "same    campaign  早安",
        "new     campaign  晚安",
        "          before approval: There is nothing to say. Write what to say.",
    ]
    assert Campaign.objects.count() == 2


def test_a_changed_campaign_says_what_was_and_what_is(application, tmp_path, capsys):
    make_campaign("早上好", name="早安")
    call_command("export_campaigns", tmp_path / "one.yaml")
    text = (tmp_path / "one.yaml").read_text(encoding="utf-8")
    (tmp_path / "one.yaml").write_text(text.replace("早上好", "早"), encoding="utf-8")
    call_command("import_campaigns", tmp_path / "one.yaml")
    assert "contents.zh-hans.text: '早上好' → '早'" in capsys.readouterr().out


def test_a_flaw_is_told_with_its_line_and_nothing_is_kept(application, tmp_path, capsys):
    rule = "{rules: [{subject: name, test: is, value: x}]}"
    file = tmp_path / "bad.yaml"
    file.write_text(f"version: 1\nsegments: [{{name: 甲, rule: {rule}}}]\ncampaigns:\n  - name: 乙\n    days: never\n")
    with pytest.raises(CommandError, match="1 errors"):
        call_command("import_campaigns", file)
    assert "line 5: campaigns[0].days: “never” is none of its values." in capsys.readouterr().err
    assert not Segment.objects.exists()


@pytest.mark.parametrize(("options", "words"), [({"campaign": ["无"]}, "无"), ({}, "nothing to export")])
def test_an_export_of_nothing_is_refused(db, options, words):
    with pytest.raises(CommandError, match=words):
        call_command("export_campaigns", **options)
