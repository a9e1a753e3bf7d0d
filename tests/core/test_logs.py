"""Log lines hold no secrets and cannot be forged."""

import json
import logging
import re
import subprocess
import sys

import pytest
from django.conf import settings as project
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import resolve
from django.utils.log import log_response

from core.exceptions import OpenUserError
from core.logs import (
    AddCorrelationId,
    JsonFormatter,
    LineFormatter,
    NamePages,
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


@pytest.mark.parametrize("text", ["token=CANARY", "A message was sent."])
def test_a_line_is_written_with_a_secret_and_without_one(text):
    assert RedactSecrets().filter(logging.LogRecord("wecom", logging.INFO, "", 0, text, (), None)) is True


def test_servers_write_no_line_for_each_request():
    """Its address may be a link with a key, or a search for a name."""
    script = (
        "import logging.config\n"
        "from uvicorn import Config\n"
        "from django.conf import settings\n"
        "Config('a:b', log_level='info')\n"
        "logging.config.dictConfig(settings.LOGGING)\n"
        "print(logging.getLogger('uvicorn.access').isEnabledFor(logging.INFO))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


@pytest.mark.parametrize(
    ("path", "page"),
    [
        ("/media/zhangsan.png", "/media/<path:name>"),
        ("/zhangsan/", "an address that leads nowhere"),
        ("/张三/", "an address that leads nowhere"),
    ],
)
def test_a_refused_request_is_logged_by_its_page(path, page, caplog):
    request = RequestFactory().get(path)
    if page.startswith("/"):
        request.resolver_match = resolve(path)
    caplog.handler.addFilter(NamePages())
    log_response("%s: %s", "Not Found", path, response=HttpResponse(status=404), request=request)
    assert [record.getMessage() for record in caplog.records] == [f"Not Found: {page}"]


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
    assert all(handler["filters"] == ["about", "pages", "redact"] for handler in settings["handlers"].values())


def written_as_json(message: str, *args: object, error: BaseException | None = None, **fields: object) -> str:
    caught = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("wecom.outbox", logging.WARNING, "", 0, message, args, caught)
    record.__dict__.update(fields)
    return JsonFormatter().format(record)


def test_json_is_one_object_with_the_names_that_monitoring_knows():
    text = written_as_json("A message\nwas %s.", "sent", cid="ab12", application=3, outbound=7, errcode=None, ms=1.5)
    assert "\n" not in text
    found = json.loads(text)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", found.pop("ts"))
    assert found == {
        "level": "WARNING",
        "logger": "wecom.outbox",
        "event": "A message\nwas sent.",
        **{"cid": "ab12", "tenant": 3, "outbox_id": 7, "errcode": None, "ms": 1.5},
    }


def test_a_traceback_in_json_is_a_list_without_words_of_others():
    words = "CANARY"
    try:
        raise ValueError(words)
    except ValueError as error:
        text = written_as_json("It failed.", error=error)
    assert json.loads(text)["traceback"][-1] == "builtins.ValueError"
    assert "CANARY" not in text


@pytest.mark.parametrize(
    "fields",
    [
        {"access_token": "CANARY"},
        {"corp_secret": "CANARY"},
        {"url": "https://qyapi.weixin.qq.com/cgi-bin/message/send?access_token=CANARY&debug=0"},
        {"answer": {"errcode": 0, "access_token": "CANARY"}},
        {"headers": [{"Authorization": "Bearer CANARY"}]},
        {"error": OpenUserError("A call failed: corpsecret=CANARY")},
        {"password": ["CANARY"]},
    ],
    ids=lambda fields: next(iter(fields)),
)
def test_a_secret_in_a_field_is_in_no_form_of_a_line(fields):
    assert "CANARY" not in written_as_json("Something happened.", **fields)
    assert "CANARY" not in line("Something happened.", **fields)


def test_a_process_writes_json_when_it_is_asked_to():
    code = "import django; django.setup(); import logging; logging.getLogger('uvicorn.error').error('It %s.', 'fell')"
    environment = {"DJANGO_SETTINGS_MODULE": "openuser.settings.test", "OPENUSER_LOG_FORMAT": "json", "PATH": ""}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert json.loads(done.stderr.splitlines()[-1])["event"] == "It fell."
