"""WeChat Work in the admin: applications to edit, menus to publish, callbacks and outbounds to look into."""

from wecom.admin import company, deliveries, directory, guard, menus

__all__ = ["company", "deliveries", "directory", "guard", "menus"]
