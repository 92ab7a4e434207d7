"""A figure as SVG text: the same figure gives the same bytes, in any process."""

from io import StringIO

from matplotlib.figure import Figure

from capworth.charts.style import looks


def to_svg(figure: Figure, title: str = "", description: str = "") -> str:
    """Write a figure as SVG.

    No clock is read, ids come from a fixed salt, letters are outlines.

    Parameters
    ----------
    figure : made by a chart of the gallery, or any other
    title, description : what a program that reads the picture aloud should say
    """
    buffer = StringIO()
    metadata = {"Date": None, "Creator": "capworth", "Title": title, "Description": description}
    with looks():
        figure.savefig(
            buffer, format="svg", metadata={k: v for k, v in metadata.items() if v != ""}
        )
    return buffer.getvalue()
