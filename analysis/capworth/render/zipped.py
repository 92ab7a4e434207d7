"""Office files with the same bytes for the same content: no clock stands in them."""

import re
import zipfile
from datetime import date
from io import BytesIO

EPOCH = (1980, 1, 1, 0, 0, 0)  # the first day that a zip file knows
MODIFIED = re.compile(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*(</dcterms:)")
LEVEL = 6  # of the compression


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
            info = zipfile.ZipInfo(name, EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            made.writestr(info, part)
    return packed.getvalue()


def _first(name: str) -> tuple[bool, str]:
    """The list of contents comes first, as readers expect."""
    return name != "[Content_Types].xml", name
