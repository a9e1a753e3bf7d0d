"""Errors of the API that no request can provoke here."""

import errno

import pytest

from openuser.api.problem_details import problem_of


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_named_and_no_internal_error(number: int):
    problem = problem_of(OSError(number, "No space left on device"))
    assert problem is not None
    assert (problem.status, problem.code) == (507, "disk_full")


def test_another_error_of_a_disk_is_internal():
    assert problem_of(OSError(errno.EIO, "Input/output error")) is None
