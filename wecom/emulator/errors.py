"""The platform's error codes that the emulator answers with, in the platform's words.

Source: https://developer.work.weixin.qq.com/document/path/90313. Clients should match codes, never words.
"""

import secrets

MEANINGS = {
    -1: "system busy",
    40001: "invalid credential",
    40003: "invalid userid",
    40004: "invalid media type",
    40005: "invalid file type",
    40006: "invalid file size",
    40007: "invalid media_id",
    40008: "invalid message type",
    40009: "invalid image size",
    40011: "invalid video size",
    40013: "invalid corpid",
    40014: "invalid access_token",
    40016: "invalid button size",
    40017: "invalid button type",
    40018: "invalid button name size",
    40019: "invalid button key size",
    40020: "invalid button url size",
    40023: "invalid sub button size",
    40024: "invalid sub button type",
    40025: "invalid sub button name size",
    40026: "invalid sub button key size",
    40027: "invalid sub button url size",
    40029: "invalid code",
    40031: "invalid userid list",
    40032: "invalid userid list size",
    40054: "invalid sub button url domain",
    40055: "invalid button url domain",
    40056: "invalid agentid",
    40035: "invalid parameter",
    40058: "invalid request parameter",
    40066: "invalid url",
    40068: "invalid tagid",
    40070: "all of userlist and partylist are invalid",
    40071: "invalid tagname, exists",
    40072: "invalid tagname length",
    40074: "news message cannot be safe",
    40123: "invalid image format",
    40146: "invalid range, must be a multiple of 16",
    41001: "access_token missing",
    41002: "corpid missing",
    41004: "corpsecret missing",
    41005: "media data missing",
    41011: "agentid missing",
    42001: "access_token expired",
    42003: "user_ticket expired",
    42014: "invalid template_card task_id",
    42015: "template_card belongs to another agent",
    42022: "code expired",
    42028: "invalid template_card url",
    42031: "invalid template_card card_type",
    42033: "invalid template_card title",
    42037: "invalid template_card list size",
    42038: "invalid template_card button text",
    42039: "invalid template_card button key",
    42052: "message is too old to recall",
    43001: "require GET method",
    43002: "require POST method",
    43012: "callback url not set",
    44001: "empty media data",
    44004: "empty content",
    45001: "media size out of limit",
    45007: "voice too long",
    45008: "article size out of limit",
    45009: "api freq out of limit",
    45033: "api concurrent out of limit",
    45029: "response data too large",
    46003: "menu no exist",
    47001: "data format error",
    50001: "redirect_url domain is not trusted",
    48002: "api forbidden",
    48009: "api forbidden for this ip and secret",
    60003: "department not found",
    60011: "no privilege to access/modify contact/party/agent",
    60020: "not allow to access from your ip",
    60111: "userid not found",
    60140: "invalid response_code",
    81011: "no permission for this tag",
    81013: "user & party & tag all invalid",
    82001: "all of touser, toparty and totag are empty",
    82002: "too many partyid",
    82003: "too many tagid",
    82101: "no one to update",
    82102: "nobody who is named has this message",
    301002: "not allow operate another agent with this accesstoken",
    301017: "voice file only support amr",
    830001: "job not found",
    830002: "file too large, download it in ranges",
    830003: "file cannot be fetched",
}


class ApiError(Exception):
    """A call that the platform refuses. `detail` follows the platform's words."""

    def __init__(self, errcode: int, detail: str = "") -> None:
        super().__init__(errcode, detail)
        self.errcode = errcode
        self.detail = detail


def words(errcode: int, *, detail: str = "", address: str = "127.0.0.1") -> str:
    """An `errmsg` as the platform writes it, with the hint and the address that 60020 is diagnosed by."""
    meaning = MEANINGS.get(errcode, "error")
    text = f"{meaning}, {detail}" if detail else meaning
    hint = f"{secrets.randbelow(10**10):010d}"
    help_page = f"https://open.work.weixin.qq.com/devtool/query?e={errcode}"
    return f"{text}, hint: [{hint}], from ip: {address}, more info at {help_page}"
