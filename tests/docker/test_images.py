"""The files of docker/ without an engine: linted, complete, and nothing superfluous in an image."""

import os
import re
import subprocess
import sys
import tomllib
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import Any

import pytest
import yaml
from redis import Redis
from redis.exceptions import RedisError

from docker import entrypoint, make_secrets
from openuser.bootstrap import secret_files
from openuser.servers import valkey
from tests.support.emulator import free_port, wait_for

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docker"
BIN = Path(sys.executable).parent
COMPOSE: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
OURS = {name: one for name, one in COMPOSE["services"].items() if one["image"].startswith("openuser-")}
TARGETS = re.findall(r"^FROM \S+ AS (\w+)$", (FOLDER / "Dockerfile").read_text(), re.M)
ROW = re.compile(r"^\| (\w+) \| `\.venv/bin/(\S+ .+?)` \|", re.M)


def test_hadolint_finds_nothing_in_the_dockerfile():
    found = subprocess.run([BIN / "hadolint", FOLDER / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "")


@pytest.mark.parametrize("name", ["compose.yaml", "compose.gpu.yaml"])
def test_compose_files_keep_to_the_schema(name):
    line = [BIN / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", FOLDER / name]
    found = subprocess.run(line, capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_our_containers_have_no_rights_and_write_nothing_of_the_image():
    for name, service in OURS.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
    stages = (FOLDER / "Dockerfile").read_text().split("\nFROM ")
    final = [stage for stage in stages if "ENTRYPOINT" in stage]
    assert len(final) == 4
    assert all("USER 10001" in stage and "HEALTHCHECK" in stage for stage in final)


def test_every_service_runs_a_role_of_an_image_that_is_built():
    built = {one["build"]["target"] for one in OURS.values() if "build" in one}
    assert built | {"gpu"} == {target for target in TARGETS if not target.startswith(("build", "base"))}
    for name, service in OURS.items():
        assert entrypoint.command(service["command"], {})[0] != name


def test_every_image_has_traces_where_its_builder_asks_for_them():
    gpu = yaml.safe_load((FOLDER / "compose.gpu.yaml").read_text())["services"]
    builds = [one["build"] for one in [*OURS.values(), *gpu.values()] if "build" in one]
    assert len(builds) == 4
    assert {build["args"]["OPENUSER_TRACES"] for build in builds} == {"${OPENUSER_TRACES:-}"}


def test_the_collector_is_there_on_demand_and_where_the_readme_says():
    collector = COMPOSE["services"]["collector"]
    readme = (FOLDER / "README.md").read_text()
    assert collector["profiles"] == ["traces"]
    assert "--profile traces" in readme
    assert "OTEL_EXPORTER_OTLP_ENDPOINT=http://collector:4318" in readme
    assert set(OURS["worker"]["networks"]) <= set(collector["networks"])
    assert collector["ports"] == ["127.0.0.1:${TRACES_PORT:-16686}:16686"], "it shows everything to everybody"


def test_workers_scale_by_one_number():
    for name in ("worker", "bulk", "render"):
        assert OURS[name]["deploy"]["replicas"] == f"${{{name.upper()}_REPLICAS:-1}}"
        assert {"container_name", "ports"} & OURS[name].keys() == set(), "what there can be only once"


def test_secrets_come_by_file_under_names_that_the_entrypoint_reads():
    named = {
        name.removesuffix("_FILE") for one in OURS.values() for name in one["environment"] if name.endswith("_FILE")
    }
    assert named <= set(entrypoint.BY_FILE)
    assert set(COMPOSE["secrets"]) == set(make_secrets.RANDOM) | set(make_secrets.TO_FILL)


def settings_of() -> set[str]:
    """The settings of docs/settings.md, but for those of the emulator and the tests."""
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8").split("\n## ")
    sections = [section for section in text if section.partition("\n")[0] not in {"Emulator", "Tests", "Old names"}]
    return {name for section in sections for name in re.findall(r"^\| `([A-Z0-9_]+)` \|", section, re.M)}


def test_every_setting_reaches_every_container():
    """By the file of all settings: what compose sets besides would hide a line of it."""
    known = settings_of()
    assert len(known) > 250
    for name, service in OURS.items():
        files = [file["path"] for file in service["env_file"]]  # of two that name a setting, the last counts
        assert files == ["${OPENUSER_SIZE:-./small.env}", "${OPENUSER_SETTINGS:-./settings.env}"], name
        hidden = {setting.removesuffix("_FILE") for setting in service["environment"]} & known
        assert hidden == {
            *("ALLOWED_HOSTS", "SITE_URL", "DATABASE_URL", "BROKER_URL", "MEDIA_ACCEL", "SECRET_KEY"),
            *("OPENUSER_FIELD_KEYS", "WECHAT_CORP_SECRET", "WECHAT_TOKEN", "WECHAT_ENCODING_AES_KEY"),
        }, name
    example = {line.partition("=")[0] for line in make_secrets.EXAMPLE.splitlines() if not line.startswith("#")}
    assert example <= known - hidden


def test_every_secret_may_come_by_file():
    secret = re.compile(r"SECRET|PASSWORD$|PASSPHRASE$|_KEYS?$|TOKEN$|^(DATABASE|BROKER|CHANNEL|CACHE|EMAIL)\w*_URL$")
    assert {name for name in settings_of() if secret.search(name)} - set(secret_files.SECRETS) == set()
    assert set(secret_files.SECRETS) <= settings_of()


def test_settings_read_a_secret_by_its_file(tmp_path):
    (tmp_path / "key").write_text("of-a-file\n")
    line = [sys.executable, "-c", "from openuser.settings import base; print(base.CHAT['api_key'])"]
    environment = {
        **os.environ,
        "OPENUSER_VAR_DIR": str(tmp_path),
        "OPENUSER_CHAT_BASE_URL": "https://model.example.com",
    }
    environment["OPENUSER_CHAT_API_KEY_FILE"] = str(tmp_path / "key")
    found = subprocess.run(line, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert found.stdout.strip() == "of-a-file", found.stderr
    environment["OPENUSER_CHAT_API_KEY_FILE"] = "/no/such/file"
    found = subprocess.run(line, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)
    assert "names /no/such/file, which cannot be read" in found.stderr


def test_redis_asks_for_a_password_that_no_process_list_shows(tmp_path):
    redis = COMPOSE["services"]["redis"]
    assert redis["user"] not in {"", "0", "root"}
    assert (redis["read_only"], redis["cap_drop"]) == (True, ["ALL"])
    (tmp_path / "password").write_text("pass-word_1")
    (tmp_path / "redis-server").symlink_to(valkey.find_binary() or "valkey-server")
    port = free_port()
    shell, option, script = redis["command"]
    script = script.replace("$$", "$").replace("/run/secrets/broker_password", str(tmp_path / "password"))
    script = script.replace("/tmp/redis.conf", str(tmp_path / "redis.conf")).strip() + f" --port {port}"
    environment = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}"}
    with subprocess.Popen([shell, option, script], env=environment, cwd=tmp_path, stdout=subprocess.DEVNULL) as server:
        try:
            wait_for(lambda: answers(port, "pass-word_1"), "Redis to answer")
            assert not answers(port, "")
            shown = Path(f"/proc/{server.pid}/cmdline").read_bytes() + Path(f"/proc/{server.pid}/environ").read_bytes()
            assert b"pass-word_1" not in shown
            assert (tmp_path / "redis.conf").stat().st_mode & 0o777 == 0o600
        finally:
            server.terminate()


def answers(port: int, password: str) -> bool:
    try:
        return bool(Redis(port=port, password=password or None).ping())
    except RedisError:
        return False


def test_secrets_are_made_once_and_the_empty_ones_named(tmp_path):
    folder = tmp_path / "secrets"
    assert make_secrets.make(folder) == list(make_secrets.TO_FILL)
    before = {file.name: file.read_text() for file in folder.iterdir()}
    (folder / "wechat_token").write_text("Token")
    assert "wechat_token" not in make_secrets.make(folder)
    assert all((folder / name).read_text() == before[name] for name in make_secrets.RANDOM)
    assert folder.stat().st_mode & 0o777 == 0o700


def test_both_sizes_name_only_variables_that_compose_has():
    known = set(re.findall(r"\$\{(\w+)", (FOLDER / "compose.yaml").read_text())) | settings_of()
    for name in ("small.env", "large.env"):
        lines = (FOLDER / name).read_text().splitlines()
        assert {line.partition("=")[0] for line in lines if line and not line.startswith("#")} <= known


def test_a_large_installation_answers_callbacks_in_the_event_loop():
    lines = (FOLDER / "large.env").read_text().splitlines()
    assert {"OPENUSER_CALLBACK_LANE=true", "OPENUSER_SIZE=./large.env"} <= set(lines)


def test_passwords_by_file_go_into_the_urls(tmp_path):
    (tmp_path / "password").write_text("p@ss/wörd: 1\n")
    environment = {
        "DATABASE_URL": "postgres://openuser@postgres:5432/openuser",
        "DATABASE_DIRECT_URL": "postgres://openuser@behind:5432/openuser",
        "BROKER_URL": "redis://redis:6379/0",
        "DATABASE_PASSWORD_FILE": str(tmp_path / "password"),
        "BROKER_PASSWORD_FILE": str(tmp_path / "password"),
    }
    found = entrypoint.secrets(environment)
    assert found == {
        "DATABASE_URL": "postgres://openuser:p%40ss%2Fw%C3%B6rd%3A%201@postgres:5432/openuser",
        "DATABASE_DIRECT_URL": "postgres://openuser:p%40ss%2Fw%C3%B6rd%3A%201@behind:5432/openuser",
        "BROKER_URL": "redis://:p%40ss%2Fw%C3%B6rd%3A%201@redis:6379/0",
    }


def test_a_secret_that_cannot_be_read_is_named():
    with pytest.raises(SystemExit, match="SECRET_KEY_FILE names /no/such/file"):
        entrypoint.secrets({"SECRET_KEY_FILE": "/no/such/file"})


def test_other_words_than_a_role_are_a_command_line():
    assert entrypoint.command(["python", "manage.py", "doctor"], {}) == ["python", "manage.py", "doctor"]


def test_the_readme_runs_what_the_images_run():
    lines = dict(ROW.findall((ROOT / "README.md").read_text()))
    assert list(lines) == ["web", "ws", "worker", "bulk", "render", "beat"]
    here = {"WEB_BIND": "127.0.0.1:8000", "WS_HOST": "127.0.0.1"}
    for role, line in lines.items():
        words = entrypoint.command([role], here)
        assert set(line.split()) - {"'"} <= set(words), role


def test_an_image_contains_the_code_and_nothing_else():
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split(
        "\n"
    )
    kept = {name for name in tracked if name and copied(name)}
    assert {PurePosixPath(name).parts[0] for name in kept} == {
        *tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["root_packages"],
        *("manage.py", "templates", "requirements", "docker", "LICENSE"),
    }
    assert {name for name in kept if name.startswith("docker/")} == {"docker/entrypoint.py", "docker/healthcheck.py"}
    assert [name for name in kept if "emulator/" in name and name.startswith("wecom")] == []
    assert {"openuser/settings/production.py", "avatars/data/face_landmarker.task"} <= kept


def copied(name: str) -> bool:
    """Whether .dockerignore lets a file into the context: the last line that fits it decides."""
    kept = True
    parts = PurePosixPath(name).parts
    paths = ["/".join(parts[: number + 1]) for number in range(len(parts))]
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        pattern = line.removeprefix("!").removeprefix("**/")
        targets = parts if "**/" in line else paths
        if (
            line
            and not line.startswith("#")
            and any(fnmatch(target, pattern) and matches(line, target) for target in targets)
        ):
            kept = line.startswith("!")
    return kept


def matches(line: str, target: str) -> bool:
    """A star does not cross a slash, but for the leading `**/`."""
    return "**/" in line or line.count("/") == target.count("/")
