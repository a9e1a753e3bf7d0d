"""Handlers of messages and events. They run last, in the transaction that settles the callback."""

from conversations import services
from wecom.bot import Incoming, bot
from wecom.messages import Event


def prepare_message(incoming: Incoming) -> object:
    return services.prepare_message(incoming.callback, incoming.inbound)


@bot.on_message("*", final=True, prepare=prepare_message)
def on_message(incoming: Incoming) -> None:
    services.receive_message(incoming.callback, incoming.inbound, incoming.prepared)


@bot.on_event("enter_agent", final=True)
@bot.on_event("subscribe", final=True)
def on_enter(incoming: Incoming) -> None:
    services.greet(incoming.callback)


@bot.on_event("unsubscribe", final=True)
def on_unsubscribe(incoming: Incoming) -> None:
    services.end_contact(incoming.callback)


@bot.on_event("click", final=True)
def on_click(incoming: Incoming) -> None:
    assert isinstance(incoming.inbound, Event)
    services.press_menu(incoming.callback, incoming.inbound)


@bot.on_event("template_card_event", final=True)
def on_card(incoming: Incoming) -> None:
    assert isinstance(incoming.inbound, Event)
    services.press_card(incoming.callback, incoming.inbound)


@bot.on_event("template_card_menu_event", final=True)
def on_card_menu(incoming: Incoming) -> None:
    assert isinstance(incoming.inbound, Event)
    services.press_card_menu(incoming.callback, incoming.inbound)
