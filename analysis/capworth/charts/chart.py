"""A chart of the gallery: a figure, the table behind it, and what they say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import pandas as pd
from matplotlib.figure import Figure

from capworth.charts.isolates import turn
from capworth.charts.style import blank, looks
from capworth.charts.voice import Voice
from capworth.study import Study

Facts = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture of one or more answers.

    Attributes
    ----------
    key : its name, and that of its words
    needs : answers of the study without which there is nothing to show
    draw : draws the study on an empty figure
    height : inches
    behind : the numbers that are drawn
    facts : what the title, caption and alternative text are filled with; "variant" among them
        chooses another title where there is one
    drawable : whether there is something to show, when all needs are met
    """

    key: str
    needs: tuple[str, ...]
    draw: Callable[[Study, Figure, Voice], None]
    height: Callable[[Study], float]
    behind: Callable[[Study], pd.DataFrame]
    facts: Callable[[Study, Voice], Facts]
    drawable: Callable[[Study], bool] = field(default=lambda _: True)

    def asked(self, study: Study) -> bool:
        """Whether the case asks the question that this chart answers."""
        return all(getattr(study, need) is not None for need in self.needs) and self.drawable(study)

    def figure(self, study: Study, voice: Voice) -> Figure:
        """Draw it, as wide as the text of an A4 page."""
        with looks():
            figure = blank(self.height(study))
            self.draw(study, figure, voice)
            if voice.words.rightwards:
                turn(figure)
        return figure

    def table(self, study: Study) -> pd.DataFrame:
        """Return the numbers behind the figure."""
        return self.behind(study)

    def title(self, study: Study, voice: Voice) -> str:
        """State the finding in one sentence, with its probability or range."""
        return self.words(study, voice, "title")[0]

    def caption(self, study: Study, voice: Voice) -> str:
        """Say what is shown, in which units, and how to read it."""
        return self.words(study, voice, "caption")[0]

    def alt(self, study: Study, voice: Voice) -> str:
        """Say in words what a reader sees who can see the figure."""
        return self.words(study, voice, "alt")[0]

    def source(self, study: Study, voice: Voice) -> str:
        """Return the source line: which case, which draws, evidence until when."""
        known = study.provenance
        marked = any(i.illustrative for i in study.case.improvements)
        return voice.say(
            "source.line_marked" if marked else "source.line",
            version=known.version,
            case=known.case,
            fingerprint=known.fingerprint[:12],
            currency=known.currency,
            year=known.price_year,
            cutoff=known.cutoff,
            draws=voice.number(known.draws, 0),
            seed=known.seed,
        )

    def words(self, study: Study, voice: Voice, *asked: str) -> tuple[str, ...]:
        """Say several of "title", "caption" and "alt", their facts found once."""
        facts = self.facts(study, voice)
        keys = [f"chart.{self.key}.{what}" for what in asked]
        special = [f"{key}_{facts.get('variant')}" for key in keys]
        found = [s if s in voice.words.phrases else k for k, s in zip(keys, special, strict=True)]
        return tuple(voice.say(key, **facts) for key in found)
