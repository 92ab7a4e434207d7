"""What PDF/UA-1 and PDF/A-2a ask of a file, as far as it can be told without veraPDF.

Numbers in brackets are clauses of ISO 14289-1 (UA) and ISO 19005-2 (A).
"""

import re
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from pypdf import PdfReader

XMP = (
    *("<pdfuaid:part>1<", "<pdfaid:part>2<", "<pdfaid:conformance>A<", "<dc:title>"),
    *("<dc:language>", "<xmpMM:DocumentID>", "<xmpMM:InstanceID>"),
)
TOKEN = re.compile(
    rb"\((?:\\.|[^\\()])*\)|<<|>>|<[0-9A-Fa-f\s]*>|/[^\s/<>\[\]()]+|[A-Za-z'\"*]+[0-9]?|[-+.\d]+|[\[\]]",
    re.DOTALL,
)
PAINTS = {*(b"Tj", b"TJ", b"'", b'"', b"f", b"F", b"f*", b"B", b"B*", b"b", b"b*", b"S", b"s")}
PAINTS |= {b"sh", b"Do"}
HEADING = re.compile(r"/H([1-6])$")
Element = dict[str, Any]


def faults(report: bytes, language: str) -> list[str]:
    """Everything that is against them, in words; nothing where all is well."""
    reader = PdfReader(BytesIO(report))
    root: Any = reader.trailer["/Root"]
    return [
        *_of_the_file(reader, root, language),
        *_of_the_tags(root["/StructTreeRoot"]),
        *_of_the_content(reader, root["/StructTreeRoot"]),
        *_of_the_fonts(reader),
    ]


def _of_the_file(reader: PdfReader, root: Any, language: str) -> Iterator[str]:
    if not _is_set(root.get("/MarkInfo", {}), "/Marked"):
        yield "not marked as tagged (UA 6.2)"
    if _is_set(root.get("/MarkInfo", {}), "/Suspects"):
        yield "tags are suspect (UA 7.1)"
    if root.get("/Lang") != language:
        yield f"its language is {root.get('/Lang')} (UA 7.2)"
    if not _is_set(root.get("/ViewerPreferences", {}), "/DisplayDocTitle"):
        yield "the title is not shown (UA 7.1)"
    metadata = root["/Metadata"].get_object().get_data().decode()
    yield from (f"the metadata lack {part} (UA 5, A 6.6.4)" for part in XMP if part not in metadata)
    title = str(reader.metadata.title if reader.metadata else "")
    if not title or title not in metadata:
        yield "the title of the file is not that of its metadata (A 6.6.3)"
    intents = [intent.get_object() for intent in root.get("/OutputIntents", ())]
    if not any(i["/S"] == "/GTS_PDFA1" and i["/DestOutputProfile"].get_data() for i in intents):
        yield "no output intent with its profile (A 6.2.3)"
    if "/ID" not in reader.trailer or reader.is_encrypted:
        yield "no identity, or locked (A 6.1.3)"
    for number, page in enumerate(reader.pages, start=1):
        for each in page.get("/Annots", ()):
            link = each.get_object()
            if (
                link["/Subtype"] != "/Link"
                or not link.get("/Contents")
                or "/StructParent" not in link
            ):
                yield f"page {number}: a link without words or tag (UA 7.18)"
            if page.get("/Tabs") != "/S":
                yield f"page {number}: the order of its links is not that of the tags (UA 7.18.3)"


def _is_set(node: Any, key: str) -> bool:
    return key in node and bool(node[key].value)  # an object of its own, true whatever it says


def elements(node: Any) -> Iterator[Element]:
    """Every element of the tag tree below a node, in the order in which it is read."""
    node = node.get_object()
    if isinstance(node, list):
        for child in node:
            yield from elements(child)
    elif isinstance(node, dict):
        if "/S" in node:
            yield node
        if "/K" in node:
            yield from elements(node["/K"])


def scopes(cell: Element) -> list[str]:
    """The scopes that a cell states."""
    owned = cell.get("/A", [])
    owned = owned if isinstance(owned, list) else [owned]
    return [str(a.get_object()["/Scope"])[1:] for a in owned if "/Scope" in a.get_object()]


def _of_the_tags(tree: Any) -> Iterator[str]:
    level = 0
    for element in elements(tree["/K"]):
        kind = str(element["/S"])
        if kind in ("/Figure", "/Formula") and len(str(element.get("/Alt", ""))) < 10:
            yield f"a {kind[1:].lower()} without words (UA 7.3, 7.7)"
        if found := HEADING.match(kind):
            now = int(found[1])
            if now > level + 1:
                yield f"a heading of level {now} follows one of level {level} (UA 7.4.2)"
            level = now
        if kind == "/Table":
            yield from _of_a_table(element)
        if kind == "/L" and {str(e["/S"]) for e in _kids(element)} - {"/LI", "/Caption"}:
            yield "a list that holds no items (UA 7.6)"
    if not level:
        yield "no heading (UA 7.4)"


