"""From a bare Python to a running command: creates .venv, installs requirements, hands over. Standard library only.

The groups of requirements: `base` (always), `postgres` (if that is the database), `test` and `engines` (for the test
command, which can do without the second), `production` (instead of base, under its settings), `models` (the speech
model) and `retrieval` (the models that find answers), without which OpenUser starts too, `recognition` and `gpu` (if
OPENUSER_RECOGNITION or OPENUSER_GPU is true, or if they were installed before).
A stamp in .venv holds the digest of the files that a group was installed from, so the next command completes an
interrupted or outdated installation.
"""

import fcntl
import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from openuser.bootstrap import database_choice, dotenv, pip
from openuser.bootstrap.requirement_groups import (
    BASE,
    ENGINES,
    GPU,
    GROUPS,
    MODELS,
    POSTGRES,
    PRODUCTION,
    RECOGNITION,
    RETRIEVAL,
    TEST,
    Group,
)

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = ROOT / "requirements"
GUARD = "OPENUSER_BOOTSTRAPPED"  # set by us, to notice a broken environment


class BootstrapError(Exception):
    """The bootstrap failed; the message has the reason and the remedy."""


def ensure(argv: Sequence[str]) -> None:
    """Return if this interpreter is the project's own and has the packages that the command needs; else install, and
    replace it.

    Exits with status 1 and a message on stderr if the environment cannot be created.
    """
    # Create `.venv` and install requirements. Set it to false in containers that bring their own environment.
    if not dotenv.boolean("OPENUSER_BOOTSTRAP", default=True):
        return
    try:
        if os.name != "posix":
            raise BootstrapError("OpenUser runs on Linux and macOS.\n  On Windows, run it inside WSL.")
        inside = Path(sys.prefix).resolve() == VENV.resolve()
        whole = inside and importlib.util.find_spec("django") is not None
        groups = needed_groups(argv)
        if not (inside or PYTHON.exists()) or any(not is_current(group) for group in groups) or (inside and not whole):
            if not groups and is_server(argv):
                raise BootstrapError(
                    f"{VENV} is missing or not whole.\n"
                    "  On a server, migrate creates it: python3 manage.py migrate\n"
                    "  To use an environment of your own, set OPENUSER_BOOTSTRAP=off."
                )
            with one_at_a_time():
                install(argv, broken=inside and not whole)
        if not whole:
            hand_over(argv)
    except BootstrapError as error:
        print(f"\nopenuser: {error}", file=sys.stderr)
        sys.exit(1)
    except KeyboardInterrupt:
        print("\nopenuser: stopped; the next run continues the installation.", file=sys.stderr)
        sys.exit(130)


def settings_for(argv: Sequence[str]) -> str:
    """The settings module of a command: tests and the emulator have their own, others default to `embedded`."""
    command = argv[1] if len(argv) > 1 else ""
    if command in {"test", "emulator"}:
        return f"openuser.settings.{command}"
    return os.environ.get("DJANGO_SETTINGS_MODULE") or "openuser.settings.embedded"


def is_server(argv: Sequence[str]) -> bool:
    """Whether a command runs with the settings of production."""
    return settings_for(argv) == "openuser.settings.production"


def needed_groups(argv: Sequence[str]) -> list[Group]:
    """The groups to install for a command. Only `up`, `test` and a server's `migrate` update installed packages.

    On a server, no other command installs at all: a check must not change a running installation.
    """
    command = argv[1] if len(argv) > 1 else ""
    if command == "test":
        return [TEST, ENGINES, MODELS, RETRIEVAL, RECOGNITION, GPU]
    on_a_server = is_server(argv)
    wanted = [PRODUCTION] if on_a_server else [BASE, *([POSTGRES] if database_choice.needs_driver(argv) else [])]
    renews = {"migrate", "up"} if on_a_server else {"up"}
    is_first = not on_a_server and any(not stamp(group).exists() for group in wanted)
    if command in renews or is_first:
        return [*wanted, MODELS, RETRIEVAL, *(group for group in (RECOGNITION, GPU) if is_requested(group))]
    return []


