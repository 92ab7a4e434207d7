"""Office files with the same bytes for the same content: no clock stands in them."""

import re
import zipfile
from datetime import date
from io import BytesIO
from xml.etree.ElementTree import canonicalize

EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day that a zip file knows
MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")
LEVEL = 6  # of the compression
HEAD = re.compile(rb"^\s*<\?xml[^>]*\?>\s*")
DECLARED = b'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
BOOK = "xl/workbook.xml"  # of a workbook; a document in Word is written by one library only
SHEETS = "xl/worksheets/sheet"  # long, and simple enough to be spelled alike letter by letter
LETTER = re.compile(rb"&#(\d+);")


def timeless(content: bytes, day: date) -> bytes:
    """Pack an office file anew: every part of the first day, its properties of the given one."""
    stamp = f"{day.isoformat()}T00:00:00Z".encode()
    packed = BytesIO()
    with (
        zipfile.ZipFile(BytesIO(content)) as given,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as made,
    ):
        for name in sorted(given.namelist(), key=_first):
            part = given.read(name)
            if name == "docProps/core.xml":
                part = MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<2>", part)
            if name.startswith(SHEETS):
                part = _one_spelling(part)
            elif name.endswith((".xml", ".rels")) and BOOK in given.namelist():
                part = DECLARED + canonicalize(part.decode()).encode()
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            made.writestr(info, part)
    return packed.getvalue()


def _one_spelling(part: bytes) -> bytes:
    """Spell XML in one way, whichever of two libraries wrote it."""
    part = LETTER.sub(_letter, HEAD.sub(b"", part).replace(b" />", b"/>"))
    return DECLARED + part


def _letter(found: re.Match[bytes]) -> bytes:
    number = int(found[1])
    return found[0] if number < 128 else chr(number).encode()


def _first(name: str) -> tuple[bool, str]:
    """The list of contents comes first, as readers expect."""
    return name != "[Content_Types].xml", name
