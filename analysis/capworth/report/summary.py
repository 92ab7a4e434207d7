"""Page 2: the options side by side, the questions answered, why not the others, who decides what.

Each question that is asked is answered in a sentence or two; one that the case does not ask is
said not to be asked. Nothing is computed here: what no answer gives is a dash.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from capworth.appraisal.claim import REGISTERED
from capworth.charts.schedule import yearly_limited
from capworth.excellence.services import BOTH
from capworth.funding.earmarks import ALL, BUDGET, SAME
from capworth.funding.options import OWN, RIVALS, TARGET
from capworth.language.language import Language
from capworth.methods.claim.words import SUPPORTED
from capworth.methods.portfolio.good_sets import NOT_NOW
from capworth.model.costs import PAYERS
from capworth.programme.selection import MINIMUM, NOTHING, RECOMMENDED
from capworth.programme.selection import START as OPTION_START
from capworth.report.advice import Advice, advice, changes
from capworth.report.annex.claim import claim_text, standing_of
from capworth.report.blocks import Block, Paragraph, Steps, Table, Title
from capworth.report.content import (
    NAMED,
    Cell,
    Day,
    Name,
    Own,
    Phrase,
    Text,
    Turned,
    Voice,
    Word,
    listed,
    names,
    ref,
    row_ref,
    say,
    sentences,
    stated,
    with_range,
)
from capworth.report.money import (
    MILLIONS,
    asks_of,
    budget_of,
    needed_to_start,
    sure_of,
    to_raise,
    total_cost,
)
from capworth.report.pages import said_page
from capworth.report.rows import Row, rows_of
from capworth.study.once import once
from capworth.study.stages import Study

PROMISED = 5  # targets that are named
IN_ALL = 10  # improvements that are not now and are named, whatever their reasons
IN_NOTE = 3  # improvements that a rival is told by, those that come and those that go
QUOTES = 3  # improvements whose price is asked for first
DATA_EXCHANGE = {"hosting", "exchange", "leads"}


@once
def summary_blocks(study: Study) -> tuple[Block, ...]:
    """Everything on page 2, without a language."""
    found = advice(study)
    advised = found if found is not None and found.count > 0 else None
    return (
        Title(_title(study, found)),
        *([_options(study, advised)] if advised else []),
        Steps("answers", say("answers.head"), tuple(_answers(study))),
        *([_why_not(study)] if advised and len(study.case.improvements) > 1 else []),
        _left_out(study),
        *([_steps(study, advised)] if advised else []),
    )


def summary_page(study: Study, language: Language) -> dict[str, Any]:
    """Everything on page 2 as the template lays it out, in one language."""
    return laid_out(said_page(summary_blocks(study), Voice(language, study)))


def laid_out(page: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Lay the said blocks of page 2 out as the template takes them."""
    blocks = {block["id"]: block for block in page}
    parts = {
        key: {"head": "", "text": "", "rows": [], **_bare(block)} for key, block in blocks.items()
    }
    left = [parts[key] for key in ("why_others", "unpriced") if key in parts]
    return {
        "title": blocks["title"]["text"],
        "options": _bare(blocks["options"]) if "options" in blocks else None,
        "answers": _bare(blocks["answers"]),
        "columns": [left, [parts["steps"]] if "steps" in parts else []],
    }


def _bare(block: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in block.items() if key not in ("id", "kind")}


def _title(study: Study, found: Advice | None) -> Phrase:
    if "priorities" not in study:
        return say("summary.title_none")
    count = len(study.priorities.order)
    if found is None:
        return say("summary.title_ranking", count=count)
    claim, share = study.case.claim, study.options.claimed
    if not found.count:
        return say("summary.title_zero", count=count)
    if claim is None or share is None or study.sample.model.extents.distance <= 0:
        if count == 1:
            return say("summary.title_one")
        return say("summary.title_plain", count=found.count, all=count)
    return say(
        "summary.title",
        count=found.count,
        share=ref("claimed_share.programme", share, "percent"),
        group=listed(Word("function", f) for f in claim.group),
    )


# ---------------------------------------------------------------- options


