"""What the explorer holds: figures with their rows, names and words in every language, each view.

Nothing is computed: figures are those of the run, sentences those of the paper. What a page cannot
show for want of an answer is left out of it.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

import numpy as np
from babel import Locale

from capworth.case.model import GRADES, Case
from capworth.language.isolates import ISOLATE
from capworth.language.language import PRICES, Language
from capworth.language.phrases import languages, phrases
from capworth.methods.cost_benefit.prices import MILLION
from capworth.model.costs import PAYERS
from capworth.model.figures import PROGRAMME, Figure, Figures, Origin, as_data
from capworth.programme.schedule import MONEY, room
from capworth.report import decision, summary
from capworth.report.annex.contents import Answered, answered
from capworth.report.blocks import Page
from capworth.report.content import Voice, first_sentence, said
from capworth.report.decision import case_note, decision_blocks
from capworth.report.edition import vintage
from capworth.report.explorer.links import Links
from capworth.report.explorer.simulations import simulations
from capworth.report.pages import said_page, said_sheet
from capworth.report.summary import summary_blocks
from capworth.study.explained import kind_of
from capworth.study.origins import Origins
from capworth.study.stages import Study

OF_CAPABILITY = (
    *("cost.{}.yearly", "cost.{}", "score.{}", "gap.{}", "money.{}", "harm.{}", "net.{}"),
    *("extent.{}", "place.{}", "excellent.{}", "efficient.{}"),
    *("own_model.{}", "model.{}", "gap_money.{}", "gap_harm.{}", "gap_closed.{}"),
    *(f"cost.{{}}.{payer}" for payer in PAYERS),
)
OF_CRITERION = ("value.{}.{}", "agreed_level.{}.{}", "target_level.{}.{}", "below.{}.{}")
OF_IMPROVEMENT = (
    *("asked.{}", "needed.{}", "cost.{}", "gain.{}", "gain_asked_rate.{}", "money.{}", "net.{}"),
    *("harm.{}", "core.{}", "first.{}", "start.{}", "effect.{}", "full_effect.{}", "readiness.{}"),
    *("served.{}", "overrun.{}", "enters_at.{}", "positive.{}", "posts.{}"),
    *(f"cost.{{}}.{payer}" for payer in PAYERS),
)
OF_ALL = ("cost.all_capabilities", "evidence.", "distance.all_capabilities", "raised.", "total.")
SETS = ("set", "exchange", "option", "further")  # objects of the programme that sentences name
WORDS = (  # groups of phrases that the page says itself
    *("explorer", "figure", "figure_unit", "figure_kind", "formula", "role", "grade", "payer"),
    *("step", "category", "kind", "reason", "route", "units", "setting"),
)
SINGLE = (
    *("percent", "percent_below", "percent_above", "money", "price", "around", "span"),
    *("span_signed", "none", "unknown", "million", "and_more", "separator", "pair"),
)

SLOT = re.compile(r"\{(\w+)\}")
Row = TypeVar("Row")


def content(study: Study, first: str) -> dict[str, Any]:
    """Everything of a study that the page shows.

    Parameters
    ----------
    first : language in which it opens
    """
    case, figures = study.case, study.figures
    spoken = {code: Language.of(case, code) for code in languages()}
    links = Links(study)
    blocks = Blocks(decision_blocks(study), summary_blocks(study), answered(study))
    paper = {code: _paper(blocks, Voice(spoken[code], study), links) for code in spoken}
    shown = {name: figures[name] for name in (*_shown(study), *links.used) if name in figures}
    behind = Origins(case, study.programme.chosen if "programme" in study else ())
    more = behind.find((kind, "") for kind in ("chain", "effects", "scores"))
    return {
        "first": first,
        "languages": [first, *(code for code in spoken if code != first)],
        "spoken": {code: _spoken(study, language) for code, language in spoken.items()},
        "paper": paper,
        "links": list(links.used),
        **_with_rows(_told(shown, case), more),
        "sources": {
            s.id: " · ".join(filter(None, (s.title, s.publisher, s.year, s.address)))
            for s in case.sources
        },
        "lines": _lines(case),
        "grades": list(GRADES),
        "payers": list(PAYERS),
        "criteria": [c.id for c in case.measured],
        "capabilities": [*_capabilities(study)],
        "improvements": [*_improvements(study)],
        "programme": _programme(study),
        "simulations": simulations(study.sample) if "programme" in study else None,
    }


def _shown(study: Study) -> Iterator[str]:
    """Ids of the figures that a view shows by itself."""
    case = study.case
    for c in case.capability_ids:
        yield from (name.format(c) for name in OF_CAPABILITY)
        for leaf in case.measured:
            yield from (name.format(c, leaf.id) for name in OF_CRITERION)
    for i in case.improvement_ids:
        yield from (name.format(i) for name in OF_IMPROVEMENT)
    yield from (name for name, _ in _speakable(study))


def _speakable(study: Study) -> Iterator[tuple[str, Figure]]:
    """Figures that the sentences of the paper print: of the programme first, then of all."""
    found = study.figures
    things = {*study.case.improvement_ids}
    later: list[tuple[str, Figure]] = []
    for name, figure in found.items():
        parts = name.split(".")
        if parts[-1] == PROGRAMME or (len(parts) == 3 and parts[1] == PROGRAMME):
            yield name, figure
        elif (
            (len(parts) > 2 and parts[1] in SETS)
            or name.startswith(OF_ALL)
            or (len(parts) == 2 and parts[1] in things and f"{parts[0]}.{{}}" in OF_IMPROVEMENT)
        ):
            later.append((name, figure))
    yield from later


class Blocks(NamedTuple):
    """Both pages of the paper and what its annex answers, in no language."""

    decision: Page
    summary: Page
    annex: tuple[Answered, ...]


def _paper(blocks: Blocks, voice: Voice, links: Links) -> dict[str, Any]:
    """The paper in one language, its numbers marked."""
    return {
        "decision": decision.laid_out(said_page(links.marked(blocks.decision), voice)),
        "summary": summary.laid_out(said_page(links.marked(blocks.summary), voice)),
        "annex": [
            {
                "key": one.key,
                "question": said(one.question, voice),
                "why": "" if one.why is None else said(one.why, voice),
                "sheets": [_bare(said_sheet(links.marked(sheet), voice)) for sheet in one.sheets],
            }
            for one in blocks.annex
        ],
    }


def _bare(sheet: dict[str, Any]) -> dict[str, Any]:
    """What the page reads of a sheet."""
    return {key: sheet[key] for key in ("name", "topic", "title", "blocks")}


def _spoken(study: Study, language: Language) -> dict[str, Any]:
    """One language: how it writes numbers, its words, its names of the things of the case."""
    case, known = study.case, phrases(language.code)
    page = language.speaking("explorer")
    settings = case.settings
    return {
        "own_name": known.name,
        "direction": language.direction,
        **_numerals(known.locale, page),
        "currency": settings.currency,
        "currencies": {
            code: {"sign": language.sign(code), "name": language.currency_name(code)}
            for code in _currencies(study)
        },
        "joins": [list(pair) for pair in known.joins],
        "lists": [
            str(known.locale.list_patterns["standard"][k]) for k in ("start", "middle", "end", "2")
        ],
        "words": dict(_words(page)),
        "names": (names := _names(case, language)),
        "briefs": {k: brief for k in names if (brief := language.brief(k)) != names[k]},
        "titles": {
            "case": language.typeset(settings.in_language("title", language.code)),
            "organisation": language.typeset(settings.in_language("organisation", language.code)),
            "day": language.day(settings.appraisal_date),
            "note": case_note(study, language),
            "first": first_sentence(case_note(study, language)),
            "vintage": vintage(study, language),
        },
    }


def _currencies(study: Study) -> tuple[str, ...]:
    """That of the case, then others that some input or figure is in."""
    units = (estimate.unit for estimate in study.case.estimates().values())
    prices = (figure.prices for figure in study.figures.values())
    found = (money["currency"] for unit in (*units, *prices) if (money := PRICES.fullmatch(unit)))
    return tuple(dict.fromkeys((study.case.settings.currency, *found)))


def _numerals(locale: Locale, language: Language) -> dict[str, Any]:
    """How numbers are written, read from numbers that are."""
    thousand, ten = (language.number(value, 0) for value in (1234.0, 12345.0))
    tenth, below = language.number(1.5, 1), language.number(-1.0, 0)
    bare = [text.strip("\u2066\u2069") for text in (thousand, ten, tenth, below)]
    return {
        "grouped": 1 if len(bare[0]) > 4 else 2,  # digits before the first separator at least
        "group": bare[1].strip("0123456789")[:1] or bare[1][2:-3],
        "point": bare[2][1:-1],
        "minus": bare[3][:-1],
        "plural": str(locale),
    }


def _words(language: Language) -> Iterator[tuple[str, str]]:
    """Phrases by the ids that the page says, in the typography of the language."""
    known = language.phrases
    for key in known.phrases:
        section, _, name = key.partition(".")
        if section not in ("common", "explorer", "pages"):
            continue
        group = section if section == "explorer" else name.partition(".")[0]
        if group not in WORDS and name not in SINGLE:
            continue
        speaker = language if known.find("explorer", name) else language.speaking("pages")
        found = known.find(speaker.section, name)
        if isinstance(found, str):
            yield key if section == "explorer" else name, _open(speaker, name, found)


def _open(language: Language, key: str, phrase: str) -> str:
    """Say a phrase with its slots left open: the page fills them, and isolates what it puts in."""
    slots = SLOT.findall(phrase)
    text = language.say(key, **{slot: f"{{{slot}}}" for slot in slots})
    for slot in slots:
        text = text.replace(f"{{{slot}}}".join(ISOLATE), f"{{{slot}}}")
    return text


def _names(case: Case, language: Language) -> dict[str, str]:
    things = (
        *(case.capability_ids, case.improvement_ids),
        *((row.id for row in table) for table in (case.criteria, case.platforms, case.outcomes)),
    )
    return {key: language.name(key) for table in things for key in table}


def _lines(case: Case) -> dict[str, list[str]]:
    """Whose each cost line is, who pays it, what for and of what kind."""
    return {
        line.id: [
            line.capability or line.platform or line.improvement,
            *(line.payer, line.category, line.kind),
        ]
        for line in case.costs
    }


def _told(shown: Mapping[str, Figure], case: Case) -> dict[str, Any]:
    """Figures as data, each by its kind of number: a default is not called stated."""
    data = as_data(Figures(shown))
    for name, entry in data["figures"].items():
        entry["kind"] = kind_of(shown[name], case)
    return data


def _with_rows(data: dict[str, Any], more: Iterable[Origin]) -> dict[str, Any]:
    """Put rows of the case to those behind the figures."""
    rows = dict(data["rows"])
    for row in more:
        if row.name not in rows:
            kept = {k: getattr(row, k) for k in ("table", "row", "grade", "source", "unit")}
            ends = {k: getattr(row, k) for k in ("low", "mode", "high")}
            rows[row.name] = {k: v for k, v in {**kept, **ends}.items() if v not in (None, "")}
    return {**data, "rows": dict(sorted(rows.items()))}


def _capabilities(study: Study) -> Iterator[dict[str, Any]]:
    """Each capability: its route to excellence, the rows of its chain, what changes it."""
    case = study.case
    routes = study.excellence.to_frame()["route"].to_dict() if "excellence" in study else {}
    chains = _by(case.chain, "capability")
    effects = _by(case.effects, "capability")
    for capability in case.capabilities:
        key = capability.id
        chain = chains.get(key, ())
        outcomes = {step.outcome for step in chain}
        raised_by = {effect.improvement for effect in effects.get(key, ())}
        yield {
            "id": key,
            "family": capability.family,
            "route": str(routes.get(key, "")),
            "chain": [[step.step, step.outcome, step.level.name] for step in chain],
            "worth": [
                [value.outcome, value.scale, value.worth.name]
                for value in case.unit_values
                if value.outcome in outcomes
            ],
            "improvements": [i for i in case.improvement_ids if i in raised_by],
        }


def _by(rows: Iterable[Row], column: str) -> dict[str, list[Row]]:
    """Rows of a table of the case by whose they are."""
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(getattr(row, column), []).append(row)
    return found


def _improvements(study: Study) -> Iterator[dict[str, Any]]:
    """Each improvement: what it changes, what ties it, its role."""
    case = study.case
    table = study.programme.to_frame() if "programme" in study else None
    reasons = study.programme.why_not()["reason"].to_dict() if "programme" in study else {}
    effects, relations = _by(case.effects, "improvement"), _by(case.relations, "improvement")
    for improvement in case.improvements:
        key = improvement.id
        yield {
            "id": key,
            "role": "" if table is None else _role(str(table.loc[key, "role"])),
            "chosen": table is not None and bool(table.loc[key, "chosen"]),
            "reason": str(reasons.get(key, "")),
            "effects": [
                [e.capability, e.criterion or e.step, e.change.name] for e in effects.get(key, ())
            ],
            "relations": [[r.relation, r.other] for r in relations.get(key, ())],
            "must": improvement.must,
        }


def _role(role: str) -> str:
    """The id of its word."""
    return role.replace(",", "").replace(" ", "_")


def _programme(study: Study) -> dict[str, Any] | None:
    """The programme of the run, and the other sets whose figures are stored."""
    if "programme" not in study:
        return None
    programme, case = study.programme, study.case
    table = programme.to_frame()
    most = float(programme.frontier()["budget_m"].max()) if len(programme.frontier()) else 0.0
    stored = [
        {"id": f"set.{k}", "chosen": str(row["chosen"]).split(), "late": str(row["late"]).split()}
        for k, row in programme.good_sets().iterrows()
        if k != 1
    ]
    limits = room(case, *MONEY) / MILLION
    return {
        "chosen": list(programme.chosen),
        "delays": [int(d) for d in table["delay"]],
        "budget_m": programme.budget_m,
        "most_m": max(most, programme.budget_m),
        "confidence": programme.confidence,
        "feasible": programme.feasible,
        "measure": programme.measure,
        "draws": programme.draws,
        "first_year": case.settings.first_year,
        "room": [None if np.isinf(x) else float(x) for x in limits],
        "stored": stored,
    }
