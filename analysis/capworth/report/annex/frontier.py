"""Annex: how firm the derived frontier is, with the weights of the value tree and other samples."""

from capworth.report.blocks import Block, Section, Text
from capworth.report.pictures import pictures
from capworth.report.wording import Wording
from capworth.study import Study

OFTEN = 0.5  # share of draws from which a model is named


def frontier_page(study: Study, words: Wording) -> Section | None:
    """The chart, who the models are, and what was held fixed; None without a value tree."""
    check = study.frontier
    if check is None:
        return None
    table = check.to_frame()
    lost = [c for c in check.free if c not in check.bounded]
    title = words.say("frontier.title", names=words.listed(map(words.brief, check.bounded)))
    behind = table[(table["model"] != table.index) & (table["p_model"] >= OFTEN)]
    often = behind["model"].value_counts()
    models = words.listed(
        words.say("frontier.model", name=words.brief(str(model)), count=int(count))
        for model, count in sorted(often.items(), key=lambda pair: (-pair[1], str(pair[0])))
    )
    text = words.say("frontier.text", lost=words.listed(map(words.brief, lost)), models=models)
    note = words.say("frontier.note", draws=words.number(check.draws, 0))
    if check.small_sample:
        note += " " + words.say("frontier.small_sample")
    blocks: list[Block] = [Text(text), *pictures("frontier", study, words), Text(note, small=True)]
    return Section(words.say("frontier.topic"), title, blocks)
