"""What the platform's codes are called where people read."""

from django.utils.translation import gettext_lazy as _

KINDS = {
    "text": _("text"),
    "image": _("image"),
    "voice": _("voice"),
    "video": _("video"),
    "file": _("file"),
    "location": _("location"),
    "link": _("link"),
    "textcard": _("text card"),
    "template_card": _("card with buttons"),
    "news": _("articles"),
}
EVENTS = {
    "subscribe": _("was given the application"),
    "unsubscribe": _("lost the application"),
    "enter_agent": _("opened the application"),
    "click": _("pressed a menu button"),
    "view": _("followed a menu link"),
    "template_card_event": _("pressed a button on a card"),
    "change_contact": _("change in the contacts"),
}
