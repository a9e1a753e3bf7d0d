"""What goes out by message/send: one value per type, checked against the platform's limits.

Source: https://developer.work.weixin.qq.com/document/path/90236. The platform counts bytes of UTF-8 and cuts what is
longer without a word, so lengths are checked here. Knows no framework.
"""

from wecom.contents.articles import Article, MpNews, News, Page
from wecom.contents.base import Content, Link, MiniProgram, Web
from wecom.contents.card_base import Card
from wecom.contents.card_inputs import Button, Checkbox, Choice, Selector, Submit
from wecom.contents.card_parts import (
    Emphasis,
    Entry,
    Jump,
    Menu,
    Paragraph,
    Picture,
    PictureWithText,
    Quote,
    Row,
    Source,
)
from wecom.contents.cards import ButtonCard, MultipleCard, VoteCard
from wecom.contents.files import File, Image, Media, Video, Voice
from wecom.contents.notice_cards import NewsNoticeCard, TextNoticeCard
from wecom.contents.notices import Item, MiniProgramNotice
from wecom.contents.texts import Markdown, Text, TextCard
from wecom.markdown import plain_text, to_markdown
from wecom.splitting import split_numbered, split_text, truncate

__all__ = [
    "Article",
    "Button",
    "ButtonCard",
    "Card",
    "Checkbox",
    "Choice",
    "Content",
    "Emphasis",
    "Entry",
    "File",
    "Image",
    "Item",
    "Jump",
    "Link",
    "Markdown",
    "Media",
    "Menu",
    "MiniProgram",
    "MiniProgramNotice",
    "MpNews",
    "MultipleCard",
    "News",
    "NewsNoticeCard",
    "Page",
    "Paragraph",
    "Picture",
    "PictureWithText",
    "Quote",
    "Row",
    "Selector",
    "Source",
    "Submit",
    "Text",
    "TextCard",
    "TextNoticeCard",
    "Video",
    "Voice",
    "VoteCard",
    "Web",
    "plain_text",
    "split_numbered",
    "split_text",
    "to_markdown",
    "truncate",
]
