"""The paper as one HTML file: plain, accessible, without a script and without the network.

Every number carries the ids of its figures in `data-figures`. Bars are drawn by the style sheet and
hidden from those who cannot see; their numbers stand beside them.
"""

from base64 import b64encode
from collections.abc import Iterable, Mapping
from html import escape
from types import MappingProxyType
from typing import Any

from capworth.model.figures import Figures
from capworth.report.edition import Edition, figures_of

STYLE = """
:root{--ink:#14181d;--muted:#4a5560;--accent:#0b3558;--rule:#c3ccd4;--ground:#eef2f5;--grey:#9fb2c2}
body{font:16px/1.45 "Noto Sans","Noto Sans Arabic",system-ui,sans-serif;color:var(--ink);
margin:0 auto;padding:1.5rem;max-width:62rem;background:#fff}
h1,h2,h3,th,dt,.value{color:var(--accent)}h1{font-size:1.9rem;line-height:1.2;margin:1rem 0}
h2{font-size:1.45rem;line-height:1.25;margin:2rem 0 .5rem}
h3{font-size:1.1rem;margin:1.2rem 0 .3rem}
nav li{margin:.2rem 0}.kicker,.note,footer{color:var(--muted);font-size:.85rem}
.ask{background:var(--ground);border-inline-start:4px solid var(--accent);padding:.8rem 1rem}
dl{display:grid;grid-template-columns:minmax(7rem,11rem) 1fr;gap:.25rem .8rem;margin:0}
dt{font-weight:bold}dd{margin:0}.numbers{display:flex;flex-wrap:wrap;gap:1.5rem;margin:1rem 0}
.numbers>div{flex:1 1 14rem}
.value{font-size:1.7rem;font-weight:bold;display:block}
figure{margin:.4rem 0}img{max-width:100%}
table{border-collapse:collapse;width:100%;font-size:.93rem;margin:.4rem 0}
caption{text-align:start;font-weight:bold;color:var(--accent);padding-bottom:.3rem}
th,td{padding:.2rem .45rem;text-align:start;vertical-align:top;border-top:1px solid var(--rule)}
thead th{border-top:0;border-bottom:2px solid var(--accent);vertical-align:bottom}
td.n,th.n{text-align:end}td.n small{display:block;color:var(--muted)}
.marked{background:var(--ground)}
.bar{position:relative;min-width:9rem;height:.8rem;display:block}
.bar i{position:absolute;top:0;bottom:0;border:1px solid #5c7183;box-sizing:border-box}
.bar b{position:absolute;top:50%;height:2px;background:var(--ink);margin-top:-1px}
.solid{background:var(--accent)}.grey{background:var(--grey)}.outline{background:#fff}
.hatched{background:repeating-linear-gradient(45deg,#fff 0 3px,var(--accent) 3px 5px)}
.key span{display:inline-block;margin-inline-end:1rem}.key i{display:inline-block;width:1rem;
height:.6rem;border:1px solid #5c7183;margin-inline-end:.3rem}
@media print{body{max-width:none;padding:0;font-size:10pt}section{break-before:page}}
"""


def write_html(
    edition: Edition, figures: Figures, drawings: Mapping[str, str] = MappingProxyType({})
) -> str:
    """Write one paper; the same edition gives the same text.

    Parameters
    ----------
    figures : those that are stored: every number names its own
    drawings : charts by their names as SVG; one that is not there is told in words
    """
    page = _Page(figures, edition, drawings)
    parts = [*page.paper(), *page.annex()]
    foot = "".join(f"<p>{escape(line)}</p>" for line in edition.foot)
    return (
        f'<!DOCTYPE html>\n<html lang="{edition.language}" dir="{edition.direction}">\n<head>\n'
        f'<meta charset="utf-8">\n<meta name="viewport" content="width=device-width">\n'
        f"<title>{escape(edition.title)}</title>\n"
        f'<meta name="author" content="{escape(edition.author)}">\n'
        f'<meta name="date" content="{edition.day.isoformat()}">\n<style>{STYLE}</style>\n</head>\n'
        f"<body>\n<main>\n{''.join(parts)}</main>\n<footer>{foot}</footer>\n</body>\n</html>\n"
    )


