"""The settings of an embedded installation and of a server, as separate processes read them."""

import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from openuser.bootstrap import secrets_file
from tests.support.paths import ROOT
from wecom.crypto import Keys

PRODUCTION = {
    "SECRET_KEY": "k" * 25 + "0123456789abcdefghijklmnop",
    "OPENUSER_FIELD_KEYS": secrets_file.field_key(),
    "DATABASE_URL": "postgres://openuser:secret@db/openuser",
    "BROKER_URL": "redis://broker:6379/0",
    "ALLOWED_HOSTS": "openuser.example.com",
}
OURS = ("WECHAT_", "OPENUSER_", "EMULATOR_", "TEST_")


def python(*line: str, settings: str, var: Path, **environment: str) -> "subprocess.CompletedProcess[str]":
    kept = {name: value for name, value in os.environ.items() if not name.startswith(OURS) and name not in PRODUCTION}
    kept |= {"DJANGO_SETTINGS_MODULE": f"openuser.settings.{settings}", "OPENUSER_VAR_DIR": str(var)}
    command = [sys.executable, *line]
    return subprocess.run(
        command, cwd=ROOT, env=kept | environment, capture_output=True, text=True, timeout=60, check=False
    )


def show(expression: str, *, var: Path, settings: str = "embedded", **environment: str) -> str:
    code = f"from django.conf import settings; print(({expression}))"
    result = python("-c", code, settings=settings, var=var, **environment)
    assert result.returncode == 0, result.stderr
    return result.stdout.strip()


def test_an_embedded_installation_makes_its_secrets_once(tmp_path):
    expression = "settings.SECRET_KEY, settings.FIELD_KEYS, settings.WECOM['CORP_ID'], settings.DEBUG"
    var = tmp_path / "var"
    first = show(expression, var=var)
    assert first == show(expression, var=var)
    assert var.stat().st_mode & 0o777 == 0o700
    assert (var / "secrets.env").stat().st_mode & 0o777 == 0o600
    values = secrets_file.read(var / "secrets.env")
    assert len(values["SECRET_KEY"]) >= 50
    assert Fernet(values["OPENUSER_FIELD_KEYS"]).decrypt(Fernet(values["OPENUSER_FIELD_KEYS"]).encrypt(b"x")) == b"x"
    assert len(values["EMULATOR_AES_KEY"]) == 43
    assert first.endswith("False)")


def test_each_installation_of_a_checkout_has_its_own_logs(tmp_path):
    assert show("settings.LOG_DIR", var=tmp_path / "first") == str(tmp_path / "first" / "logs")
    assert show("settings.LOG_DIR", var=tmp_path, OPENUSER_LOG_DIR=str(tmp_path / "mine")) == str(tmp_path / "mine")
    # The guide reads `logs/app.log` in the checkout, where its only installation lies.
    assert show("settings.LOG_DIR", var=ROOT / "var", settings="test") == str(ROOT / "logs")


@pytest.mark.parametrize("pause", ["1", "15"])
def test_beats_table_keeps_every_pause_as_it_is(tmp_path, pause):
    pauses = show(
        "[row['schedule'] for row in settings.CELERY_BEAT_SCHEDULE.values()]",
        var=tmp_path,
        OPENUSER_SWEEP_SECONDS=pause,
    )
    assert all(seconds >= 1 and seconds == int(seconds) for seconds in json.loads(pauses))


@pytest.mark.parametrize("pause", ["0", "-3", "0.5"])
def test_beat_takes_no_pause_below_a_second(tmp_path, pause):
    result = python(
        "-c",
        "from django.conf import settings; settings.DEBUG",
        settings="embedded",
        var=tmp_path,
        OPENUSER_SWEEP_SECONDS=pause,
    )
    assert "OPENUSER_SWEEP_SECONDS" in result.stderr.splitlines()[-1]


def test_an_ai_label_without_a_provider_is_refused(tmp_path):
    line = ["-c", "from django.conf import settings; settings.DEBUG"]
    result = python(*line, settings="embedded", var=tmp_path, OPENUSER_AI_LABEL_PROVIDER=" ")
    assert "OPENUSER_AI_LABEL_PROVIDER" in result.stderr.splitlines()[-1]


def test_two_installations_share_no_secret(tmp_path):
    assert show("settings.SECRET_KEY", var=tmp_path / "a") != show("settings.SECRET_KEY", var=tmp_path / "b")


def test_only_the_suite_spares_the_disk(tmp_path):
    expression = "settings.DATABASES['default']['OPTIONS']['init_command'].split('synchronous=')[1:]"
    assert "OFF" not in show(expression, var=tmp_path)
    assert show(expression, var=tmp_path).startswith("['FULL;")
    assert show(expression, var=tmp_path, settings="test").endswith("'OFF;']")


def test_each_test_worker_has_a_folder_of_its_own(tmp_path):
    places = "settings.VAR_DIR.name, settings.DATABASES['default']['TEST']['NAME'].split('/')[-2]"
    inherited = "os.environ['OPENUSER_VAR_DIR'][-4:], os.environ.get('PYTEST_XDIST_WORKER')"
    code = f"import os; from django.conf import settings; print({places}, {inherited}, '/gw1/' in settings.BROKER_URL)"
    result = python("-c", code, settings="test", var=tmp_path, PYTEST_XDIST_WORKER="gw1")
    assert result.stdout.strip() == "gw1 gw1 /gw1 None True", result.stderr


