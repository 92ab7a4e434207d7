"""The what-if page: one file, no network, the numbers of the study."""

import json
import re
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from capworth.errors import InputError
from capworth.language.phrases import languages
from capworth.report.whatif import write_whatif
from capworth.study.stages import Study

LANGUAGES = languages()


@pytest.fixture(scope="module")
def page(study: Study) -> str:
    text = write_whatif(study, LANGUAGES)
    assert text is not None
    return text


@pytest.fixture(scope="module")
def data(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.S)
    assert found is not None
    return json.loads(found[1])


def test_it_asks_no_network(page: str) -> None:
    assert "default-src 'none'" in page
    assert not re.search(r"https?://|//\w+\.|import |fetch|XMLHttp|localStorage|src=|href=", page)
    assert "innerHTML" not in page, "names are text, whatever they hold"


def test_it_ranks_as_the_study_does_at_mean_levels(study: Study, data: Any) -> None:
    weights = np.array(data["weights"])
    assert weights.sum() == pytest.approx(1, abs=1e-5)
    levels = np.array([c["levels"] for c in data["capabilities"]])
    assert levels.shape == (len(study.case.capabilities), len(study.case.measured))
    costs = study.appraisal.to_frame()["annual_cost_m"]
    assert [c["cost"] for c in data["capabilities"]] == [
        pytest.approx(float(costs[c]), abs=1e-6) for c in study.case.capability_ids
    ]
    scores = study.appraisal.to_frame()["score"]
    told = levels @ weights
    for k, c in enumerate(study.case.capability_ids):
        assert told[k] == pytest.approx(float(scores[c]), abs=3), "mean levels, modal weights"


def test_it_knows_every_best_set(study: Study, data: Any) -> None:
    frontier = study.programme.frontier()
    steps = data["programme"]["steps"]
    assert [s["chosen"] for s in steps] == [c.split() for c in frontier["chosen"]]
    assert [s["budget"] for s in steps] == pytest.approx(list(frontier["budget_m"]), abs=1e-6)
    assert data["programme"]["most"] >= study.programme.budget_m
    assert set(data["improvements"]) == set(study.case.improvement_ids)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_says_the_same_things(page: str, data: Any, language: str) -> None:
    english, words = data["words"]["en"], data["words"][language]
    assert set(words) == set(english)
    assert len(words["heads"]) == len(english["heads"]) == 6
    asked = set(re.findall(r"said\.(\w+)", page))
    assert asked <= set(words)
    for key in set(words) - {"heads"}:
        parts = re.findall(r"\{(\w+)\}", words[key])
        assert sorted(parts) == sorted(re.findall(r"\{(\w+)\}", english[key])), key
        if words["direction"] == "rtl":
            assert words[key].count("\u2068{") == len(parts), "isolated by its first letter"
    places = set(re.findall(r"\{(\w+)\}", " ".join(map(str, data["words"][language].values()))))
    assert places <= set(re.findall(r"\b(\w+):", page)), "what the script fills in"
    assert all(set(names) == set(LANGUAGES) for names in data["criteria"])


def test_a_name_cannot_end_the_script(study: Study) -> None:
    wicked = replace(study.case.capabilities[0], name="</script><b>x")
    case = replace(study.case, capabilities=(wicked, *study.case.capabilities[1:]))
    text = write_whatif(replace(study, case=case), ["en"])
    assert text is not None
    assert "</script><b>" not in text


def test_what_cannot_be_shown_is_not(study: Study) -> None:
    bare = replace(study, case=replace(study.case, criteria=()))
    assert write_whatif(bare, ["en"]) is None
    with pytest.raises(InputError, match="'de'"):
        write_whatif(study, ["de"])
    text = write_whatif(study.with_answers(programme=None), ["en"])
    assert text is not None
    assert '"programme": null' in text
