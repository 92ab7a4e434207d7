"""The explorer on the bundled case: the page chooses what the library chooses on the same draws."""

import copy
import json
import random
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import Engine, browsing, packed

from capworth.case.model import Case
from capworth.case.read import read_case
from capworth.language.language import Language
from capworth.language.phrases import languages
from capworth.methods.portfolio.good_sets import maximal_sets, roles
from capworth.model.result import Interval, Provenance
from capworth.model.simulation import Sample, draw_sample
from capworth.programme.choice import Choice
from capworth.report.explorer import page_of
from capworth.report.explorer import simulations as storing
from capworth.report.explorer.content import content
from capworth.report.explorer.simulations import DRAWS, simulations
from capworth.study.stages import PARTS, Study

BUNDLED = Path(__file__).parents[2] / "data" / "interpol-2019"
ANSWERS = ("use", "appraisal", "contributions", "priorities", "programme", "funding", "options")
SETTINGS = 100
IN_THE_ENGINE = 8  # of them, whether there is a browser or not
WHOLE = 160e6  # a budget that buys everything
NEAR = 2e-4  # of a number: draws are stored in sixty-five thousand steps
MOST_BYTES, MOST_BYTES_LARGE = 1_000_000, 1_500_000
TOLD = """(r => r && ({cut: r.cut, set: r.set, delays: [...r.delays], feasible: r.feasible,
  value: r.value,
  asked: [r.asked.value, r.asked.low, r.asked.high], needed: r.needed, within: r.within,
  years: r.years, gain: [r.distance.value, r.distance.low, r.distance.high],
  net: [r.net.value, r.net.low, r.net.high], harm: r.harm.value, cost: r.cost.value,
  positive: r.positive, listed: r.listed, core: r.core, verbs: r.verbs, regret: r.regret,
  better: r.pBetter, exchanges: r.exchanges.map(e => [e.out, e.into, e.pBetter])}))"""


@pytest.fixture(scope="module")
def sample() -> Sample:
    return draw_sample(read_case(BUNDLED), DRAWS)


@pytest.fixture(scope="module")
def bundled(sample: Sample) -> Study:
    """The bundled case with the answers that the page says most of."""
    known = Provenance.of(sample.case, DRAWS)
    answers: dict[str, Any] = dict.fromkeys(PARTS)
    for name in ANSWERS:
        part = PARTS[name]
        answers[name] = part.find(sample, *(answers[need] for need in part.needs), known)
    return Study(case=sample.case, provenance=known, sample=sample, answers=answers)


@pytest.fixture(scope="module")
def stored(sample: Sample) -> dict[str, Any]:
    return simulations(sample)


@pytest.fixture(scope="module")
def engine(stored: dict[str, Any]) -> Engine:
    engine = Engine()
    engine.run(f"var sim = new Simulations({json.dumps(stored)})")
    return engine


def asked(number: int) -> dict[str, Any]:
    """One setting: budget, confidence, what must be and what may not.

    Every second one has a budget from the whole range, up to more than everything costs, and nine
    improvements that may not be: there the library, too, can try every start.
    """
    draw = random.Random(number)
    must, *barred = draw.sample(range(18), 10)
    wide = number % 2 == 1
    some = barred if wide else barred[:1] if draw.random() < 0.4 else []
    return {
        "budget": round(draw.uniform(1e6, WHOLE if wide else 36e6)),
        "confidence": draw.choice((0.5, 0.8, 0.95)),
        "must": 1 << must if draw.random() < 0.4 else 0,
        "barred": sum(1 << k for k in some),
    }


