"""Forms of the admin: portraits, origins and scripts are checked before they are stored."""
