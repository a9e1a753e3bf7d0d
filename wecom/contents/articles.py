"""Articles: headlines that lead somewhere (news), and whole pages that the platform keeps (mpnews)."""

from dataclasses import dataclass
from typing import ClassVar

from wecom.contents import content_validation
from wecom.contents.base import MiniProgram, Translated, lines
from wecom.contents.content_validation import DESCRIPTION, TITLE, clean, missing

ARTICLES = 8
MINI_PAGE = 128  # bytes
AUTHOR, PAGE = 64, 666 * 1024  # bytes
SAFE = "0 (may be passed on), 1 (may not, and shows a watermark) or 2 (inside the company only)"


@dataclass(frozen=True, kw_only=True)
class Article:
    """A headline with a link: title of up to 128 bytes, description 512, URLs with their scheme, picture JPG or PNG.

    It leads to `url` or into a `mini_program`.
    """

    title: str
    url: str = ""
    description: str = ""
    picture_url: str = ""
    mini_program: MiniProgram | None = None

    def check(self, at: str) -> None:
        """Raise `ContentError`; `at` is the path of this article."""
        content_validation.key(f"{at}title", self.title, TITLE)
        content_validation.within(f"{at}description", self.description, DESCRIPTION)
        if self.mini_program is not None:
            self.mini_program.check(at)
            content_validation.key(f"{at}pagepath", self.mini_program.page, MINI_PAGE)
        else:
            content_validation.address(f"{at}url", self.url)
        if self.picture_url:
            content_validation.address(f"{at}picurl", self.picture_url)

    def payload(self) -> dict[str, object]:
        """The article in the request."""
        titles = {"title": clean(self.title), "description": clean(self.description)}
        leads = self.mini_program.payload() if self.mini_program is not None else {"url": self.url}
        return {**titles, **leads, "picurl": self.picture_url}


@dataclass(frozen=True, kw_only=True)
class News(Translated):
    """1 to 8 articles, the first of them large."""

    msgtype: ClassVar[str] = "news"
    articles: tuple[Article, ...]

    def __post_init__(self) -> None:
        content_validation.counted("articles", len(self.articles), ARTICLES)
        for number, article in enumerate(self.articles):
            article.check(f"articles[{number}].")

    def payload(self, media_id: str = "") -> dict[str, object]:
        return {"articles": [article.payload() for article in self.articles]}

    def words(self) -> str:
        return lines(*(article.title for article in self.articles))


@dataclass(frozen=True, kw_only=True)
class Page:
    """An article that the platform keeps: title of up to 128 bytes, HTML of up to 666 KB, a picture by its media ID.

    Pictures in the HTML come from `upload_article_image`: the platform shows no others. `url` is behind "read more".
    """

    title: str
    thumb_media_id: str
    content: str
    author: str = ""
    url: str = ""
    digest: str = ""

    def check(self, at: str) -> None:
        """Raise `ContentError`; `at` is the path of this page."""
        content_validation.key(f"{at}title", self.title, TITLE)
        if not self.thumb_media_id.strip():
            raise missing(f"{at}thumb_media_id", "Upload a picture first: upload_image gives its media ID.")
        content_validation.within(f"{at}author", self.author, AUTHOR)
        if self.url:
            content_validation.address(f"{at}content_source_url", self.url)
        content_validation.key(f"{at}content", self.content, PAGE)
        content_validation.within(f"{at}digest", self.digest, DESCRIPTION)

    def payload(self) -> dict[str, object]:
        """The page in the request."""
        page = {"title": clean(self.title), "thumb_media_id": self.thumb_media_id, "content": clean(self.content)}
        others = {"author": clean(self.author), "content_source_url": self.url, "digest": clean(self.digest)}
        return {**page, **{name: value for name, value in others.items() if value}}


@dataclass(frozen=True, kw_only=True)
class MpNews(Translated):
    """1 to 8 pages. `safe` is 0, 1 (cannot be passed on, shows a watermark) or 2 (inside the company only)."""

    msgtype: ClassVar[str] = "mpnews"
    pages: tuple[Page, ...]
    safe: int = 0

    def __post_init__(self) -> None:
        content_validation.counted("articles", len(self.pages), ARTICLES)
        content_validation.one_of("safe", self.safe, SAFE, most=2)
        for number, page in enumerate(self.pages):
            page.check(f"articles[{number}].")

    def payload(self, media_id: str = "") -> dict[str, object]:
        return {"articles": [page.payload() for page in self.pages]}

    def options(self) -> dict[str, int]:
        return {**super().options(), **({"safe": self.safe} if self.safe else {})}

    def words(self) -> str:
        return lines(*(page.title for page in self.pages))
