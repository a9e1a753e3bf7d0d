"""One message of every type at its limits."""

from wecom.contents import (
    Article,
    Button,
    ButtonCard,
    Checkbox,
    Choice,
    Content,
    Emphasis,
    Entry,
    Item,
    Jump,
    Markdown,
    Menu,
    MiniProgram,
    MiniProgramNotice,
    MpNews,
    MultipleCard,
    News,
    NewsNoticeCard,
    Page,
    Paragraph,
    Picture,
    PictureWithText,
    Quote,
    Row,
    Selector,
    Source,
    Submit,
    Text,
    TextCard,
    TextNoticeCard,
    VoteCard,
    Web,
)

WEB = Web(url="https://example.com/" + "a" * 2028)
PROGRAM = MiniProgram(app_id="wx" + "0" * 16, page="pages/index?x=1")
SOURCE = Source(text="来" * 20, icon_url="https://example.com/i.png", colour=3)
PLAIN_SOURCE = Source(text="人事部", icon_url="https://example.com/i.png")
MENU = Menu(text="更多", entries=tuple(Entry(key=f"{n}" + "k" * 1023, text="不再提醒") for n in range(3)))
QUOTE = Quote(text="引" * 160, title="上次说的", link=PROGRAM)
ROWS = (
    *(Row(name="五个汉字的", value="值" * 30) for _ in range(3)),
    Row(name="网页", value="打开", link=WEB),
    Row(name="成员", value="张三", user_id="zhangsan"),
    Row(name="电话", value="8888"),
)
JUMPS = (Jump(title="跳" * 18, link=WEB), Jump(title="小程序", link=PROGRAM), Jump(title="不跳"))
SUBMIT = Submit(text="提" * 10, key="s" * 1024)


def choices(count: int, width: int) -> tuple[Choice, ...]:
    return tuple(Choice(id=f"{n:03}" + "i" * 125, text="选" * width, chosen=n == 1) for n in range(count))


def text_notice(**changes: object) -> TextNoticeCard:
    fields = {
        "source": SOURCE,
        "menu": MENU,
        "title": "题" * 36,
        "description": "述" * 44,
        "text": "文" * 160,
        "emphasis": Emphasis(title="大" * 14, text="小" * 22),
        "quote": QUOTE,
        "rows": ROWS,
        "jumps": JUMPS,
        "link": WEB,
    }
    return TextNoticeCard(**(fields | changes))  # type: ignore[arg-type]


def news_notice(**changes: object) -> NewsNoticeCard:
    fields = {
        "source": SOURCE,
        "menu": MENU,
        "title": "题" * 36,
        "description": "述" * 44,
        "quote": QUOTE,
        "picture": Picture(url="https://example.com/p.png", aspect_ratio=2.24),
        "beside": PictureWithText(image_url="https://example.com/s.png", title="图", text="文", link=PROGRAM),
        "paragraphs": tuple(Paragraph(title="段" * 38, text="文" * 160) for _ in range(4)),
        "rows": ROWS,
        "jumps": JUMPS,
        "link": PROGRAM,
    }
    return NewsNoticeCard(**(fields | changes))  # type: ignore[arg-type]


def button_card(**changes: object) -> ButtonCard:
    fields = {
        "source": SOURCE,
        "menu": MENU,
        "title": "题" * 36,
        "description": "述" * 44,
        "text": "文" * 160,
        "quote": QUOTE,
        "rows": ROWS,
        "link": WEB,
        "selector": Selector(key="q" * 1024, title="选一个", choices=choices(10, 16)),
        "buttons": (
            *(Button(text="按" * 10, key=f"{n}" + "k" * 1023, style=n) for n in range(1, 5)),
            Button(text="打开", url="https://example.com"),
            Button(text="也打开", url="https://example.com"),
        ),
    }
    return ButtonCard(**(fields | changes))  # type: ignore[arg-type]


def vote_card(**changes: object) -> VoteCard:
    fields = {
        "source": PLAIN_SOURCE,
        "title": "题" * 16,
        "description": "述" * 160,
        "checkbox": Checkbox(key="q" * 1024, choices=choices(20, 17), several=True),
        "submit": SUBMIT,
    }
    return VoteCard(**(fields | changes))  # type: ignore[arg-type]


def multiple_card(**changes: object) -> MultipleCard:
    fields = {
        "source": PLAIN_SOURCE,
        "title": "题" * 36,
        "description": "述" * 160,
        "selectors": tuple(Selector(key=f"q{n}", title="选", choices=choices(10, 16)) for n in range(3)),
        "submit": SUBMIT,
    }
    return MultipleCard(**(fields | changes))  # type: ignore[arg-type]


def article(**changes: object) -> Article:
    fields = {"title": "x" * 128, "description": "y" * 512, "url": WEB.url, "picture_url": "https://example.com/p.png"}
    return Article(**(fields | changes))  # type: ignore[arg-type]


def notice(**changes: object) -> MiniProgramNotice:
    fields = {
        "app_id": PROGRAM.app_id,
        "page": "p" * 1024,
        "title": "十二个汉字的标题就这么长",
        "description": "四个汉字",
        "emphasize": True,
        "items": tuple(Item(name="十个汉字的名称就这么", value="值" * 30) for _ in range(10)),
    }
    return MiniProgramNotice(**(fields | changes))  # type: ignore[arg-type]


CARDS = {
    "text_notice": text_notice,
    "news_notice": news_notice,
    "button_interaction": button_card,
    "vote_interaction": vote_card,
    "multiple_interaction": multiple_card,
}
WITHOUT_FILES: dict[str, Content] = {
    "text": Text(content="汉" * 682 + "ab"),
    "markdown": Markdown(content="# " + "汉" * 682),
    "textcard": TextCard(title="x" * 128, description="y" * 512, url=WEB.url, btn_text="查看详情"),
    "news": News(articles=(article(), *(article(url="", mini_program=PROGRAM) for _ in range(7)))),
    "miniprogram_notice": notice(),
}


def page(**changes: object) -> Page:
    fields = {"title": "x" * 128, "thumb_media_id": "m", "content": "<p>" + "y" * (666 * 1024 - 3)}
    return Page(**(fields | {"author": "z" * 64, "digest": "d" * 512, "url": "https://a"} | changes))  # type: ignore[arg-type]


def pages(**changes: object) -> MpNews:
    return MpNews(pages=(page(**changes),))
