"""`manage.py working_days`."""

from io import BytesIO, StringIO, TextIOWrapper

import pytest
from django.core.management import CommandError, call_command

from scheduling.models import CalendarDay, CalendarImport
from tests.scheduling.day_lists.notices import NOTICES

pytestmark = pytest.mark.django_db
NOTICE = NOTICES[2024].replace("2024年", "2080年")


def run(*words: str) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("working_days", *words, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


@pytest.fixture
def file(tmp_path, application):
    path = tmp_path / "notice.txt"
    path.write_text(NOTICE, encoding="utf-8")
    return path


def test_a_notice_is_imported_shown_and_taken_back(file):
    out, err = run("import", str(file), "--title", "gov.cn")
    assert "Known in full by it: 2080." in out
    assert err == ""
    row = CalendarImport.objects.get()
    assert (row.way, row.title) == ("command", "国务院办公厅关于2080年部分节假日安排的通知 · gov.cn")
    out, err = run("show", "2080")
    assert {"2080-02-12 休 春节", "2080-02-04 班 春节"} <= set(out.splitlines())
    assert err == ""
    assert "· gov.cn" in run("undo")[0]
    assert "2080" in run("show", "2080")[1]
    with pytest.raises(CommandError, match="no import"):
        run("undo")


def test_a_dry_run_of_standard_input_keeps_nothing(application, monkeypatch):
    monkeypatch.setattr("sys.stdin", TextIOWrapper(BytesIO(NOTICE.encode("gb18030"))))
    assert "Nothing was kept" in run("import", "-", "--dry-run")[0]
    assert not CalendarDay.objects.exists()


def test_a_contradiction_stops_it_until_it_is_told_anyway(file):
    file.write_text(NOTICE.replace("共8天", "共9天"), encoding="utf-8")
    with pytest.raises(CommandError, match="says 9 days, but its dates are 8"):
        run("import", str(file))
    assert "says 9 days" in run("import", str(file), "--anyway")[1]


def test_without_a_file_or_an_application_it_says_so(tmp_path):
    with pytest.raises(CommandError, match="No application"):
        run("show")
