"""Answers callbacks while the web process does not: a small process without Django, with the keys on the disk.

It holds the socket of the web process and takes a connection that has waited for half a second; or it listens at an
address of its own, where a proxy turns to when the web process is away. A sound callback goes to the spool and is
acknowledged; all other requests are told to come again.
"""
