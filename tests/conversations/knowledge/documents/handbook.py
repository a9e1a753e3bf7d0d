"""A handbook of many pages in Chinese, with headings, paragraphs and tables, as a Word file and as a PDF."""

import random
import zlib
from collections.abc import Iterator
from xml.sax.saxutils import escape

from tests.conversations.support.document_files import WORD, packed

SUBJECTS = (
    *("年假", "病假", "加班", "差旅", "报销", "工资", "社保", "公积金"),
    *("考勤", "入职", "转正", "离职", "培训", "电脑", "邮箱", "门禁"),
)
WHO = (
    *("员工", "部门主管", "人事专员", "财务人员"),
    *("新入职的同事", "外地分公司的同事", "试用期员工", "值班人员"),
)
WHEN = (
    *("每月五日以前", "入职满一年以后", "连续工作三个月后", "遇到法定节假日时"),
    *("提前三个工作日", "当天下班以前", "季度末"),
)
WHAT = (
    *("在企业微信的审批里提交申请", "把发票和行程单贴好交到前台", "填写登记表并由主管签字"),
    *("向信息部领取设备", "在系统里核对记录"),
)
THEN = (
    *("经批准后方可执行", "逾期将顺延到下个月处理", "超出标准的部分由本人承担"),
    *("材料不全的会被退回", "结果以短信通知本人"),
)
SENTENCES, PARAGRAPHS, ROWS = 4, 5, 6
LINE = 38  # characters of a line of the PDF
Page = tuple[str, list[str], list[tuple[str, ...]]]


def pages(count: int = 55, seed: int = 1) -> Iterator[Page]:
    """Heading, paragraphs and table of each page: about 900 characters."""
    chance = random.Random(seed)
    for number in range(1, count + 1):
        subject = SUBJECTS[number % len(SUBJECTS)]
        paragraphs = [
            "".join(_sentence(chance, subject, number) for _turn in range(SENTENCES)) for _turn in range(PARAGRAPHS)
        ]
        rows: list[tuple[str, ...]] = [("职级", "标准", "说明")]
        rows += [
            (f"P{row}", f"{chance.randint(1, 90) * 10} 元", f"{subject}，{chance.choice(THEN)}") for row in range(ROWS)
        ]
        yield f"第{number}章 {subject}管理办法", paragraphs, rows


def word(count: int = 55) -> bytes:
    """As Word writes it, with the breaks that it has drawn."""
    parts: list[str] = []
    for heading, paragraphs, table in pages(count):
        drawn = "<w:r><w:lastRenderedPageBreak/></w:r>" if parts else ""
        parts.append(f'<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr>{drawn}{_run(heading)}</w:p>')
        parts += [f"<w:p>{_run(text)}</w:p>" for text in paragraphs]
        rows = ["".join(f"<w:tc><w:p>{_run(cell)}</w:p></w:tc>" for cell in row) for row in table]
        parts.append(f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>")
    body = f'<w:document xmlns:w="{WORD}"><w:body>{"".join(parts)}</w:body></w:document>'
    return packed({"word/document.xml": body.encode()})


def pdf(count: int = 55) -> bytes:
    """With a font that every reader of Chinese has, and compressed pages."""
    font = "<< /Type /Font /Subtype /Type0 /BaseFont /STSong-Light /Encoding /UniGB-UTF16-H /DescendantFonts [4 0 R] >>"
    system = "<< /Registry (Adobe) /Ordering (GB1) /Supplement 4 >>"
    glyphs = f"<< /Type /Font /Subtype /CIDFontType0 /BaseFont /STSong-Light /CIDSystemInfo {system} /DW 1000 >>"
    objects, kids = [b"<< /Type /Catalog /Pages 2 0 R >>", b"", font.encode(), glyphs.encode()], []
    for heading, paragraphs, table in pages(count):
        texts = [heading, *paragraphs, *("  ".join(row) for row in table)]
        lines = [text[start : start + LINE] for text in texts for start in range(0, len(text), LINE)]
        shown = "".join(f"<{line.encode('utf-16-be').hex()}> Tj T*\n" for line in lines)
        stream = zlib.compress(f"BT /F1 11 Tf 18 TL 60 780 Td\n{shown}ET".encode())
        objects.append(f"<< /Length {len(stream)} /Filter /FlateDecode >>\nstream\n".encode() + stream + b"\nendstream")
        place = f"/Contents {len(objects)} 0 R /Resources << /Font << /F1 3 0 R >> >>"
        objects.append(f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] {place} >>".encode())
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>".encode()
    body, places = b"%PDF-1.5\n", list[int]()
    for number, text in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n".encode() + text + b"\nendobj\n"
    table_of_places = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table_of_places}trailer << /Size {size} /Root 1 0 R >>\n"
    return body + f"{end}startxref\n{len(body)}\n%%EOF".encode()


def _sentence(chance: random.Random, subject: str, number: int) -> str:
    who, when, what, then = (chance.choice(some) for some in (WHO, WHEN, WHAT, THEN))
    return f"{who}办理{subject}的，应当{when}{what}，编号{number}-{chance.randint(1, 99)}，{then}。"


def _run(text: str) -> str:
    return f"<w:r><w:t>{escape(text)}</w:t></w:r>"