def is_requested(group: Group) -> bool:
    """Whether the settings request an optional group, or it is installed already."""
    requested = {
        # `up` installs speech recognition (330 MB), and voice messages are answered like text.
        "recognition": dotenv.boolean("OPENUSER_RECOGNITION", default=False),
        # `up` installs torch, for rendering on a graphics card (several GB) and for neural engines.
        "gpu": dotenv.boolean("OPENUSER_GPU", default=False),
    }
    return requested.get(group.name, False) or stamp(group).exists()


def stamp(group: Group) -> Path:
    """The file with the digest of the requirements that a group was installed from."""
    return VENV / f".openuser-{group.name}"


def digest(group: Group) -> str:
    """A digest of the files that decide which packages pip installs for a group."""
    state = hashlib.sha256()
    for name in group.files:
        state.update(name.encode() + b"\0" + (REQUIREMENTS / name).read_bytes() + b"\0")
    return state.hexdigest()


def is_current(group: Group) -> bool:
    """Whether a group is installed completely, from the current files."""
    try:
        return stamp(group).read_text().strip() == digest(group)
    except OSError:
        return False


def hand_over(argv: Sequence[str]) -> NoReturn:
    """Run the same command line with the project's own interpreter; does not return."""
    pid, _, times = os.environ.get(GUARD, "").partition(":")
    already = int(times) if pid == str(os.getpid()) and times.isdigit() else 0
    if already > 1:  # once into an environment, once more because it had to be recreated
        raise BootstrapError(f"{PYTHON} is not a working environment.\n  Remove the folder {VENV} and run again.")
    environment = {**os.environ, GUARD: f"{os.getpid()}:{already + 1}"}
    if argv[1:2] == ["up"]:  # what it imports, its programs find compiled
        environment["PYTHONDONTWRITEBYTECODE"] = ""
    try:
        os.execve(PYTHON, [str(PYTHON), *argv], environment)  # noqa: S606
    except OSError as error:
        raise BootstrapError(f"{PYTHON} cannot be run ({error}).\n  Remove {VENV} and run again.") from error


