"""People's acts, put in terms of conversations. They run last, in the transaction that settles the callback."""

from conversations import services
from wecom.bot import Incoming, bot
from wecom.messages import Event


@bot.on_message("*", final=True)
def said(incoming: Incoming) -> None:
    services.receive(incoming.callback, incoming.inbound)


@bot.on_event("enter_agent", final=True)
@bot.on_event("subscribe", final=True)
def opened(incoming: Incoming) -> None:
    services.greet(incoming.callback)


@bot.on_event("unsubscribe", final=True)
def left(incoming: Incoming) -> None:
    services.leave(incoming.callback)


@bot.on_event("click", final=True)
def pressed(incoming: Incoming) -> None:
    assert isinstance(incoming.inbound, Event)
    services.press(incoming.callback, incoming.inbound)


@bot.on_event("template_card_event", final=True)
def chose(incoming: Incoming) -> None:
    assert isinstance(incoming.inbound, Event)
    services.choose(incoming.callback, incoming.inbound)
