"""What an engine must do to be of use, as named checks: the contract tests and `manage.py conformance` run the same."""