class _Page:
    def __init__(self, figures: Figures, edition: Edition, drawings: Mapping[str, str]) -> None:
        self._figures, self._edition, self._titles = figures, edition, edition.titles()
        self._drawings = drawings

    # ---------------------------------------------------------------- words

    def _data(self, *texts: Any) -> str:
        """The attribute that names the figures which some texts print."""
        ids = [name for text in texts for name in figures_of(text, self._figures)]
        return f' data-figures="{escape(" ".join(dict.fromkeys(ids)))}"' if ids else ""

    def _tag(self, tag: str, text: str, extra: str = "") -> str:
        return f"<{tag}{extra}{self._data(text)}>{rich(text)}</{tag}>"

    def _cell(self, cell: Any, extra: str = "") -> str:
        if isinstance(cell, tuple | list):
            middle, span = cell
            told = f"{rich(middle)} <small>{rich(span)}</small>"
            return f'<td class="n"{extra}{self._data(middle, span)}>{told}</td>'
        return self._tag("td", cell, f' class="n"{extra}')

    # ---------------------------------------------------------------- the paper

    def paper(self) -> Iterable[str]:
        for number, page in enumerate(self._edition.pages, start=1):
            kicker = escape(self._edition.names["paper"])
            yield f'<article id="paper-{number}">\n<p class="kicker">{kicker}</p>\n'
            yield from (self._block(block, "h1" if number == 1 else "h2") for block in page)
            yield "</article>\n"

    def _block(self, block: Mapping[str, Any], title: str) -> str:
        match block["kind"]:
            case "title":
                return self._tag(title, block["text"]) + "\n"
            case "note":
                return self._tag("p", block["text"], ' class="note"') + "\n"
            case "ask":
                return f'<div class="ask">{self._lines(block["rows"])}</div>\n'
            case "numbers":
                return f'<div class="numbers">{"".join(map(self._number, block["rows"]))}</div>\n'
            case "bars":
                return self._bars(block)
            case "table":
                return self._options(block)
            case "paragraph":
                return f"<h3>{rich(block['head'])}</h3>{self._tag('p', block['text'])}\n"
            case "steps":
                return f"<h3>{rich(block['head'])}</h3>{self._lines(block['rows'])}\n"
            case "missing":
                return f"<h3>{rich(block['head'])}</h3>{self._tag('p', block['reason'])}\n"
            case "list":
                return self._list(block)
            case "words":
                small = ' class="note"' if block["small"] else ""
                return self._tag("p", block["text"], small) + "\n"
            case "grid":
                return self._grid(block)
            case "heat":
                return self._heat(block)
            case "linked":
                return self._linked(block)
            case "named":
                rows = "".join(f"<dt>{rich(k)}</dt><dd>{rich(n)}</dd>" for k, n in block["rows"])
                return f"<h3>{rich(block['head'])}</h3><dl>{rows}</dl>\n"
            case "formula":
                told = (f"<p>{rich(text)}</p>" for text in (block["text"], block["alt"]))
                return f"<h3>{rich(block['head'])}</h3>{''.join(told)}\n"
            case "picture":
                return self._picture(block)
            case _:
                raise ValueError(f"no page holds a block of kind {block['kind']}")

    def _list(self, block: Mapping[str, Any]) -> str:
        head = f"<h3>{rich(block['head'])}</h3>" if block["head"] else ""
        rows = "".join(self._tag("li", row) for row in block["rows"])
        around = [self._tag("p", block[key]) if block[key] else "" for key in ("intro", "text")]
        listed = f"<ul>{rows}</ul>" if rows else ""
        return f"{head}{around[0]}{listed}{around[1]}\n"

    def _lines(self, rows: Iterable[Mapping[str, str]]) -> str:
        told = (
            self._tag("dt", row["head"])
            + f"<dd{self._data(row['text'], row.get('more', ''))}>{rich(_joined(row))}</dd>"
            for row in rows
        )
        return f"<dl>{''.join(told)}</dl>"

    def _number(self, row: Mapping[str, str]) -> str:
        value = self._tag("span", row["value"], ' class="value"')
        return f"<div>{value}{self._tag('strong', row['label'])}{self._tag('p', row['text'])}</div>"

    def _options(self, block: Mapping[str, Any]) -> str:
        marked = block["marked"]
        own = [" marked" if k == marked else "" for k in range(len(block["heads"]))]
        heads = "".join(
            f'<th scope="col" class="n{m}">{rich(h)}</th>'
            for h, m in zip(block["heads"], own, strict=True)
        )
        rows = "".join(
            f"<tr>{self._tag('th', row['head'], ' scope=row')}"
            f"{''.join(self._cell(cell) for cell in row['cells'])}</tr>"
            for row in block["rows"]
        )
        note = self._tag("p", block["note"], ' class="note"') if block["note"] else ""
        return (
            f"<table><caption>{rich(block['title'])}</caption><thead><tr><td></td>{heads}</tr></thead>"
            f"<tbody>{rows}</tbody></table>{note}\n"
        )

    # ---------------------------------------------------------------- the annex

    def annex(self) -> Iterable[str]:
        for section in self._edition.sections:
            yield from self._section(section)

    def _section(self, section: Mapping[str, Any]) -> Iterable[str]:
        yield f'<section id="{section["name"]}">\n'
        yield f'<p class="kicker">{escape(section["topic"])}</p>\n'
        yield self._tag("h2", section["title"]) + "\n"
        yield from (self._block(block, "h2") for block in section["blocks"])
        yield "</section>\n"

    def _picture(self, block: Mapping[str, Any]) -> str:
        """The drawing where there is one; else what it shows, in words."""
        caption = f"<figcaption>{rich(block['caption'])}</figcaption>"
        svg = self._drawings.get(block["chart"])
        if svg is None:
            return f"<figure><p>{rich(block['alt'])}</p>{caption}</figure>\n"
        data = b64encode(svg.encode()).decode()
        image = f'<img alt="{escape(block["alt"])}" src="data:image/svg+xml;base64,{data}">'
        return f"<figure>{image}{caption}</figure>\n"

    def _grid(self, table: Mapping[str, Any]) -> str:
        words = table["words"]
        heads = "".join(
            f'<th scope="col"{"" if k < words else " class=n"}>{rich(h)}</th>'
            for k, h in enumerate(table["heads"])
        )
        rows = "".join(f"<tr>{self._row(row, words)}</tr>" for row in table["rows"])
        caption = self._tag("caption", table["caption"]) if table["caption"] else ""
        note = self._tag("p", table["note"], ' class="note"') if table["note"] else ""
        return (
            f"<table>{caption}<thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{note}\n"
        )

    def _row(self, row: Iterable[Any], words: int) -> str:
        told = []
        for k, cell in enumerate(row):
            if k == 0:
                told.append(self._tag("th", cell, " scope=row"))
            else:
                told.append(self._tag("td", cell) if k < words else self._cell(cell))
        return "".join(told)

    def _heat(self, block: Mapping[str, Any]) -> str:
        heads = "".join(f'<th scope="col" class="n">{rich(h)}</th>' for h in block["heads"])
        rows = "".join(
            f"<tr>{self._tag('th', row['name'], ' scope=row')}"
            + "".join(
                self._cell(c["text"], f' style="background:rgb(11 53 88/{0.5 * c["share"]:.2f})"')
                for c in row["cells"]
            )
            + "</tr>"
            for row in block["rows"]
        )
        head = f'<th scope="col">{rich(block["names"])}</th>'
        return f"<table><thead><tr>{head}{heads}</tr></thead><tbody>{rows}</tbody></table>\n"

    def _linked(self, block: Mapping[str, Any]) -> str:
        heads = "".join(f'<th scope="col">{rich(h)}</th>' for h in block["heads"])
        rows = "".join(
            f"<tr>{self._row(row['cells'], len(row['cells']))}<td>"
            + "<br>".join(f'<a href="#{n}">{rich(self._titles[n])}</a>' for n in row["targets"])
            + "</td></tr>"
            for row in block["rows"]
        )
        return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>\n"

    def _bars(self, block: Mapping[str, Any]) -> str:
        grouped, heads = (
            block["grouped"],
            "".join(f'<th scope="col" class="n">{rich(h)}</th>' for h in block["heads"]),
        )
        first = "<td></td>" if grouped else ""
        rows = []
        for group in block["groups"]:
            for k, row in enumerate(group["rows"]):
                head = _group(group["head"] if k == 0 else "") if grouped else ""
                cells = "".join(map(self._cell, row["cells"]))
                name = self._tag("th", row["name"], " scope=row")
                bar = f"<td aria-hidden=true>{_bar(row['bar'], group['fill'], block)}</td>"
                rows.append(f"<tr>{head}{name}{bar}{cells}</tr>")
        title = f"<caption>{rich(block['title'])}</caption>" if block["title"] else ""
        key = "".join(
            f'<span><i class="{k["fill"]}"></i>{rich(k["text"])}</span>' for k in block["key"]
        )
        key = f"<p class=key>{key}</p>" if key else ""
        note = self._tag("p", block["note"], ' class="note"') if block["note"] else ""
        head = (
            f'<th scope="col">{rich(block["names"])}</th><th scope="col">{rich(block["axis"])}</th>'
        )
        return (
            f"<table>{title}<thead><tr>{first}{head}{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
            f"{key}{note}\n"
        )


