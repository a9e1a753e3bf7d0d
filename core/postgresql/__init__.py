"""Django's PostgreSQL back end with prepared statements: the engine of `DATABASES`."""
