"""WeChat Work in the admin: edit applications, publish menus, inspect callbacks and outbound messages."""

from wecom.admin import (
    callbacks,
    chats,
    company,
    deliveries,
    directory,
    facts,
    media,
    menus,
    privacy,
    restore_guard,
    syncs,
)