def _options(study: Study, found: Advice) -> Table:
    """A column for each option, a row for each quantity that the case asks for."""
    programme, settings = study.programme, study.case.settings
    table = study.options.to_frame()
    started = set(str(table["chosen"].get(OPTION_START, "")).split())
    if started in (set(), set(found.chosen)):
        table = table.drop(index=[OPTION_START], errors="ignore")
    if not table["chosen"].get(MINIMUM, ""):  # then it is to do nothing, which is said in the head
        table = table.drop(index=[MINIMUM], errors="ignore")
    columns = rows_of(table)

    def cells(column: str, how: str = "middle", *, ranged: bool = False) -> tuple[Cell, ...]:
        """A cell for each option; its mean with the range below where one is to be shown."""
        found = (row_ref("options_in_full", column, key, row, how) for key, row in columns)
        return tuple(with_range(one) if ranged else one for one in found)

    def any_of(column: str) -> bool:
        return bool((table[column] > 0).any())

    rows: list[tuple[Text, tuple[Cell, ...]]] = []
    if any_of("needed_m"):  # else nothing is asked of the budget
        needed = say("options.needed", sure=sure_of(programme))
        within = say("options.within", budget=budget_of(programme))
        rows += [
            (
                to_raise(study, "options.asked", "options.asked_spend"),
                cells("asked_m", "tenth", ranged=True),
            ),
            (needed, cells("needed_m", "tenth")),
            (within, cells("p_within", "probability")),
        ]
        if yearly_limited(study.case):
            rows.append((say("options.years"), cells("p_years", "probability")))
    for what, column, payers in (("pays", "", PAYERS), ("runs", "running_", OWN)):
        paying = [payer for payer in payers if any_of(f"{column}{payer}_m_high")]
        rows += [
            (
                say(
                    f"options.{what}{'' if k else '_first'}",
                    payer=Turned(Word("payer", payer), "opening")
                    if k and what == "pays"
                    else Word("payer", payer),
                ),
                cells(f"{column}{payer}_m", "middle"),
            )
            for k, payer in enumerate(paying)
        ]
    if study.case.measured:
        rows.append((say("options.distance"), cells("gain", ranged=True)))
    if found.net is not None:
        rows.append((say("options.net"), cells("net_m", ranged=True)))
    if found.harm is not None and found.harm.high > 0:
        rows.append((say("options.harm"), cells("harm_days", ranged=True)))
    if any_of("p_better"):
        rows.append((say("options.better"), cells("p_better", "probability")))
    notes = [_rival_note(study, str(key), row) for key, row in columns if key in RIVALS]
    return Table(
        "options",
        say("options.title", unit=MILLIONS, price_year=settings.price_year),
        tuple(option_head(study, str(key), row) for key, row in columns),
        tuple(rows),
        sentences(*notes, say("options.note", years=settings.years)),
        marked=[key for key, _ in columns].index(RECOMMENDED),
    )


def option_head(study: Study, key: str, row: Row) -> Phrase:
    """Name an option, in the head of its column or row."""
    if key in RIVALS:
        return say("options.rival", letter=Own(key))
    if key == TARGET:
        target = ref("target.programme", study.funding.target_m or 0.0, "money")
        return say("options.target", target=target)
    words = {RECOMMENDED: "proposed", OPTION_START: "start_only"}
    if key == NOTHING and not study.options.to_frame()["chosen"].get(MINIMUM, ""):
        return say("options.nothing_minimum")
    return say(f"options.{words.get(key, key)}", count=int(row["members"]))


def _rival_note(study: Study, key: str, row: Row) -> Phrase:
    """Say in what a rival differs from the proposed set."""
    mine, chosen = study.programme.chosen, str(row["chosen"]).split()
    new = [i for i in chosen if i not in mine]
    left = [i for i in mine if i not in chosen]
    return say("options.rival_note", letter=Own(key), changes=changes(new, left, IN_NOTE))


# ---------------------------------------------------------------- answers


Answered = tuple[Text, Text, Text | None]


def _answers(study: Study) -> Iterator[Answered]:
    """Each question, its answer in a sentence or two, and what may be added."""
    yield say("answers.costs"), _costs(study), None
    yield say(f"answers.{_claimed(study)}"), _claim(study), None
    yield say("answers.excellence"), _excellence(study), None
    if study.case.has_members:
        yield say("answers.members"), _members(study), None
    yield to_raise(study, "answers.funding", "answers.money"), *_funding(study)


def _claimed(study: Study) -> str:
    """Whether what is claimed is data exchange, something else, or nothing."""
    claim = study.case.claim
    if claim is None:
        return "functions"
    return "hosting" if set(claim.group) == DATA_EXCHANGE else "claim"


def _costs(study: Study) -> Text:
    """What all capabilities cost, who carries it, and how many have a value in money."""
    payers = study.appraisal.cost_by_payer().sum()
    money = study.appraisal.to_frame()["money_m"]
    share, known = float(payers["members"] / payers.sum()), int(money.notna().sum())
    figure = ref("cost_share.all_capabilities.members", share, "percent")
    return sentences(
        say(
            "answers.costs_text",
            count=len(money),
            cost=total_cost(study, "millions_spread"),
            years=study.case.settings.years,
        ),
        say("answers.costs_members", share=figure) if share > 0 else None,
        say("answers.costs_known", count=known) if known else None,
    )


