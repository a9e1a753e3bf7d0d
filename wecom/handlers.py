"""What the platform tells of its directory, written down in the transaction that settles the callback."""

from wecom import services
from wecom.bot import Incoming, bot


@bot.on_event("change_contact", final=True)
def changed(incoming: Incoming) -> None:
    tree = incoming.inbound.tree
    fields = {child.tag: child.text for child in tree.children}
    services.change_contacts(incoming.callback.application, tree.word("ChangeType"), fields)


@bot.on_event("subscribe", final=True)
def given(incoming: Incoming) -> None:
    services.enter_range(incoming.callback.application, incoming.inbound.from_user_id)


@bot.on_event("unsubscribe", final=True)
def lost(incoming: Incoming) -> None:
    services.leave_range(incoming.callback.application, incoming.inbound.from_user_id)


@bot.on_message("*", final=True)
def wrote(incoming: Incoming) -> None:
    services.find_again(incoming.callback.application, incoming.inbound.from_user_id)