def test_without_a_real_application_the_emulators_is_used(tmp_path):
    shown = show("settings.EMULATED, settings.WECOM['API_BASE_URL'], settings.WECOM['CORP_ID'][:2]", var=tmp_path)
    assert shown == "(True, 'http://127.0.0.1:9001', 'ww')"


def test_a_real_application_never_meets_the_emulators_identifiers(tmp_path):
    show("settings.SECRET_KEY", var=tmp_path)  # the file with the emulator's identifiers is there
    expression = "settings.EMULATED, settings.WECOM['CORP_ID'], settings.WECOM['TOKEN'], settings.WECOM['API_BASE_URL']"
    shown = show(expression, var=tmp_path, WECHAT_CORP_ID="wwreal", WECHAT_TOKEN="theirs")
    assert shown == "(False, 'wwreal', 'theirs', 'https://qyapi.weixin.qq.com')"


def test_the_broker_is_the_installations_own_unless_one_is_named(tmp_path):
    assert show("settings.CELERY_BROKER_URL", var=tmp_path) == f"redis+socket://{tmp_path}/valkey/valkey.sock"
    assert show("settings.CELERY_BROKER_URL", var=tmp_path, BROKER_URL="redis://host/1") == "redis://host/1"


def test_the_environment_wins_over_the_file(tmp_path):
    assert show("settings.SECRET_KEY", var=tmp_path, SECRET_KEY="mine") == "mine"
    assert "SECRET_KEY" not in secrets_file.read(tmp_path / "secrets.env")


def test_many_processes_make_a_secret_once(tmp_path, monkeypatch):
    monkeypatch.delenv("SECRET_KEY", raising=False)
    path = tmp_path / "new" / "secrets.env"
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: secrets_file.ensure(path, {"SECRET_KEY": secrets_file.secret_key}), range(32)))
    assert path.read_text().count("SECRET_KEY=") == 1


def test_a_value_is_added_to_a_file_without_a_last_newline(tmp_path, monkeypatch):
    monkeypatch.delenv("NEW", raising=False)
    path = tmp_path / "secrets.env"
    path.write_text("OLD=1")
    secrets_file.ensure(path, {"NEW": lambda: "2"})
    assert secrets_file.read(path) == {"OLD": "1", "NEW": "2"}


def test_callback_keys_are_letters_and_digits_as_the_platform_makes_them():
    for _ in range(50):
        Keys.parse(
            token=secrets_file.token(), encoding_aes_key=secrets_file.aes_key(), receive_id=secrets_file.corp_id()
        )
        assert secrets_file.aes_key().isalnum()


def test_passwords_can_be_read_aloud():
    assert not set("".join(secrets_file.password() for _ in range(50))) & set("0O1lI")


@pytest.mark.parametrize("name", PRODUCTION)
def test_production_asks_for_what_it_needs_by_name(tmp_path, name):
    given = {key: value for key, value in PRODUCTION.items() if key != name}
    result = python("-c", "import openuser.settings.production", settings="production", var=tmp_path, **given)
    assert result.returncode == 1
    assert f"ImproperlyConfigured: Production needs these in the environment or in .env:\n  {name}: " in result.stderr
    assert not (tmp_path / "secrets.env").exists()


def test_production_passes_djangos_own_inspection(tmp_path):
    line = ("-m", "django", "check", "--deploy", "--fail-level", "WARNING")
    result = python(*line, settings="production", var=tmp_path, **PRODUCTION)
    assert result.returncode == 0, result.stderr
    assert "no issues" in result.stdout


def test_production_is_refused_with_the_emulator_in_it(tmp_path):
    words = "from openuser.settings.production import *\nINSTALLED_APPS = [*INSTALLED_APPS, 'wecom.emulator']\n"
    (tmp_path / "careless.py").write_text(words)
    line = ("-m", "django", "check", "--deploy")
    told = {
        "DJANGO_SETTINGS_MODULE": "careless",
        "LANGUAGE_CODE": "en",
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(tmp_path)]),
    }
    result = python(*line, settings="production", var=tmp_path, **PRODUCTION, **told)
    assert result.returncode == 1
    assert "(wecom.E001) The emulator of WeChat Work is installed in this project." in result.stderr
    assert "HINT: Take wecom.emulator out of INSTALLED_APPS" in result.stderr


def test_cookies_of_production_are_for_https_and_this_host_alone(tmp_path):
    expression = "settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME, settings.LANGUAGE_COOKIE_NAME"
    told = show(expression, settings="production", var=tmp_path, **PRODUCTION)
    assert told == "('__Host-sessionid', '__Host-csrftoken', '__Host-language')"


def test_production_trusts_a_proxys_header_only_where_told(tmp_path):
    expression = "settings.SECURE_PROXY_SSL_HEADER, settings.SESSION_COOKIE_SECURE, settings.DEBUG"
    told = show(expression, settings="production", var=tmp_path, **PRODUCTION, SECURE_PROXY_SSL_HEADER="X-Scheme")
    assert told == "(('HTTP_X_SCHEME', 'https'), True, False)"
    none = show(expression, settings="production", var=tmp_path, **PRODUCTION, SECURE_PROXY_SSL_HEADER="")
    assert none.startswith("(None")
