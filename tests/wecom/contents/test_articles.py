"""News and pages: their articles, and the limits of each."""

import pytest

from tests.wecom.support.contents import problem
from tests.wecom.support.message_samples import PROGRAM, page, pages
from wecom.contents import Article, MpNews, News
from wecom.exceptions import ContentError


def test_news_has_the_platforms_names():
    article = Article(title="标题", url="https://a", description="d", picture_url="https://a/b.png")
    assert News(articles=(article,)).payload() == {
        "articles": [{"title": "标题", "description": "d", "url": "https://a", "picurl": "https://a/b.png"}]
    }


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"title": ""}, "empty", "articles[0].title"),
        ({"title": "汉" * 43}, "too_long", "articles[0].title"),
        ({"description": "x" * 513}, "too_long", "articles[0].description"),
        ({"url": ""}, "empty", "articles[0].url"),
        ({"url": "a.example"}, "invalid", "articles[0].url"),
        ({"picture_url": "b.png"}, "invalid", "articles[0].picurl"),
    ],
)
def test_an_article_names_the_field_that_is_wrong(change, code, field):
    error = problem(News, articles=(Article(**({"title": "t", "url": "https://a"} | change)),))
    assert (error.code, error.field) == (code, field)


@pytest.mark.parametrize("count", [0, 9])
def test_news_has_1_to_8_articles(count):
    error = problem(News, articles=(Article(title="t", url="https://a"),) * count)
    assert (error.code, error.field) == ("count", "articles")


def test_pages_have_the_platforms_names_and_leave_out_what_is_empty():
    assert pages().payload() == {
        "articles": [
            {
                "title": "x" * 128,
                "thumb_media_id": "m",
                "content": "<p>" + "y" * (666 * 1024 - 3),
                "author": "z" * 64,
                "content_source_url": "https://a",
                "digest": "d" * 512,
            }
        ]
    }
    assert set(pages(author="", url="", digest="").payload()["articles"][0]) == {"title", "thumb_media_id", "content"}


@pytest.mark.parametrize("safe", [3, -1])
def test_pages_are_safe_in_three_ways(safe):
    assert MpNews(pages=(page(),), safe=2).options() == {"safe": 2}
    assert MpNews(pages=(page(),)).options() == {}
    with pytest.raises(ContentError) as caught:
        MpNews(pages=(page(),), safe=safe)
    assert caught.value.field == "safe"


def test_an_article_may_open_a_mini_program_instead_of_a_page():
    article = Article(title="t", mini_program=PROGRAM)
    assert News(articles=(article,)).payload()["articles"] == [
        {"title": "t", "description": "", "appid": PROGRAM.app_id, "pagepath": PROGRAM.page, "picurl": ""}
    ]
