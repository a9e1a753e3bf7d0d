"""Small documents of every kind, and hostile ones, made in memory."""

import io
import zipfile

WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"


def pdf(*pages: str) -> bytes:
    """A PDF with one line of ASCII on each page."""
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", ""]
    kids = []
    for text in pages:
        stream = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET"
        objects.append(f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream")
        font = "<< /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >>"
        page = f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents {len(objects)} 0 R /Resources {font} >>"
        objects.append(page)
        kids.append(f"{len(objects)} 0 R")
    objects[1] = f"<< /Type /Pages /Kids [{' '.join(kids)}] /Count {len(kids)} >>"
    body, places = "%PDF-1.4\n", []
    for number, text in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{text}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    size = len(objects) + 1
    end = f"xref\n0 {size}\n0000000000 65535 f \n{table}trailer << /Size {size} /Root 1 0 R >>\n"
    return f"{body}{end}startxref\n{len(body)}\n%%EOF".encode("latin-1")


def locked_pdf() -> bytes:
    """A PDF whose dictionary of encryption no empty password opens."""
    key = "<" + "00" * 32 + ">"
    encrypted = f"/Encrypt << /Filter /Standard /V 1 /R 2 /O {key} /U {key} /P -4 >> /ID [<00> <00>] /Size"
    return pdf("secret").replace(b"/Size", encrypted.encode(), 1)


def word(*paragraphs: tuple[str, str]) -> bytes:
    """A Word file of (style, text); "page" is a break that Word has drawn."""
    rows = []
    for style, text in paragraphs:
        broken = "<w:r><w:lastRenderedPageBreak/></w:r>" if style == "page" else ""
        rows.append(f'<w:p><w:pPr><w:pStyle w:val="{style}"/></w:pPr>{broken}<w:r><w:t>{text}</w:t></w:r></w:p>')
    body = f'<w:document xmlns:w="{WORD}"><w:body>{"".join(rows)}</w:body></w:document>'
    return packed({"word/document.xml": body.encode()})


def packed(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return file.getvalue()
