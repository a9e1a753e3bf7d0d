"""Django's PostgreSQL back end, with prepared statements and keepalives: the engine of `DATABASES`."""