def _claim(study: Study) -> Text:
    """The registered question with its word, and whether it was registered in advance."""
    if "claim" not in study:
        return say("summary.claim_not_asked")
    claim = study.claim
    shown = claim.word == SUPPORTED and claim.standing == REGISTERED
    said_so = say("summary.claim_shown") if shown else None
    return sentences(claim_text(claim), said_so, standing_of(claim))


def _excellence(study: Study) -> Phrase:
    if "excellence" not in study:
        return say("summary.excellence_not_asked")
    found = study.excellence
    table = found.to_frame()
    if len(table) == 1:
        return say("answers.excellence_one")
    if not found.designated:
        return say("answers.excellence_derived", derived=names(found.derived))
    both = tuple(map(str, table.index[table["route"] == BOTH]))
    return say(
        "answers.excellence_text",
        both=names(both),
        designated=names(i for i in found.designated if i not in both),
        derived=names(i for i in found.derived if i not in both),
    )


def _members(study: Study) -> Phrase:
    """What members need most; nothing where nobody was asked."""
    if "feedback" not in study:
        return say("answers.members_unasked")
    if study.feedback.synthetic:
        return say("answers.members_synthetic")
    table = study.feedback.to_frame()
    if len(study.case.capabilities) == 1:
        return say("answers.members_one")
    first = table["gap"].sort_values(ascending=False, kind="stable").dropna().head(3)
    return say("answers.members_text", names=names(map(str, first.index)))


def _funding(study: Study) -> tuple[Text, Text | None]:
    """What is pledged; then what more money would buy, and what the earmarks cost."""
    if "funding" not in study:
        return say("summary.funding_not_asked"), None
    funding, pledged = study.funding, None
    goal = funding.target_m or funding.budget_m
    key, what = ("", "target") if funding.target_m else ("_budget", "budget")
    if funding.pledged_m > 0:
        pledged = say(
            f"answers.pledged{key}",
            pledged=ref("pledged.all_pledges", funding.pledged_m, "millions"),
            share=ref("pledged_share.all_pledges", funding.pledged_share, "percent"),
            goal=ref(f"{what}.programme", goal, "money"),
        )
    earmarks = funding.earmarks
    cost = None
    if earmarks is not None and earmarks.mismatch() > SAME:
        chance = earmarks.to_frame()["p_costs"].to_dict()[BUDGET, ALL]
        where = "/".join((BUDGET, ALL))
        cost = say(
            "answers.earmarks",
            loss=_more(f"earmark_prices/price/{where}", earmarks.mismatch(), "distance"),
            percent=ref(f"earmark_prices/p_costs/{where}", float(chance), "probability"),
        )
    more = sentences(_further(study), cost)
    return (more, None) if pledged is None else (pledged, more)


def _more(place: str, value: float, measure: str) -> Phrase:
    """Say in few words what is added, in the unit of what a programme is to add most of."""
    hows = {"distance": "percent_middle", "net": "millions_middle", "harm": "middle"}
    return say(f"worth_brief.{measure}", value=ref(place, value, hows[measure]))


def _further(study: Study) -> Phrase | None:
    """What further money would buy, under all rules."""
    measure = study.programme.measure
    rows = rows_of(study.funding.next_euro())
    if rows and not any(float(row["gain"]) > 0 for _, row in rows):
        most = max(float(extra) for extra, _ in rows)
        return say("answers.nothing_all", money=stated("further", most, "money"))
    told: list[Phrase] = []
    for place, (extra, row) in enumerate(rows):
        added = str(row["added"]).split()
        dropped = str(row["dropped"]).split()
        key = "swaps" if dropped else "adds"
        key = "nothing" if not float(row["gain"]) > 0 else (key if added else "sooner")
        if place and added and _taken_in(row) == _taken_in(rows[place - 1][1]):
            if place + 1 == len(rows):
                told.append(say("answers.same", money=stated("further", float(extra), "money")))
            continue
        told.append(
            say(
                f"answers.{key}",
                money=stated("further", float(extra), "money"),
                worth=_more(f"next_euro/gain/{extra:g}", float(row["gain"]), measure),
                names=names(added),
                **({"dropped": names(dropped)} if key == "swaps" else {}),
            )
        )
    return say("answers.further", list=listed(told, "series")) if told else None


def _taken_in(row: Row) -> tuple[str, str]:
    """What a larger budget takes in and lets go."""
    return str(row["added"]), str(row["dropped"])


