"""Log lines hold no secrets and cannot be forged."""

import logging

import pytest
from django.conf import settings as project

from core.logs import (
    AddCorrelationId,
    LineFormatter,
    RedactSecrets,
    SharedRotatingFileHandler,
    clear_correlation_id,
    set_correlation_id,
)
from openuser.settings.base import with_log_files


def line(message: str, *args: object, **fields: object) -> str:
    record = logging.LogRecord("wecom", logging.INFO, "", 0, message, args, None)
    record.__dict__.update(fields)
    RedactSecrets().filter(record)
    return LineFormatter().format(record)


@pytest.mark.parametrize(
    "text",
    [
        "GET /cgi-bin/message/send?access_token=CANARY&debug=0",
        "corpsecret=CANARY",
        '{"token": "CANARY"}',
        "encoding_aes_key: CANARY",
        "POST webhook?msg_signature=CANARY&timestamp=1",
        "Authorization: CANARY",
    ],
)
def test_secrets_are_blanked_whoever_logs_them(text):
    assert "CANARY" not in line(text)
    assert "CANARY" not in line("%s", text)


def test_fields_follow_the_sentence_and_a_newline_cannot_forge_a_line():
    written = line("A callback came in.", cid="ab12", kind="text\nERROR forged")
    assert "A callback came in. cid=ab12 kind=text\\nERROR forged" in written
    assert "\n" not in written


def test_a_log_line_has_the_current_correlation_id():
    def said(**fields: object) -> str:
        record = logging.LogRecord("wecom", logging.INFO, "", 0, "Something happened.", (), None)
        record.__dict__.update(fields)
        AddCorrelationId().filter(record)
        return LineFormatter().format(record)

    set_correlation_id("ab12cd34")
    assert said().endswith("cid=ab12cd34")
    assert said(cid="other").endswith("cid=other")
    clear_correlation_id(sender=None)
    assert "cid" not in said()


def test_a_full_file_is_turned_over_once_however_many_write_to_it(tmp_path):
    path = tmp_path / "logs" / "app.log"
    writers = [SharedRotatingFileHandler(path, max_bytes=200, backup_count=2) for _ in range(3)]
    for number in range(60):
        writers[number % 3].emit(logging.LogRecord("a", logging.INFO, "", 0, f"line {number:03d}", (), None))
    files = [tmp_path / "logs" / name for name in ("app.log.2", "app.log.1", "app.log")]
    lines = [line for file in files for line in file.read_text().splitlines()]
    assert lines == [f"line {number:03d}" for number in range(60 - len(lines), 60)]
    assert all(file.stat().st_size <= 210 for file in files)
    assert not (tmp_path / "logs" / "app.log.3").exists()
    for writer in writers:
        writer.close()


def test_a_file_that_cannot_be_written_is_said_once_and_stops_nothing(tmp_path, capsys):
    (tmp_path / "logs").write_text("a file where the folder should be")
    file = SharedRotatingFileHandler(tmp_path / "logs" / "app.log")
    for _ in range(3):
        file.emit(logging.LogRecord("a", logging.INFO, "", 0, "line", (), None))
    assert capsys.readouterr().err.count("cannot be written") == 1


def test_both_files_stand_besides_the_console(tmp_path):
    settings = with_log_files(project.LOGGING, tmp_path)
    assert settings["root"]["handlers"] == ["console", "app"]
    assert settings["loggers"]["wecom"]["handlers"] == ["wechat"]
    assert settings["handlers"]["app"]["filename"] == tmp_path / "app.log"
    assert settings["handlers"]["wechat"]["filename"] == tmp_path / "wechat_integration.log"
    assert all(handler["filters"] == ["about", "redact"] for handler in settings["handlers"].values())
