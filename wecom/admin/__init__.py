"""WeChat Work in the admin: applications to edit, menus to publish, callbacks and outbounds to look into."""

from wecom.admin import callbacks, chats, company, deliveries, directory, media, menus, restore_guard, syncs

__all__ = ["callbacks", "chats", "company", "deliveries", "directory", "media", "menus", "restore_guard", "syncs"]
