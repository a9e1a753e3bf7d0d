"""Progress of a command that takes minutes."""

from django.core.management.base import OutputWrapper

STEP = 10  # per cent


class Percent:
    """Writes a line whenever a tenth more is done. Is called with the part that is done and the approximate total."""

    def __init__(self, output: OutputWrapper) -> None:
        self._output, self._told = output, 0

    def __call__(self, done: int, total: int) -> None:
        percent = min(99, 100 * done // total) if total else 0
        if percent >= self._told + STEP:
            self._told = percent - percent % STEP
            self._output.write(f"{self._told} %")
            self._output.flush()
