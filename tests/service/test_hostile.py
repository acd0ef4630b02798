"""Whatever a client is called, a page stays a page and a sheet a sheet."""

from __future__ import annotations

import csv
import io
from html.parser import HTMLParser
from typing import Any

import openpyxl
import pytest

TAGS = {
    *("html", "head", "meta", "title", "link", "body", "a", "header", "div", "p", "nav", "main"),
    *("section", "h1", "h2", "h3", "h4", "h5", "footer", "form", "span", "button", "input"),
    *("label", "select", "option", "table", "thead", "tbody", "tfoot", "tr", "th", "td", "br"),
    *("small", "bdi", "ul", "ol", "li", "dl", "dt", "dd", "strong", "b", "svg", "path", "text"),
    *("rect", "circle", "figure", "figcaption", "article", "code"),
    *("details", "summary"),
}
VOID = {"meta", "link", "input", "br"}
ADDRESSES = ("href", "src", "action", "formaction", "xlink:href")


class Page(HTMLParser):
    """Every tag that a browser would make, held against what our templates write."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in TAGS, tag
        for name, value in attrs:
            assert not name.startswith("on"), (tag, name)
            assert name not in ("style", "srcdoc"), (tag, name)
            if name in ADDRESSES:
                assert value is not None
                assert value.startswith(("/", "#")), (tag, name, value)
                assert not value.startswith("//"), value
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag: str) -> None:
        if tag == "p" and "p" not in self.open:
            return
        assert tag in self.open, tag
        while self.open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_hostile_names_are_text_on_every_page(served: Any, reader: Any, language: str) -> None:
    browser = reader("hedda")
    clients = list(served.clients["client_id"])[:6]
    paths = ["/", "/portfolio", "/losses", "/clients", "/models", "/models/drift", "/nothing"]
    paths += [f"/clients?page={page}" for page in range(2, 5)]
    paths += [f"/{page}?id={who}" for who in clients for page in ("client", "what-if")]
    paths += [f"/dossier?id={who}" for who in served.lost[:4]]
    seen = ""
    for path in paths:
        joined = "&" if "?" in path else "?"
        found = browser.get(f"{path}{joined}lang={language}")
        assert found.status_code in (200, 404)
        page = Page()
        page.feed(found.text)
        page.close()
        assert not page.open, path
        seen += "".join(page.text)
    assert "<script>alert(1)</script>" in seen
    assert "{{ 7*7 }}" in seen
    assert "49 N" not in seen
    assert "г.." not in seen


def test_no_cell_of_the_csv_is_a_formula(reader: Any) -> None:
    browser = reader("hedda")
    rows = list(
        csv.DictReader(io.StringIO(browser.get("/clients.csv").content.decode("utf-8-sig")))
    )
    assert len(rows) > 100
    for row in rows:
        for name, cell in row.items():
            try:
                float(cell)
            except ValueError:
                assert not cell.strip().startswith(("=", "+", "-", "@")), (name, cell)


def test_no_cell_of_the_sheet_is_a_formula(reader: Any) -> None:
    content = reader("hedda").get("/clients.xlsx").content
    sheet = openpyxl.load_workbook(io.BytesIO(content)).active
    assert sheet is not None
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert any(str(cell.value).startswith("=cmd") for cell in cells)
    assert {cell.data_type for cell in cells} <= {"s", "n", "b"}
    assert not any(cell.hyperlink for cell in cells)


def test_an_export_is_what_the_list_shows(reader: Any) -> None:
    browser = reader("hedda")
    told = browser.get("/api/v1/clients?limit=1000&key=true&sort=profit").json()
    text = browser.get("/clients.csv?key=1&sort=profit").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert [row["client_id"] for row in rows] == [row["client_id"] for row in told["rows"]]
