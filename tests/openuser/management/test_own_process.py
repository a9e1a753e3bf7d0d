"""Commands of Django that the suite runs in its own process: their words and outcomes are those of a process."""

import sys
import tempfile

import pytest

from openuser.management import own_process


@pytest.mark.parametrize(
    ("words", "passed", "said"),
    [
        (("check", "--tag", "urls"), True, "no issues"),
        (("check", "--tag", "nothing"), False, 'There is no system check with the "nothing" tag.'),
        (("makemigrations", "nothing"), False, "No installed app with label 'nothing'."),  # exits with status 2
        (("no_such_command",), False, "Unknown command: 'no_such_command'"),
    ],
)
def test_a_command_passes_or_fails_and_its_words_are_kept(words, passed, said):
    before = sys.stdout, sys.stderr
    with tempfile.TemporaryFile() as output:
        assert own_process.passes(words, output) is passed
        output.seek(0)
        assert said in output.read().decode()
    assert (sys.stdout, sys.stderr) == before