# ---------------------------------------------------------------- the rest


def _why_not(study: Study) -> Paragraph:
    """Those that are not now, by the reason."""
    programme = study.programme
    out, reasons = set(programme.with_role(NOT_NOW)), dict[str, list[str]]()
    for key, row in rows_of(programme.why_not()):
        if key in out:
            reasons.setdefault(str(row["reason"]), []).append(str(key))
    each = next(
        (k for k in range(NAMED, 0, -1) if sum(min(k, len(x)) for x in reasons.values()) <= IN_ALL),
        1,
    )
    told = [
        say(
            "why_others.reason",
            reason=Turned(Word("reason", reason), "opening"),
            names=names(keys, each),
        )
        for reason, keys in reasons.items()
    ]
    text = sentences(*told) if told else say("why_others.none")
    return Paragraph("why_others", say("why_others.head"), text)


def _left_out(study: Study) -> Paragraph:
    money = study.appraisal.to_frame()["money_m"]
    without = int(money.isna().sum())
    chains = say("unpriced.one" if len(money) == 1 else "unpriced.none")
    if without == len(money):
        chains = say("unpriced.nothing", count=without)
    elif without:
        chains = say("unpriced.chains", count=without, all=len(money))
    return Paragraph("unpriced", say("unpriced.head"), sentences(chains, say("unpriced.always")))


def _steps(study: Study, found: Advice) -> Steps:
    """Who decides what by when: the decision, the quotes, the money of the years, the reviews."""
    programme = study.programme
    rows: list[Answered] = []
    if found.started:
        decide = say(
            f"steps.decide{'_unpaid' if asks_of(programme) else ''}",
            count=len(found.started),
            money=needed_to_start(programme),
            sure=sure_of(programme),
        )
        rows.append((Day(study.case.settings.appraisal_date, "medium"), decide, None))
    table = programme.to_frame()
    open_ones = [i for e in found.exchanges for i in e.out]
    if open_ones and (asked := _to_quote(study, found)):
        first = int(table.loc[open_ones, "start"].min())
        quote = say("steps.quote", names=names(asked))
        late = first <= study.case.settings.appraisal_date.year  # no year is left before it
        by = say("steps.at_once") if late else say("steps.before", year=first)
        rows.append((by, quote, None))
    rows += _yearly(study)
    rows += _reviews(study)
    return Steps("steps", say("steps.head"), tuple(rows))


def _to_quote(study: Study, found: Advice) -> list[str]:
    """Improvements whose price alone is likeliest to change the programme; else all open ones."""
    if "switching" in study:
        lines = {line.id: line.improvement for line in study.case.costs}
        inputs = [str(key).split("/") for key in study.switching.to_frame().index]
        prices = [lines.get(words[0], "") for table, *words in inputs if table == "costs"]
        if priced := list(dict.fromkeys(filter(None, prices))):
            return priced[:QUOTES]
    rivals = [i for e in found.exchanges for i in str(e.options[0]["into"]).split()]
    return list(dict.fromkeys((*(i for e in found.exchanges for i in e.out), *rivals)))


def _yearly(study: Study) -> Iterator[Answered]:
    """Expected money of each year of the plan."""
    years = study.programme.by_year()
    spent = rows_of(years[years["spend_m"] > 0])
    if spent:
        first, last = int(spent[0][0]), int(spent[-1][0])
        money = listed(row_ref("programme_years", "spend_m", y, row, "tenth") for y, row in spent)
        ends = stated("year", first, "year"), stated("year", last, "year")
        when: Text = ends[0] if first == last else say("span", low=ends[0], high=ends[1])
        payers = study.programme.payers_m
        mine = study.case.settings.budget_payers
        paying = listed(Word("payer", p) for p in PAYERS if p in mine and payers.get(p, 0.0) > 0)
        whose, many = Turned(paying, "opening"), len(spent)
        yield when, say("steps.pay", payers=whose, list=money, unit=MILLIONS, count=many), None


def _reviews(study: Study) -> Iterator[Answered]:
    """The promises of the programme, each with its chance."""
    if study.case.targets:
        told = listed(
            (
                say(
                    "steps.target",
                    name=Name(str(key), "full"),
                    percent=row_ref("targets", "met", key, row, "probability"),
                )
                for key, row in rows_of(study.programme.targets())
                if key != "all"
            ),
            "series",
            PROMISED,
        )
        yield say("steps.reviews"), say("steps.review", list=told), None
    elif "baseline" in study and (count := len(study.baseline.to_frame())):
        yield say("steps.reviews"), say("steps.promises", count=count), None