class Library:
    """What the library chooses, and says of it, by its own functions."""

    def __init__(self, sample: Sample) -> None:
        self._sample = sample
        self._choices: dict[float, Choice] = {}
        self._known: dict[str, dict[str, Any] | None] = {}

    def _choice(self, confidence: float) -> Choice:
        if confidence not in self._choices:
            model = copy.copy(self._sample.model)
            settings = replace(self._sample.case.settings, budget_confidence=confidence)
            model.case = replace(self._sample.case, settings=settings)
            self._choices[confidence] = Choice.of(replace(self._sample, model=model))
        return self._choices[confidence]

    def answer(self, question: Mapping[str, Any]) -> dict[str, Any] | None:
        """The answer to a setting, found once."""
        key = json.dumps(question)
        if key not in self._known:
            self._known[key] = self._found(question)
        return self._known[key]

    def _found(self, question: Mapping[str, Any]) -> dict[str, Any] | None:
        choice = self._choice(question["confidence"])
        vars(choice).pop("search", None)  # a search that has all of its tries before it
        sets, bits = choice.sets, 1 << np.arange(choice.sets.shape[1])
        masks = sets @ bits
        among = (masks & question["must"]) == question["must"]
        among &= (masks & question["barred"]) == 0
        if not among.any():
            return None
        found = choice.search.best(question["budget"], choice.case.settings.near, among)
        rows = maximal_sets(found.sets, found.value)
        rows = np.concatenate(([0], rows[rows != 0]))
        values = np.stack(
            [choice.by_draw(found.sets[r], found.delays[r], choice.measure) for r in rows], axis=1
        )
        said = roles(found.sets[rows], values, found.sets, choice.case.improvement_ids)
        first, delays = found.sets[0], found.delays[0]
        closed = choice.by_draw(first, delays, "distance")
        net = choice.by_draw(first, delays, "net")
        return {
            "cut": choice.search.cut,
            "set": int(first @ bits),
            "delays": delays.tolist(),
            "feasible": found.feasible,
            "value": float(found.value[0]),
            "asked": Interval.of(choice.cost @ first),
            "needed": float(found.quantile[0]),
            "within": float(found.p_within[0]),
            "years": float(found.p_years[0]),
            "gain": Interval.of(closed, choice.sample.ratio_by_draw(closed)),
            "net": Interval.of(net),
            "harm": float(choice.by_draw(first, delays, "harm").mean()),
            "cost": float(choice.whole_cost(first, delays).mean()),
            "positive": float((net > 0).mean()),
            "listed": len(found.sets),
            "core": said.core.tolist(),
            "verbs": list(said.verbs),
            "regret": float(said.regret[0]),
            "better": said.p_better.tolist(),
            "exchanges": [
                [sum(1 << k for k in e.out), sum(1 << k for k in e.into), e.p_better]
                for e in said.exchanges
            ],
        }


@pytest.fixture(scope="module")
def library(sample: Sample) -> Library:
    return Library(sample)


def agree(page: dict[str, Any] | None, library: dict[str, Any] | None, question: object) -> None:
    """Every answer of both; a count may differ by the one draw that lies on the budget."""
    if page is None or library is None:
        assert page is library, question
        return
    assert page.keys() == library.keys()
    for name, mine in page.items():
        theirs = library[name]
        if isinstance(mine, float | int) and not isinstance(mine, bool):
            slack = 1.01 / DRAWS if name in ("within", "years", "positive") else NEAR * abs(theirs)
            assert mine == pytest.approx(theirs, abs=slack + 1e-9), (name, question)
        elif name in ("asked", "gain", "net", "core", "better"):
            scale = float(np.abs(theirs).max())
            slack = 1.01 / DRAWS if name in ("core", "better") else NEAR * scale
            assert mine == pytest.approx(list(theirs), abs=slack + 1e-9), (name, question)
        elif name == "exchanges":
            assert [e[:2] for e in mine] == [e[:2] for e in theirs], question
            assert [e[2] for e in mine] == pytest.approx([e[2] for e in theirs], abs=1.01 / DRAWS)
        else:
            assert mine == theirs, (name, question)


# ------------------------------------------------------------ the same numbers


def test_the_page_lists_the_sets_that_the_relations_allow(engine: Engine, sample: Sample) -> None:
    sets = Choice.of(sample).sets
    assert engine.find("sim.sets") == (sets @ (1 << np.arange(sets.shape[1]))).tolist()


def test_the_scripts_choose_as_the_library_does(engine: Engine, library: Library) -> None:
    for number in range(IN_THE_ENGINE):
        question = asked(number)
        agree(
            engine.find(f"{TOLD}(sim.choose(given))", question), library.answer(question), question
        )