def _kids(element: Element) -> list[Element]:
    kids = element.get("/K", [])
    kids = kids.get_object() if hasattr(kids, "get_object") else kids
    kids = [kid.get_object() for kid in (kids if isinstance(kids, list) else [kids])]
    return [kid for kid in kids if isinstance(kid, dict) and "/S" in kid]


def _of_a_table(table: Element) -> Iterator[str]:
    rows: list[tuple[str, list[Element]]] = []
    for part in _kids(table):
        within = [part] if part["/S"] == "/TR" else _kids(part)
        rows += [(str(part["/S"]), _kids(row)) for row in within if row["/S"] == "/TR"]
    if len({len(cells) for _, cells in rows}) != 1:
        yield "rows of a table differ in their cells (UA 7.5)"
    for where, cells in rows:
        heads = [cell for cell in cells if cell["/S"] == "/TH"]
        wanted = "Column" if where == "/THead" else "Row"
        if not heads:
            yield f"a row of a table without a head: {len(cells)} cells in {where} (UA 7.5)"
        if any(scopes(cell) != [wanted] for cell in heads):
            yield f"a head of a {wanted.lower()} without its scope (UA 7.5)"
        if wanted == "Row" and any(not _kids(c) and not c.get("/K") for c in heads):
            yield "an empty cell is the head of a row"
        if wanted == "Row" and cells and cells[0]["/S"] != "/TH" and cells[0].get("/K"):
            yield "the first cell of a row is not its head"
        if any("/Headers" in a.get_object() for c in cells for a in c.get("/A", ())):
            yield "a cell names heads of columns only, so that no reader looks for that of its row"


def _of_the_content(reader: PdfReader, tree: Any) -> Iterator[str]:
    """Everything that is painted is tagged or an artefact; every mark is in the tree, once."""
    tagged: dict[int, list[int]] = {}
    for element in elements(tree["/K"]):
        kids = element.get("/K", [])
        for kid in kids if isinstance(kids, list) else [kids]:
            held = kid.get_object() if hasattr(kid, "get_object") else kid
            page = element.get("/Pg")
            if isinstance(held, dict) and held.get("/Type") == "/MCR":
                page, held = held.get("/Pg", page), held["/MCID"]
            if isinstance(held, int) and page is not None:
                tagged.setdefault(page.get_object().indirect_reference.idnum, []).append(int(held))
    for number, page in enumerate(reader.pages, start=1):
        marks, bare = _marks(page)
        reference: Any = page.indirect_reference
        told = tagged.get(reference.idnum, [])
        if bare:
            yield f"page {number}: {bare} things are painted outside tags and artefacts (UA 7.1)"
        if len(told) != len(set(told)) or set(told) != marks:
            yield f"page {number}: its marks are not those of the tree (UA 7.1)"


def _marks(page: Any) -> tuple[set[int], int]:
    """Marks of a page, and how much is painted outside of any."""
    content = page["/Contents"].get_object()
    parts = content if isinstance(content, list) else [content]
    data = b"\n".join(part.get_object().get_data() for part in parts)
    marks: set[int] = set()
    depth = bare = 0
    for found in re.finditer(rb"/MCID\s+(\d+)", data):
        marks.add(int(found[1]))
    for token in TOKEN.findall(data):
        if token in (b"BDC", b"BMC"):
            depth += 1
        elif token == b"EMC":
            depth -= 1
        elif token in PAINTS and depth == 0:
            bare += 1
    return marks, bare


def _of_the_fonts(reader: PdfReader) -> Iterator[str]:
    seen = set()
    for page in reader.pages:
        resources: Any = page["/Resources"]
        for name, each in resources.get("/Font", {}).items():
            font = each.get_object()
            if id(font) in seen:
                continue
            seen.add(id(font))
            inner = [f.get_object() for f in font.get("/DescendantFonts", [font])]
            if (
                not any(key in part.get("/FontDescriptor", {}) for part in inner for key in FILES)
                and font["/Subtype"] != "/Type3"
            ):
                yield f"the font {name} is not embedded (A 6.2.11.4)"
            if "/ToUnicode" not in font:
                yield f"the font {name} does not say its letters (UA 7.21.7)"


FILES = ("/FontFile", "/FontFile2", "/FontFile3")