@contextmanager
def one_at_a_time() -> Iterator[None]:
    """A lock, so that a second command waits until the first has finished installing."""
    folder = ROOT / "var"
    try:
        folder.mkdir(mode=0o700, exist_ok=True)  # it will hold messages and keys
        with (folder / "bootstrap.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print("Another command is installing; waiting for it …", flush=True)
                fcntl.flock(lock, fcntl.LOCK_EX)
            yield
    except PermissionError as error:
        owner = f"{error.filename or folder} cannot be written"
        raise BootstrapError(
            f"{owner}.\n  Run as the user who owns {ROOT}, or give that folder to yourself."
        ) from error


def install(argv: Sequence[str], *, broken: bool) -> None:
    """Create the environment if it is missing or broken, then install the groups that are not current."""
    started = time.monotonic()
    if broken or not is_usable():
        check_disk(BASE.megabytes)
        make_environment()
    groups = needed_groups(argv)  # again, because in a new environment every command installs everything
    pending = [group for group in groups if not is_current(group)]
    if not pending:
        return
    for group in pending:
        if group.optional:
            install_or_explain(group)
        else:
            check_disk(group.megabytes)
            pip_install(group)
    size = folder_megabytes(VENV)
    print(f"Ready after {time.monotonic() - started:.0f} s; {VENV.name} takes {size:.0f} MB.\n", flush=True)


def is_usable() -> bool:
    """Whether .venv exists, runs, and has a pip for its Python."""
    if not PYTHON.exists():
        return False
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    try:
        return subprocess.run([PYTHON, "-c", check], capture_output=True, timeout=60, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


def make_environment() -> None:
    """Create .venv with the running Python, replacing an existing one."""
    python = Path(getattr(sys, "_base_executable", sys.executable))
    if VENV.exists() or VENV.is_symlink():
        print(f"{VENV.name} is not whole or belongs to another Python; making it again.", flush=True)
        VENV.unlink() if VENV.is_symlink() else shutil.rmtree(VENV)
    print(f"Making {VENV.name} with Python {sys.version.split()[0]} …", flush=True)
    result = subprocess.run([python, "-m", "venv", VENV], capture_output=True, text=True, check=False)
    if result.returncode != 0:
        shutil.rmtree(VENV, ignore_errors=True)
        raise BootstrapError(explain_venv(result.stdout + result.stderr))


def explain_venv(output: str) -> str:
    """An error message for a failed `python -m venv`."""
    if re.search(r"ensurepip|No module named '?venv", output):
        name = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
        return (
            f"this Python cannot make virtual environments: its modules venv and ensurepip are missing.\n"
            f"  On Debian and Ubuntu: sudo apt-get install {name}   (then run the same command again)"
        )
    if re.search(r"No space left on device", output):
        return f"the disk is full.\n  Make room on the disk of {ROOT} and run again."
    return f"python -m venv failed.\n  It said: {pip.last_words(output)}"


def check_disk(megabytes: int) -> None:
    """Raise `BootstrapError` if the disk has too little space."""
    free = shutil.disk_usage(ROOT).free // 1_000_000
    if free < megabytes:
        raise BootstrapError(explain_disk(free, megabytes))


def explain_disk(free: int, needed: int) -> str:
    """An error message for a full disk; in megabytes."""
    return (
        f"the disk is nearly full: the installation needs about {needed:,} MB, {free:,} MB are free.\n"
        f"  Make room on the disk of {ROOT} and run again."
    )


def install_or_explain(group: Group) -> None:
    """Install an optional group, or print why that failed."""
    try:
        check_disk(group.megabytes)
        if group is GPU and not is_requested(group) and not pip.offers_small_torch(PYTHON):
            raise BootstrapError("only builds of several gigabytes are on offer; OPENUSER_GPU=true installs one")
        pip_install(group)
    except BootstrapError as error:
        reason = str(error).splitlines()[0]
        print(
            f"! {group.title[0].upper()}{group.title[1:]} could not be installed: {group.without} ({reason})\n"
            "! Run the same command again when the package registry can be reached.",
            flush=True,
        )


def pip_install(group: Group) -> None:
    """Install one group and stamp it.

    Raises:
        BootstrapError: pip failed; the message names the package if pip does.
    """
    failed_before = VENV / f".openuser-{group.name}-failed"
    command = [str(PYTHON), "-m", "pip", "install", "--no-input", "--progress-bar", "off"]
    if group.optional and failed_before.exists():
        command += ["--retries", "0"]  # else every start without a network would wait for pip's retries
    if sys.version_info >= (3, 13):
        # misaki excludes 3.13 because of an extra that we do not use. Every version is pinned, so this is safe.
        command.append("--ignore-requires-python")
    if group.locked:
        command.append("--require-hashes")
    command += [*group.arguments, *pip.more_arguments(), "-r", str(REQUIREMENTS / group.source)]
    wanted = digest(group)
    print(f"Installing {group.title} (requirements/{group.source}) …", flush=True)
    status, output = pip.run(command)
    if status != 0:
        failed_before.touch()
        raise BootstrapError(pip.explain(output))
    failed_before.unlink(missing_ok=True)
    stamp(group).write_text(wanted + "\n")
    for name in group.brings:
        stamp(GROUPS[name]).write_text(digest(GROUPS[name]) + "\n")


def folder_megabytes(folder: Path) -> float:
    """The size of a folder's files."""
    total = 0
    for parent, _, names in os.walk(folder):
        total += sum(os.lstat(os.path.join(parent, name)).st_size for name in names)
    return total / 1_000_000