def spread(sample: Sample) -> Sample:
    """Effects three times as large that take three years to be full: levels are reached before."""
    case = sample.case
    more = (
        replace(e, change=replace(c, low=3 * c.low, mode=3 * c.mode, high=3 * c.high))
        for e, c in ((e, e.change) for e in case.effects if e.criterion)
    )
    rows = tuple(replace(i, ramp_years=3) for i in case.improvements)
    return draw_sample(replace(case, improvements=rows, effects=tuple(more)), DRAWS)


def paired(sample: Sample) -> Sample:
    """The same draws where two pairs of improvements strengthen, or weaken, one another."""
    case, model = sample.case, copy.copy(sample.model)
    like = next(e.change for e in case.effects)
    rows = tuple(
        replace(
            case.relations[0],
            improvement=one,
            relation="synergy",
            other=other,
            bonus=replace(like, name=f"relations/{one}", low=low, mode=mode, high=high, group=""),
        )
        for one, other, low, mode, high in (
            ("SLTDQ", "ELEARN", 0.1, 0.4, 0.9),
            ("API", "INFOSEC", -0.8, -0.5, -0.1),
        )
    )
    model.case = replace(case, relations=(*case.relations, *rows))
    return replace(sample, model=model)


@pytest.mark.parametrize("kind", ["net", "pairs"])
def test_money_net_of_cost_and_pairs_are_chosen_as_in_the_library(
    sample: Sample, kind: str
) -> None:
    other = sample.with_objective("net") if kind == "net" else paired(sample)
    engine, library = Engine(), Library(other)
    engine.run(f"var sim = new Simulations({json.dumps(simulations(other))})")
    for number in range(3):
        question = {**asked(number), "confidence": 0.8, "must": 0}
        agree(
            engine.find(f"{TOLD}(sim.choose(given))", question), library.answer(question), question
        )


@pytest.mark.long
def test_a_budget_that_buys_everything_is_searched_to_the_end(
    engine: Engine, sample: Sample
) -> None:
    """Where only the years limit: no search is cut, and the starts are those of the library."""
    choice = Choice.of(sample)
    masks = choice.sets @ (1 << np.arange(choice.sets.shape[1]))
    for budget in (WHOLE, 60e6):
        question = {"budget": budget, "confidence": 0.8, "must": 0, "barred": 0}
        page = engine.find(f"{TOLD}(sim.choose(given))", question)
        assert not page["cut"]
        mine = choice.carried_out(choice.sets[masks == page["set"]][0])
        assert mine is not None
        assert page["delays"] == mine.delays[0].tolist()
        assert page["value"] == pytest.approx(float(mine.value[0]), rel=NEAR)
    vars(choice).pop("search", None)


@pytest.mark.parametrize("kind", ["distance", "net", "harm", "pairs", "spread"])
def test_any_set_is_worth_the_same_whenever_its_members_start(sample: Sample, kind: str) -> None:
    """Also sets that no programme holds, so that every meeting and every delay is heard."""
    made = {"pairs": paired, "spread": spread}
    other = made[kind](sample) if kind in made else sample.with_objective(kind)
    choice, engine, draw = Choice.of(other), Engine(), random.Random(kind)
    engine.run(f"var sim = new Simulations({json.dumps(simulations(other))})")
    opens = np.isfinite(choice.plan.worth)
    for _ in range(12):
        chosen = np.array([draw.random() < 0.6 for _ in opens])
        delays = np.array([draw.choice(np.flatnonzero(row).tolist()) for row in opens])
        page = engine.find(
            "(one => [one.joint(...given), ...['distance', 'net', 'harm'].map("
            "measure => meanOf(one.byDraw(...given, measure)))])(sim.chooser(null))",
            [int(chosen @ (1 << np.arange(len(opens)))), delays.tolist()],
        )
        library = [choice.joint(chosen, delays)]
        library += [choice.by_draw(chosen, delays, m).mean() for m in ("distance", "net", "harm")]
        assert page == pytest.approx(library, rel=2e-5)


