"""The second factor of staff: a code from an authenticator app (TOTP), or a recovery code."""
