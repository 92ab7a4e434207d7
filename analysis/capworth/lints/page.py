"""The reference page of the lints."""

from capworth.lints.lint import catalogue

HEAD = """\
# What a reviewer would attack

`capworth check` lists these of a case that can be computed; the report prints them. A lint stops
nothing: mend it, or defend it in writing. None found does not mean that there is nothing to attack.
*serious*: it flatters the answer or counts twice. *look*: it must be defended.

| code | what it sees | why it matters | how to mend it |
| --- | --- | --- | --- |
"""


def lints_page() -> str:
    """Describe every lint in one Markdown table."""
    rows = (
        f"| {rule.code} `{rule.slug}` ({rule.severity}) | {rule.sees} | {rule.why} | {rule.mend} |"
        for rule in catalogue().values()
    )
    return HEAD + "\n".join(rows) + "\n"
