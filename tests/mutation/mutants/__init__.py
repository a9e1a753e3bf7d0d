"""Random mutants of an app, each judged by the tests that reach it: `manage.py test --mutate APP`."""
