"""Messages over REST: the addresses, and one message sent."""

MESSAGES, MEMBERS, UPLOADS = "/api/v1/messages/", "/api/v1/members/", "/api/v1/uploads/"


def send(api, kind: str, **fields: object):
    return api.post(MESSAGES, {"to": "ZhangSan", "kind": kind, **fields})
