"""Messages for message/send: one value per type, checked against the platform's limits.

Source: https://developer.work.weixin.qq.com/document/path/90236. The platform counts bytes of UTF-8 and cuts longer
texts without an error, so lengths are checked here. Knows no framework.
"""

from wecom.contents.articles import Article, MpNews, News, Page
from wecom.contents.base import Content, Link, MiniProgram, Web
from wecom.contents.cards.base import Card
from wecom.contents.cards.inputs import Button, Checkbox, Choice, Selector, Submit
from wecom.contents.cards.interactive import ButtonCard, MultipleCard, VoteCard
from wecom.contents.cards.notices import NewsNoticeCard, TextNoticeCard
from wecom.contents.cards.parts import (
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
from wecom.contents.content_validation import clean
from wecom.contents.files import File, Image, Media, Video, Voice
from wecom.contents.markdown import plain_text, to_markdown
from wecom.contents.mini_programs import Item, MiniProgramNotice
from wecom.contents.splitting import columns, split_numbered, split_text, truncate
from wecom.contents.texts import Markdown, Text, TextCard
