"""`export_flows` and `import_flows`: a file that goes around, and errors that keep everything as it was."""

import pytest
from django.core.management import CommandError, call_command

from conversations.models import Answer, Flow
from tests.support.factories import make_answer, make_flow

pytestmark = pytest.mark.django_db


def test_flows_go_into_a_file_and_come_back(tmp_path, capsys):
    make_flow(name="制作视频"), make_flow(name="入职"), make_answer("你好")
    call_command("export_flows", tmp_path / "all.yaml", knowledge=True)
    call_command("export_flows", flow=["入职"])
    assert "name: 制作视频" not in capsys.readouterr().out
    Flow.objects.filter(name="入职").delete()
    Answer.objects.update(answer="嗨")
    call_command("import_flows", tmp_path / "all.yaml", dry_run=True)
    assert "Nothing was kept" in capsys.readouterr().out
    call_command("import_flows", tmp_path / "all.yaml")
    said = capsys.readouterr().out
    assert "same    flow      制作视频" in said
    assert "new     flow      入职" in said
    assert "answer: '嗨' → '你好！今天想了解什么？'" in said


def test_a_flaw_is_told_with_its_line_and_nothing_is_kept(tmp_path, capsys):
    file = tmp_path / "bad.yaml"
    file.write_text("version: 1\nflows:\n  - name: 甲\n    language: fr\n")
    with pytest.raises(CommandError, match="1 errors"):
        call_command("import_flows", file)
    assert "line 4: flows[0].language: “fr” is none of its values." in capsys.readouterr().err
    assert not Flow.objects.exists()


@pytest.mark.parametrize(("options", "words"), [({"flow": ["无"]}, "no flow named “无”"), ({}, "nothing to export")])
def test_an_export_of_nothing_is_refused(options, words):
    with pytest.raises(CommandError, match=words):
        call_command("export_flows", **options)