@pytest.mark.long
def test_a_hundred_settings_in_a_browser(
    stored: dict[str, Any], library: Library, tmp_path: Path
) -> None:
    questions = [asked(number) for number in range(SETTINGS)]
    path = tmp_path / "explorer.html"
    english = Language("en")
    path.write_text(page_of({"simulations": stored}, english, [english]), "utf-8")
    with browsing() as page:
        page.add_init_script("kept = DecompressionStream; delete window.DecompressionStream")
        page.goto(path.as_uri())
        told = english.speaking("explorer").say("fallback")
        assert page.inner_text("main") == told, "what a browser that cannot unpack shows"
        answers = page.evaluate(
            f"""async questions => {{
              window.DecompressionStream = kept;
              const sim = new Simulations((await unpacked()).simulations);
              return questions.map(one => {TOLD}(sim.choose(one)));
            }}""",
            questions,
        )
    for question, answer in zip(questions, answers, strict=True):
        agree(answer, library.answer(question), question)


def held(case: Case, swings: Mapping[str, float]) -> Case:
    """The case with weights that are certain."""
    rows = []
    for row in case.criteria:
        at = swings[row.id]
        rows.append(replace(row, swing=replace(row.swing, low=at, mode=at, high=at)))
    return replace(case, criteria=tuple(rows))


def test_weights_that_are_held_choose_as_in_a_case_that_states_them(
    engine: Engine, stored: dict[str, Any], sample: Sample
) -> None:
    swings = {row["id"]: float(row["swing"]) for row in stored["tree"]["criteria"]}
    swings |= {"use": 100.0, "results": 20.0, "speed": 5.0}
    other = Library(draw_sample(held(sample.case, swings), DRAWS))
    for question in (asked(number) | {"must": 0} for number in (1, 2)):
        page = engine.find(f"{TOLD}(sim.choose(given))", question | {"swings": swings})
        assert page != engine.find(f"{TOLD}(sim.choose(given))", question)
        agree(page, other.answer(question), question)


def test_what_no_set_keeps_has_no_answer(engine: Engine, stored: dict[str, Any]) -> None:
    names = stored["names"]
    both = (1 << names.index("UIA")) | (1 << names.index("FED"))  # one excludes the other
    question = {"budget": 1e9, "confidence": 0.8, "must": both}
    assert engine.find("sim.choose(given)", question) is None


def test_too_many_sets_are_told_and_not_tried(
    sample: Sample, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(storing, "MOST_SETS", 25_919)
    assert simulations(sample) == {"cannot": "sets"}
    monkeypatch.setattr(storing, "MOST_SETS", 25_920)
    assert "cannot" not in simulations(sample, 2)


# ------------------------------------------------------------ what the page holds


def test_the_page_is_small(bundled: Study, stored: dict[str, Any]) -> None:
    """At 31 capabilities, and at 310: each row again under other names, with numbers of its own."""
    held = content(bundled, "en")
    assert held["simulations"] == stored
    spoken = [Language.of(bundled.case, code) for code in languages()]
    page = page_of(held, spoken[0], spoken)
    assert packed(page) == json.loads(json.dumps(held))
    assert 300_000 < len(page.encode()) <= MOST_BYTES
    large = page_of(tenfold(held), spoken[0], spoken)
    assert len(packed(large)["capabilities"]) == 310
    assert len(large.encode()) <= MOST_BYTES_LARGE


def tenfold(held: Mapping[str, Any]) -> dict[str, Any]:
    """Capabilities, their figures, rows, groups and names ten times, no number twice."""
    draw, ids = random.Random(0), {one["id"] for one in held["capabilities"]}
    large = {**held, "capabilities": [], "figures": {}, "rows": {}, "groups": dict(held["groups"])}
    spoken = {code: {**one, "names": dict(one["names"])} for code, one in held["spoken"].items()}

    def moved(entry: Mapping[str, Any], k: int) -> dict[str, Any]:
        ends = ("value", "low", "high", "error", "point", "mode")
        return {
            key: value * draw.uniform(0.5, 2) if k and key in ends and value else value
            for key, value in entry.items()
        }

    for k in range(10):
        tail = f"X{k}" if k else ""
        large["capabilities"] += [{**one, "id": one["id"] + tail} for one in held["capabilities"]]
        for kind, sign in (("figures", "."), ("rows", "/")):
            for name, entry in held[kind].items():
                parts = name.split(sign)
                if not k or ids & {*parts}:
                    new = sign.join(part + tail if part in ids else part for part in parts)
                    large[kind][new] = moved(entry, k)
        for one in spoken.values():
            one["names"] |= {c + tail: one["names"][c] + tail for c in ids}
    return {**large, "spoken": spoken}
