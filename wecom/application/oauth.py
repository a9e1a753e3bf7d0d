"""Members sign in to our own pages through the platform (网页授权登录).

Sources: https://developer.work.weixin.qq.com/document/path/91022 (inside WeChat Work), /98151 (in a browser), and
/91023 (who it is). The domain of the page must be the application's trusted domain (可信域名), with its port; else the
platform answers 50001.
"""

from urllib.parse import quote, urlencode

from django.conf import settings

from wecom.client import api
from wecom.exceptions import ApiError, LoginFailed
from wecom.models import Application

LOGIN = frozenset({40029, 42003, 42022})
LANGUAGES = {"zh": "zh", "en": "en"}
AGAIN = "Open the page once more."


def authorize_url(application: Application, *, back: str, state: str, inside: bool, language: str = "zh") -> str:
    """The address of the platform's sign-in; it redirects the member `back` with `code` and `state`.

    `inside` is for the browser within WeChat Work, which asks nothing; others show a code to scan.
    """
    query = {"appid": application.corporation.corp_id, "redirect_uri": back}
    if inside:
        query |= {"response_type": "code", "scope": "snsapi_base", "state": state, "agentid": str(application.agent_id)}
        base = settings.WECOM["OAUTH_BASE_URL"].rstrip("/")
        return f"{base}/connect/oauth2/authorize?{urlencode(query, quote_via=quote)}#wechat_redirect"
    query |= {"login_type": "CorpApp", "agentid": str(application.agent_id), "state": state}
    query["lang"] = LANGUAGES.get(language[:2], "en")
    base = settings.WECOM["LOGIN_BASE_URL"].rstrip("/")
    return f"{base}/wwlogin/sso/login?{urlencode(query, quote_via=quote)}"


def member_of_code(application: Application, code: str) -> str:
    """The user ID of the member who came back with this code, which is valid once, for five minutes.

    Raises `LoginFailed` for an invalid or expired code, and for a person outside the company.
    """
    if not code or len(code.encode()) > 512:
        raise LoginFailed("There is no code.", code="no_code", remedy=AGAIN)
    try:
        answer = api.get(application, "auth/getuserinfo", code=code)
    except ApiError as error:
        if error.errcode not in LOGIN:
            raise
        raise LoginFailed("The code is used or too old.", errcode=error.errcode, remedy=AGAIN) from error
    user_id = answer.get("userid")
    if not isinstance(user_id, str) or not user_id:
        raise LoginFailed("This is no member of the company.", code="outsider")
    return user_id.lower()
