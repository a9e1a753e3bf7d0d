"""Requirements for engines, as named checks: the contract tests and `manage.py conformance` run the same."""
