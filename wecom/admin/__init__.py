"""WeChat Work in the admin: applications to edit, menus to publish, callbacks and outbounds to look into."""

from wecom.admin import chats, company, deliveries, directory, guard, menus

__all__ = ["chats", "company", "deliveries", "directory", "guard", "menus"]