def _group(head: str) -> str:
    return f"<td><strong>{rich(head)}</strong></td>" if head else "<td></td>"


def _bar(bar: Mapping[str, Any] | None, fill: str, block: Mapping[str, Any]) -> str:
    if bar is None:
        return ""
    drawn, zero = [], float(block["zero"])
    if block["mark"] == "dot":
        drawn.append(_span("i", bar["at"] - 0.008, bar["at"] + 0.008, fill))
    elif bar["parts"]:
        at = zero
        for part in bar["parts"]:
            drawn.append(_span("i", at, at + part["share"], part["fill"]))
            at += part["share"]
    else:
        drawn.append(_span("i", min(zero, bar["at"]), max(zero, bar["at"]), fill))
    if bar["high"] > bar["low"]:
        drawn.append(_span("b", bar["low"], bar["high"]))
    return f'<span class="bar">{"".join(drawn)}</span>'


def _span(tag: str, start: float, end: float, fill: str = "") -> str:
    wide = max(end - start, 0.0)
    own = f' class="{fill}"' if fill else ""
    place = f"inset-inline-start:{100 * start:.1f}%;width:{100 * wide:.1f}%"
    return f'<{tag}{own} style="{place}"></{tag}>'


def _joined(row: Mapping[str, str]) -> str:
    return " ".join(filter(None, (row["text"], row.get("more", ""))))


def rich(text: str) -> str:
    """Escape a text; what stands between two pairs of asterisks is bold.

    >>> rich("**a** < b")
    '<strong>a</strong> &lt; b'
    """
    parts = escape(text, quote=False).split("**")
    return "".join(f"<strong>{p}</strong>" if k % 2 else p for k, p in enumerate(parts))
