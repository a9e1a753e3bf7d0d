"""The tests that `--fast` leaves out."""

from tests.runner import long_tests


def test_a_function_is_long_with_all_its_cases(monkeypatch):
    monkeypatch.setattr(long_tests, "SECONDS", {"tests/core/test_a.py::test_long": 3.0})
    assert long_tests.is_long("tests/core/test_a.py::test_long")
    assert long_tests.is_long("tests/core/test_a.py::test_long[a::b-1]")
    assert not long_tests.is_long("tests/core/test_a.py::test_short")
    assert not long_tests.is_long("tests/core/test_b.py::test_long")


def test_a_method_of_a_class_is_found_by_its_name(monkeypatch):
    monkeypatch.setattr(long_tests, "SECONDS", {"tests/core/test_a.py::test_long": 3.0})
    assert long_tests.is_long("tests/core/test_a.py::TestClass::test_long[1]")
