"""Events about the directory, stored in the transaction that settles the callback."""

from wecom import services
from wecom.bot import Incoming, bot


@bot.on_event("change_contact", final=True)
def on_contact_change(incoming: Incoming) -> None:
    tree = incoming.inbound.tree
    fields = {child.tag: child.text for child in tree.children}
    services.apply_contact_change(incoming.callback.application, tree.word("ChangeType"), fields)


@bot.on_event("subscribe", final=True)
def on_subscribe(incoming: Incoming) -> None:
    services.enter_range(incoming.callback.application, incoming.inbound.from_user_id)


@bot.on_event("unsubscribe", final=True)
def on_unsubscribe(incoming: Incoming) -> None:
    services.leave_range(incoming.callback.application, incoming.inbound.from_user_id)


@bot.on_message("*", final=True)
def on_message(incoming: Incoming) -> None:
    if incoming.callback.may_be_out_of_range:
        services.mark_in_range(incoming.callback.application, incoming.inbound.from_user_id)
