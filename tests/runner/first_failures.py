"""The first tests that fail say why at once: a run of the whole suite shows its tracebacks at the end."""

import pytest

SHOWN = 3
WIDTH = 160


class FirstFailures:
    def __init__(self, terminal: pytest.TerminalReporter) -> None:
        self.terminal = terminal
        self.left = SHOWN

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if not report.failed or not self.left:
            return
        self.left -= 1
        crash = getattr(report.longrepr, "reprcrash", None)
        self.terminal.write_line(f"\nFAILED {report.nodeid}")
        if crash:
            (words, *_) = crash.message.splitlines() or [""]
            self.terminal.write_line(f"    {crash.path}:{crash.lineno}: {words[:WIDTH]}")

    def pytest_sessionfinish(self) -> None:
        """The reports have the tracebacks; the terminal, which comes next, shows none."""
        self.terminal.config.option.tbstyle = "no"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--brief", action="store_true", help="show why the first tests failed, and no tracebacks")


@pytest.hookimpl(trylast=True)
def pytest_configure(config: pytest.Config) -> None:
    terminal = config.pluginmanager.get_plugin("terminalreporter")
    if config.option.brief and terminal and not hasattr(config, "workerinput"):
        config.pluginmanager.register(FirstFailures(terminal))
