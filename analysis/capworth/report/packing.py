"""A PDF with its small objects packed together: the same document in a third of the bytes.

A tagged document holds thousands of small objects, one for each paragraph and cell. Written one by
one they are most of the file; in object streams (ISO 32000-1, 7.5.7; PDF/A-2 and PDF/UA-1 allow
them) they are compressed together, once the labels of rows are tagged as what they are. Nothing
else changes; the same document gives the same bytes.
"""

import re
import zlib
from itertools import pairwise

from capworth.report.tagging import tag_rows

TOGETHER = 200  # objects of one stream
LEVEL = 9  # of the compression
HEADER = re.compile(rb"(\d+) 0 obj\s*")
TRAILER = re.compile(rb"trailer\s*<<(.*?)>>\s*startxref\s*(\d+)", re.DOTALL)
SIZE = re.compile(rb"/Size \d+")


def packed(pdf: bytes) -> bytes:
    """Pack the objects of a PDF that has a plain table of references.

    A document without such a table is left as it is.

    Parameters
    ----------
    pdf : as the type setter writes it, neither encrypted nor updated
    """
    found = TRAILER.search(pdf, max(pdf.rfind(b"trailer"), 0))
    if found is None:
        return pdf
    table = int(found[2])
    offsets = sorted(_offsets(pdf, table).items(), key=lambda item: item[1])
    ends = [offset for _, offset in offsets] + [table]
    small: dict[int, bytes] = {}
    written, places = bytearray(pdf[: ends[0]]), dict[int, tuple[int, int, int]]()
    for (number, _), (start, end) in zip(offsets, pairwise(ends), strict=True):
        body = pdf[start:end]
        head = HEADER.match(body)
        assert head is not None
        if b"endstream" in body:
            places[number] = 1, len(written), 0
            written += body.rstrip() + b"\n\n"
        else:
            small[number] = body[head.end() : body.rindex(b"endobj")].strip()
    tag_rows(small)
    following = max(places.keys() | small.keys()) + 1
    numbers = list(small)
    for first in range(0, len(numbers), TOGETHER):
        group = numbers[first : first + TOGETHER]
        for k, number in enumerate(group):
            places[number] = 2, following, k
        places[following] = 1, len(written), 0
        written += _object_stream(following, [(n, small[n]) for n in group])
        following += 1
    places[following] = 1, len(written), 0
    start = len(written)
    written += _references(following, places, SIZE.sub(b"", found[1]).strip())
    return bytes(written) + b"startxref\n%d\n%%%%EOF" % start


def _offsets(pdf: bytes, table: int) -> dict[int, int]:
    """Where each object in use begins."""
    lines = pdf[table : pdf.index(b"trailer", table)].split(b"\n")
    found, number = dict[int, int](), 0
    for line in lines[1:]:
        parts = line.split()
        if len(parts) == 2:  # the first number of a section, and how many follow
            number = int(parts[0])
        elif len(parts) == 3:
            if parts[2] == b"n":
                found[number] = int(parts[0])
            number += 1
    return found


def _object_stream(number: int, objects: list[tuple[int, bytes]]) -> bytes:
    heads, bodies = list[bytes](), bytearray()
    for key, body in objects:
        heads.append(b"%d %d" % (key, len(bodies)))
        bodies += body + b"\n"
    head = b" ".join(heads) + b"\n"
    keys = b"/Type /ObjStm /N %d /First %d" % (len(objects), len(head))
    return _stream(number, keys, head + bytes(bodies))


def _references(number: int, places: dict[int, tuple[int, int, int]], trailer: bytes) -> bytes:
    """The stream that says where every object is; object 0 is free."""
    rows = bytearray(b"\0" + bytes(4) + b"\xff\xff")
    for key in range(1, number + 1):
        kind, place, index = places.get(key, (0, 0, 0))
        rows += bytes((kind,)) + place.to_bytes(4, "big") + index.to_bytes(2, "big")
    keys = b"/Type /XRef /Size %d /W [1 4 2] " % (number + 1) + trailer
    return _stream(number, keys, bytes(rows))


def _stream(number: int, keys: bytes, content: bytes) -> bytes:
    data = zlib.compress(content, LEVEL)
    head = b"%d 0 obj\n<< %s /Filter /FlateDecode /Length %d >>\nstream\n" % (
        number,
        keys,
        len(data),
    )
    return head + data + b"\nendstream\nendobj\n\n"
