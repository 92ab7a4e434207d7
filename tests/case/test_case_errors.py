"""An analyst's likely slips: what was typed, and what is told."""

import ast
import inspect
import pickle
import shutil
import sys
from pathlib import Path
from types import ModuleType
from typing import TypeAlias

import pytest

from capworth.case.check import TypedRow
from capworth.case.read import check_case, read_case
from capworth.case.rules import programme as relationrules
from capworth.case.rules import value as valuerules
from capworth.case.rules import whole as costrules
from capworth.case.rules import whole as rules
from capworth.case.rules import whole as settingsrules
from capworth.errors import CapworthError, CaseError, Finding, InputError, nearest

Edit: TypeAlias = tuple[str, str, str]  # file, what stood there, what the analyst typed
Slip: TypeAlias = tuple[str, str, str, str]  # the same, and what the analyst is told
ALL = "*"  # every row below the heading
KEYS = ("case", "claim")  # files of keys and values
GROUP = '["hosting", "exchange", "leads"]'

CELLS: tuple[Slip, ...] = (  # one cell that cannot be read: one fault, and no others in its wake
    ("costs", "100000,180000", "100 000,180000", "costs.csv, row 2, column 'mode': '100 000' is"
     " not a number. Write it like 1200000.50, without blanks or commas."),
    ("costs", "60000,100000", "60_000,100000", "row 2, column 'low': '60_000' is not a number"),
    ("scores", "120,150,180", "120,nan,180", "row 2, column 'mode': 'nan' is not a finite number"),
    ("scores", "120,150,180", "120,150,inf", "row 2, column 'high': 'inf' is not a finite number"),
    ("functions", "0.5,0.75", "-0.5,0.75", "row 2, column 'low': -0.5 is below 0. Raise it. The"
     " unit is: share."),
    ("functions", "0.75,0.9", "0.75,1.9", "row 2, column 'high': 1.9 is above 1. Lower it."),
    ("improvements", ",8,2025", ",8.5,2025", "row 2, column 'readiness': '8.5' is not a whole"
     " number. The unit is technology readiness level."),
    ("improvements", ",8,2025", ",12,2025", "row 2, column 'readiness': 12 is above 9"),
    ("capabilities", "data,no", "data,maybe", "row 2, column 'designated': 'maybe' is not known."
     " Use one of: no, yes."),
    ("costs", ",D,,posts", ",F,,posts", "row 2, column 'grade': 'F' is not known. Use one of: A,"),
    ("costs", "staff,organ", "staf,organ", "row 2, column 'category': 'staf' is not known. Did you"
     " mean 'staff'?"),
    ("usage", "CENTRE,NET", "CENTER,NET", "row 3, column 'platform': 'CENTER' is not known. Did"
     " you mean 'CENTRE'?"),
    ("funding", "SCAN LINK", "SCAN LINKS", "row 3, column 'earmark': 'LINKS' is not known. Did you"
     " mean 'LINK'?"),
    ("costs", "equipment_dev", "equipment_dav", "row 16, column 'bias': 'equipment_davelopment' is"
     " not known. Did you mean 'equipment_development'?"),
    ("capabilities", "Secure network,", ",", "row 3, column 'name': the cell is empty. It needs"
     " name as printed."),
    ("activity", "REG,searches,2023", "REG,searches,23", "row 2, column 'year': 23 is below 1990."),
    ("prices", "2020,80", "2020,0", "row 3, column 'value': 0 is below 1e-06. Raise it."),
    ("case", '"eu-cohesion-5"', '"constant-0.04"', "case.toml, column 'discounting': constant-0.04"
     " is 0.04 % a year. Write constant-4 if it is 4 %."),
    ("case", '"eu-cohesion-5"', '"constant-40"', "column 'discounting': constant-40 is 40 % a"),
    ("case", '"eu-cohesion-5"', '"eu-cohesion5"', "case.toml, column 'discounting': 'eu-cohesion5'"
     " is not known. Did you mean 'eu-cohesion-5'?"),
    ("case", '"2024-12-31"', '"31.12.2024"', "column 'appraisal_date': '31.12.2024' is not a day."
     " Write it like 2019-12-31."),
    ("case", "years = 3", "years = 3.5", "column 'years': '3.5' is not a whole number."),
    ("case", "seed = 11", "seed = -1", "column 'seed': -1 is below 0."),
    ("case", "budget = 110000", 'budget = "110,000"', "column 'budget': '110,000' is not a number"),
    ("claim", "margin = 1.25", "margin = 0.9", "claim.toml, column 'margin': 0.9 is below 1.01."
     " Raise it. The unit is: ratio."),
    ("claim", 'value = "score"', 'value = "points"', "claim.toml, column 'value': 'points' is not"),
    ("claim", 'estimand = "per_euro"', "", "column 'estimand': the cell is empty. It needs what"),
    ("claim", '"leads"]', '"leads", "leads"]', "column 'group': 'leads' stands twice. Keep one."),
    ("claim", "seed = 11", "sead = 11", "column 'sead': there is no such key. Did you mean 'seed"),
    ("claim", "seed = 11", "seed = 11\nseed = 12", "claim.toml: it cannot be read (Cannot"),
    ("claim", "seed = 11", 'exclusions = ["REGG"]', "column 'exclusions': 'REGG' is not known."),
    ("case", "seed = 11", "seed = 11\nclaim_margin = 1.5", "case.toml, column 'claim_margin': it"
     " went to claim.toml. Write it there as 'margin' and take this line away."),
    ("case", "seed = 11", 'seed = 11\nclaim_group = ["hosting"]', "column 'claim_group': it went to"
     " claim.toml. Write it there as 'group'"),
    ("case", 'organisation = "Small Police"', "", "column 'organisation': the cell is empty. It"
     " needs the organisation that is appraised."),
    ("case", '["en", "fr"]', '["en", "it"]', "column 'languages': 'it' is not known."),
    ("functions", "REG,hosting", "REG,hostin", "row 2, column 'function': 'hostin' is not known."),
    ("case", "budget = 1", "bugdet = 1", "column 'bugdet': there is no such key. Did you mean"
     " 'budget'?"),
    ("sources", "id,title,publisher", "id,title,publicher", "row 1, column 'publicher': there is no"
     " such column. Did you mean 'publisher'?"),
)  # fmt: skip

TABLES: tuple[Slip, ...] = (  # files, headings and rows of the wrong shape
    ("case", "years = 3", "years =", "case.toml: it cannot be read (Invalid value"),
    ("capabilities", "NET,Secure", "N ET,Secure", "row 3, column 'id': 'N ET' is not a short name."
     " Use letters, digits, '-', '_' or '.', without blanks."),
    ("criteria", "swing_low,swing", "swing_lo,swing", "row 1, column 'swing_low': the column is"
     " missing. Add it: lowest plausible weight"),
    ("sources", "title,publisher", "title,title", "row 1, column 'title': the column stands twice"),
    ("sources", "id,title,publisher,year,type,address", "", "row 1: there is no heading."),
    ("sources", "id,title,publisher,year,type,address", "id;title;publisher;year;type;address",
     "row 1: the cells are parted by semicolons. Part them by commas."),
    ("capabilities", "agreed by", "agreed, by", "row 3: the row has 7 cells and the heading 6. Put"
     " text that holds a comma in quotes."),
    ("scores", "REG,speed", "REG,reach", "row 3, column 'capability': 'REG/reach' stands in row 2"
     " already. Keep one of the two."),
    ("costs", "offer of 2023", '"offer of 2023', "costs.csv: the quotes do not match"),
    ("capabilities", ALL, "", "capabilities.csv, row 2: there is no row yet. Add the first one."),
)  # fmt: skip

RULES: tuple[Slip, ...] = (  # cells that do not go together
    ("costs", "60000,100000,180000", "60000,200000,180000", "row 2, column 'mode': 200000 is not"
     " between 60000 and 180000. Put low, mode and high in this order."),
    ("criteria", "30,60,100", "70,60,100", "row 2, column 'swing': 60 is not between 70 and 100."),
    ("costs", "A,LEDGER,\nREG-M", "A,,\nREG-M", "row 9, column 'source': grade A without a source."
     " Name the source, or grade it D or E."),
    ("costs", "posts of the plan\nNET", "\nNET", "row 2, column 'basis': grade D without a basis."),
    ("costs", "10000,20000,45000", "20000,20000,20000", "row 10, column 'high': a figure of grade E"
     " without a range. Widen low and high."),
    ("functions", "ACA,training,1,1,1,A,LEDGER,\n", "", "capabilities.csv, row 5, column 'id': the"
     " capability has no function shares"),
    ("functions", "0.2,0.4,0.6", "0.2,0.45,0.6", "row 5, column 'mode': the shares of LAB sum to"
     " 1.05. Make them sum to 1."),
    ("costs", "REST,,,", "REST,REG,,", "row 6, column 'capability': a line outside has an owner"),
    ("costs", "250000,EUR,2024,OPS,none,,,D,,what", "250000,EUR,2024,,none,,,D,,what",
     "row 6, column 'total': a line outside names no total. Name the one it completes."),
    ("costs", "LAB-STAFF,LAB,", "LAB-STAFF,,", "row 7, column 'capability': the line has 0 owners"),
    ("costs", "LAB-STAFF,LAB,", "LAB-STAFF,LAB,CENTRE", "row 7, column 'capability': the line has"),
    ("costs", "2025,2026,30000", "2026,2025,30000", "row 8, column 'to_year': 2025 is before"),
    ("costs", "NET-M,NET,,,staff,members", "NET-M,NET,,,staff,donors", "capabilities.csv, row 3,"
     " column 'id': no cost line says what members spend on NET. Add one with payer 'members';"),
    ("totals", "950000,1004000", "950000,1050000", "row 2, column 'mode': the cost lines of OPS add"
     " up to 1,000,000, not 1,050,000. Find the missing 50,000, or put it on a line with"),
    ("totals", "950000,1004000,1100000", "0,0,0", "row 2, column 'mode': a total of nothing."),
    ("costs", "180000,EUR,2024", "180000,GBP,2020", "row 2, column 'currency': GBP is not that of"
     " its total (EUR). State the line as its total is stated."),
    ("costs", "REG-STAFF,REG,,,staff,organisation,recurrent",
     "REG-STAFF,REG,,,staff,organisation,one-off",
     "row 2, column 'kind': 'one-off' is not the kind of its total. State the line as its total"),
    ("costs", "0.5,measure", "0.5,overrun", "row 16, column 'bias': an optimism bias on a range"
     " that holds the overrun. Leave bias 'none', or say in range_means what else the range"),
    ("costs", "0.5,measure", "0.5,split", "row 16, column 'total': a split of no total. Name the"),
    ("costs", "80000,100000,150000,EUR", "-80000,100000,150000,EUR", "row 20, column 'low': a range"
     " from below to above 0. Make two rows of it, what is paid and what comes in."),
    ("costs", "SCAN,staff,organisation,recurrent,,2026,,8000,10000,15000",
     "SCAN,revenue,organisation,recurrent,,2026,,-15000,-10000,-8000",
     "row 17, column 'low': revenue below 0. Write it as an amount above 0."),
    ("costs", "60000,60000,60000", "-60000,-60000,-60000", "row 9, column 'low': an amount below 0"
     " of no improvement. Write revenue of a service as category 'revenue', above 0;"),
    ("costs", "REST,,,,other", "REST,,,,revenue", "row 6, column 'total': revenue has none. Leave"),
    ("costs", "CLOUD,technology,organisation,one-off,,,,80000,100000,150000,EUR,2024,,none,,,D",
     "CLOUD,revenue,organisation,one-off,,,,80000,100000,150000,EUR,2024,,none,,overrun,D",
     "row 20, column 'range_means': the range of revenue. Leave it blank."),
    ("costs", "OPS,none,,,D", "OPS,none,,measure,D", "row 2, column 'range_means': a part of a"
     " total. Say 'split': the range is how it divides."),
    ("usage", "GUARD,REG,2,2,2,doors,A,LEDGER,\nGUARD,ACA,5,5,5,doors,A,LEDGER,\n", "",
     "platforms.csv, row 3, column 'id': nobody uses the platform. Add its users to usage."),
    ("usage", "5,5,5,doors", "5,5,5,gates", "row 6, column 'unit': 'gates' is not 'doors'."),
    ("platforms", "0.8,0.9,1", "0.8,,1", "row 3, column 'low': the fixed part is half stated."),
    ("activity", "REG,searches,2023", "REG,searches,2025", "row 2, column 'year': 2025 is after the"
     " appraisal (2024-12-31). Keep it for a later case."),
    ("relations", "LINK,requires,SCAN", "LINK,requires,LINK", "row 2, column 'other': an"
     " improvement cannot refer to itself."),
    ("relations", "CLOUD,excludes,SCAN", "SCAN,excludes,LINK", "row 3, column 'relation': SCAN"
     " requires and excludes LINK. Keep one."),
    ("relations", "CLOUD,excludes,SCAN", "SCAN,requires,LINK", "row 3, column 'other': SCAN"
     " requires itself in a circle. Open it."),
    ("costs", "LINK-BUILD,,,LINK", "LINK-BUILD,,,SCAN", "improvements.csv, row 3, column 'id': LINK"
     " costs nothing. Add it to costs."),
    ("costs", "one-off,,2026,2026,15000,20000,30000", "one-off,sunk,2026,2026,15000,20000,30000",
     "improvements.csv, row 3, column 'id': LINK costs nothing."),
    ("effects", "LINK,NET,reach,,10,30,50,D,,judged\nLINK,LAB,,verified,1,2,2.5,D,,judged\n", "",
     "improvements.csv, row 3, column 'id': LINK has no effect. Add it to effects or savings."),
    ("improvements", ",2026,2027", ",2026,2025", "row 3, column 'effect_year': it is before the"
     " start."),
    ("costs", "one-off,,2025,2025", "one-off,,2024,2025", "row 18, column 'from_year': 2024 is"
     " outside 2025 to 2027. Move it, or call it sunk."),
    ("unit_values", "9000,GBP,2020", "9000,,2020", "row 2, column 'currency': money without a"
     " currency. Name it."),
    ("unit_values", "9000,GBP,2020", "9000,GBP,", "row 2, column 'price_year': money without a"),
    ("unit_values", "9000,GBP,2020", "9000,USD,2020", "row 2, column 'currency': no rate of USD in"
     " 2020. Add a row 'exchange,USD,2020' to prices."),
    ("costs", "70000,EUR,2020", "70000,EUR,2019", "row 8, column 'price_year': no price index of"
     " EUR in 2019. Add a row 'deflator,EUR,2019' to prices."),
    ("case", "target = 200000", "target = 20000", "case.toml, column 'target': it is below the"),
    ("activity", "REG,searches,2023,10000,", "REG,searches,2023,0,", "activity.csv, row 2, column"
     " 'value': of nothing, and the comparison 'searches -> hits' asks for more."),
    ("case", '"Small Police"', '"..."', "column 'organisation': '...' is no name. Write the name"),
    ("capabilities", "Secure network,", "-,", "capabilities.csv, row 3, column 'name': '-' is no"),
    ("case", '"searches -> hits"', '"searches"', "'productivity': 'searches' has no side that is"
     " used and one that is made. Write it like"),
    ("case", '"searches -> hits"', '"search -> hits"', "'productivity': no capability has the"
     " metric 'search' in activity. Did you mean 'searches'?"),
    ("activity", "LAB,hits,2023", "LAB,hits,2022", "case.toml, column 'productivity': 'searches ->"
     " hits': no two capabilities have these in two common years. Add figures to activity"),
    ("claim", '"hosting"', '"hostin"', "column 'group': 'hostin' is no function. Did you mean"),
    ("claim", 'extent_key = "equal"', "", "column 'extent_key': a score per euro needs to know"),
    ("claim", '"equal"', '"cost"', "column 'extent_key': counted by cost, a score per euro is the"),
    ("claim", '"per_euro"', '"level"', "column 'extent_key': an extent is for scores per euro"),
    ("claim", "seed = 11", 'weighting = "vote"', "column 'weighting': per euro every service"),
    ("claim", "seed = 11", 'coders = ["ana"]', "column 'coders': nobody named 'ana' coded shares."),
    ("claim", 'value = "score"', 'value = "harm"', "column 'extent_key': an extent is for scores"),
    ("claim", GROUP, '["operations"]', "column 'group': no capability with a value in score"
     " serves any of these. Name some of the functions that are served, and not all of them."),
    ("claim", GROUP, '["hosting", "exchange", "leads", "analysis", "training"]',
     "column 'group': no capability with a value in score serves any other."),
    ("criteria", "membres,,,,,,", "membres,,,0,,,", "row 2, column 'worst': a criterion with others"
     " below it. Leave it blank."),
    ("criteria", "use,hours", "use,", "row 4, column 'unit': a measured criterion lacks it."),
    ("criteria", "members,0,200", "members,200,200", "row 3, column 'best': it is the same as worst"
     " (200). A scale needs two ends."),
    ("criteria", "12:60", "12-60", "row 4, column 'points': '12-60' is not understood."),
    ("criteria", "12:60", "60:60", "row 4, column 'points': the bends do not rise from worst to"),
    ("criteria", "12:60", "12:nan", "row 4, column 'points': the bends do not rise from worst to"),
    ("criteria", "12:60", "30:70 12:60", "row 4, column 'points': the bends do not rise from"),
    ("criteria", "membres,,,,,,", "membres,reach,,,,,", "row 2, column 'parent': the tree bites its"
     " tail. Name a criterion above it."),
    ("scores", "REG,speed", "REG,use", "row 3, column 'criterion': it has criteria below it."),
    ("scores", "REG,speed,12,24,40,0,D,,survey of 2023\n", "", "capabilities.csv, row 2, column"
     " 'id': REG has no score on speed. Add it to scores or measures; an unknown level is a wide"
     " range of grade E."),
    ("effects", "SCAN,REG,speed,,", "SCAN,REG,speed,used,", "row 2, column 'criterion': an effect"
     " changes one thing. Name criterion or step."),
    ("effects", "SCAN,REG,speed,,", "SCAN,REG,use,,", "row 2, column 'criterion': it has criteria"
     " below it. Name a measured one."),
    ("effects", "hit_rate,1.1", "hit_rate,-1.1", "row 3, column 'low': a factor below 0. Give the"),
    ("effects", "SCAN,REG,,hit_rate", "SCAN,NET,,hit_rate", "row 3, column 'step': NET has no step"
     " 'hit_rate'. Add it to chain."),
    ("unit_values", "ARREST,money,social", "ARREST,money,all", "row 3, column 'scope': 'all' stands"
     " beside its parts (fiscal) for ARREST."),
    ("unit_values", "money,social,,", "money,social,days,", "row 3, column 'index': money is on no"
     " harm index (days)."),
    ("unit_values", "EUR,2024,,,,,D", "EUR,2024,,0.5,,,D", "row 3, column 'transfer_low': the"
     " transfer to other incomes is half stated."),
    ("unit_values", "60,,,,,,,C", "60,,,0.5,,,,C", "row 5, column 'transfer_low': days of harm do"
     " not follow incomes."),
    ("case", "target = 200000", 'harm_index = "cambridge"', "column 'harm_index': 'cambridge' is"
     " not known."),
    ("chain", "REG,,verified", "REG,DOC,verified", "row 4, column 'outcome': all outcomes share the"
     " step 'verified'. Leave it blank."),
    ("chain", "REG,ARREST,outcome", "REG,,outcome", "row 6, column 'outcome': the step 'outcome'"
     " belongs to an outcome. Name it."),
    ("chain", "0.3,0.5,0.7,share", "0.3,0.5,1.7,share", "row 4, column 'high': 1.7 is above 1. It"
     " is a share."),
    ("chain", "LAB,,hits,60,80,100,a year,B,LEDGER,\n", "", "chain.csv, row 12, column 'step': the"
     " chain of LAB does not begin in one way."),
    ("chain", "REG,DOC,outcome,0.3,0.5,0.6", "REG,DOC,outcome,0.3,0.8,0.9", "row 6, column 'mode':"
     " the outcomes of REG sum to 1.05. Keep the sum below 1."),
)  # fmt: skip

MEANS = ("effects", "step,low", "step,means,low")  # a column that the small case does not use
SEVERAL: tuple[tuple[tuple[Edit, ...], str], ...] = (  # slips that take more than one cell
    (
        (
            ("platforms", ",basis\n", ",basis,part_of\n"),
            ("platforms", "usage,,,,,,", "tree,,,,,,,GUARD"),
            ("platforms", "one gate whoever passes", "one gate,CENTRE"),
        ),
        "platforms.csv, row 2, column 'part_of': the platform is part of itself. Cut the circle.",
    ),
    (
        (
            ("costs", ",basis\n", ",basis,nominal\n"),
            ("costs", "one post in part\n", "one post in part,yes\n"),
        ),
        "costs.csv, row 17, column 'nominal': no price index of EUR in 2026. Add a row"
        " 'deflator,EUR,2026' to prices, a forecast with its source.",
    ),
    (
        (
            ("costs", ",basis\n", ",basis,nominal\n"),
            ("costs", "offer of 2023\n", "offer of 2023,yes\n"),
        ),
        "costs.csv, row 5, column 'nominal': a part of a total in real prices. Leave total or",
    ),
    (
        (
            ("costs", "100000,150000,250000", "150000,150000,150000"),
            ("totals", "950000,1004000", "150000,1004000"),
        ),
        "totals.csv, row 2, column 'low': its lines without a range take 150,000, all that it may",
    ),
    (
        (
            ("costs", "60000,100000,180000", "0,0,180000"),
            ("costs", "OPS,none,,,D", "OPS,none,,overrun,D"),
        ),
        "costs.csv, row 2, column 'mode': an overrun on a base of nothing. Give the line a base.",
    ),
    (
        (
            ("costs", ",basis\n", ",basis,cause\n"),
            ("costs", "one post in part\n", "one post in part,one supplier\n"),
        ),
        "costs.csv, row 17, column 'cause': a cause of no overrun. Leave it blank.",
    ),
    (
        (
            ("costs", "mitigation,range_means", "mitigation,manages"),
            ("costs", "0.5,measure", "0.5,"),
            ("costs", "15000,EUR,2024,,none,,,D", "15000,EUR,2024,,none,,LINK-BUILD,D"),
        ),
        "costs.csv, row 17, column 'manages': LINK-BUILD has no share of its bias managed. State",
    ),
    (
        (
            ("costs", "mitigation,range_means", "mitigation,manages"),
            ("costs", "0.5,measure", "0.5,"),
            ("costs", "OPS,none,,,D", "OPS,none,,SCAN-BUILD,D"),
        ),
        "costs.csv, row 2, column 'total': what manages a risk has none. Put nothing.",
    ),
    (
        (
            ("costs", "mitigation,range_means", "mitigation,manages"),
            ("costs", "0.5,measure", "0.5,"),
            ("costs", "OPS,none,,,D", "OPS,none,,SCAN-BUILD,D"),
        ),
        "costs.csv, row 2, column 'capability': REG is not that of SCAN-BUILD. Manage the risk",
    ),
    (
        (
            ("costs", "mitigation,range_means", "mitigation,manages"),
            ("costs", "0.5,measure", "0.5,"),
            ("costs", "15000,EUR,2024,,none,,,D", "15000,EUR,2024,,none,,LINK-BUILD,D"),
            ("costs", "30000,GBP,2020,,none,,,D", "30000,GBP,2020,,none,,SCAN-BUILD,D"),
        ),
        "costs.csv, row 17, column 'manages': it manages what manages a risk. Name the line at",
    ),
    (
        (
            ("costs", "300000,350000,EUR,2024,OPS", "300000,350000,EUR,2024,"),
            ("costs", "ACA-STAFF,ACA,,,staff,organisation,recurrent,forward",
             "ACA-STAFF,ACA,,,staff,organisation,recurrent,sunk"),
            ("usage", "GUARD,ACA,5,5,5,doors,A,LEDGER,\n", ""),
        ),
        "capabilities.csv, row 5, column 'id': ACA costs nothing. Add its cost lines.",
    ),
    (
        (
            ("improvements", "6,2026,2027,no", "6,2026,2027,yes"),
            ("improvements", "9,2025,2025,no", "9,2025,2025,yes"),
        ),
        "relations.csv, row 3, column 'relation': no programme can keep 4 rules together (LINK "
        "requires SCAN; CLOUD excludes SCAN; LINK must be done; CLOUD must be done).",
    ),
    (
        (("criteria", "30,60,100,D", "0,0,0,D"), ("criteria", "70,100,100,D", "0,0,0,D")),
        "criteria.csv, row 2, column 'swing': all siblings weigh nothing. Give the largest 100.",
    ),
    (
        (("claim", 'value = "score"\nextent_key = "equal"', 'value = "money"'), ("chain", ALL, "")),
        "claim.toml, column 'value': no capability has a value in money. Add chain and",
    ),
    (
        (("claim", '"per_euro"', '"level"'), ("claim", '"score"\nextent_key = "equal"', '"harm"')),
        "claim.toml, column 'value': harm is an amount and no level. Register value = 'score', or",
    ),
    (
        (("improvements", ALL, ""), ("relations", ALL, "")),
        "case.toml, column 'budget': there are no improvements to spend it on.",
    ),
    (
        (
            ("unit_values", "outcome,scale", "outcome,library,scale"),
            (
                "unit_values",
                ALL,
                "ARREST,CCHI-RAPE,money,fiscal,,3000,5000,9000,GBP,2020,,,,,C,LEDGER,\n",
            ),
        ),
        "unit_values.csv, row 2, column 'library': CCHI-RAPE is not of the scale money. Name",
    ),
    (
        (MEANS, ("effects", ALL, "SCAN,REG,speed,,level,-18,-12,-4,D,,judged\n")),
        "effects.csv, row 2, column 'means': a level of no step. What is added to a criterion is",
    ),
    (
        (("chain", "LAB,,hits,60,80,100", "LAB,,hits,0,0,0"),
         MEANS, ("effects", ALL, "LINK,LAB,,hits,change,1,2,3,D,,judged\n")),
        "effects.csv, row 2, column 'means': hits of LAB are 0 today, and a factor on nothing is "
        "nothing. Write level, and in low, mode and high what they are with the improvement.",
    ),
    (
        (("chain", "REG,,verified", "REG,,elasticity,0.5,0.7,0.9,factor,D,,judged\nREG,,verified"),
         MEANS, ("effects", ALL, "SCAN,REG,,searches,level,100,200,300,D,,judged\n")),
        "effects.csv, row 2, column 'means': hits follow searches by an elasticity. Give a factor",
    ),
    (
        (MEANS, ("effects", ALL, "SCAN,REG,,hit_rate,level,0.1,0.5,1.5,D,,judged\n")),
        "effects.csv, row 2, column 'high': 1.5 is above 1. It is a share.",
    ),
)  # fmt: skip
SINGLE = (*CELLS, *TABLES, *RULES)


def spoil(folder: Path, *edits: Edit) -> None:
    for name, old, new in edits:
        path = folder / (f"{name}.toml" if name in KEYS else f"{name}.csv")
        text = path.read_text(encoding="utf-8")
        if old == ALL:
            changed = text.splitlines()[0] + "\n" + new
        else:
            assert old in text, f"{path.name} does not hold {old!r}"
            changed = text.replace(old, new, 1)
        path.write_text(changed, encoding="utf-8")


def faults(folder: Path) -> CaseError:
    with pytest.raises(CaseError) as caught:
        read_case(folder)
    return caught.value


def lines(error: CaseError) -> str:
    return "\n".join(str(error).splitlines()[1:])


@pytest.mark.parametrize("slip", SINGLE, ids=lambda slip: f"{slip[0]}: {slip[2][:30]!r}")
def test_the_analyst_is_told_where_what_and_how(folder: Path, slip: Slip) -> None:
    file, old, new, told = slip
    spoil(folder, (file, old, new))
    error = faults(folder)
    line = next((line for line in lines(error).splitlines() if told in line), "")
    assert line, f"{told!r} is not told in\n{error}"
    own = f"{file}.toml" if file in KEYS else f"{file}.csv"
    assert told.split(",")[0].endswith((".csv", ".toml")) or line.strip().startswith(own)
    assert error.findings == check_case(folder)


@pytest.mark.parametrize(("edits", "told"), SEVERAL, ids=lambda part: str(part)[:40])
def test_slips_of_several_cells(folder: Path, edits: tuple[Edit, ...], told: str) -> None:
    spoil(folder, *edits)
    assert told in lines(faults(folder))


@pytest.mark.parametrize("slip", CELLS, ids=lambda slip: f"{slip[0]}: {slip[2][:30]!r}")
def test_one_bad_cell_is_one_fault(folder: Path, slip: Slip) -> None:
    """No rule is misled by the row that could not be read."""
    spoil(folder, slip[:3])
    assert len(faults(folder).findings) == 1


def test_there_are_forty_slips_or_more() -> None:
    assert len({(file, new, told) for file, _, new, told in SINGLE}) >= 40


@pytest.mark.parametrize("slip", SINGLE, ids=lambda slip: f"{slip[0]}: {slip[2][:30]!r}")
def test_every_fault_is_complete(folder: Path, slip: Slip) -> None:
    spoil(folder, slip[:3])
    for finding in faults(folder).findings:
        assert finding.file.endswith((".csv", ".toml"))
        assert finding.problem
        assert finding.problem[-1] not in ".!"
        assert finding.fix[-1] in ".?"
        whole_file = "cannot be read" in finding.problem or "quotes" in finding.problem
        whole_row = "heading" in finding.problem or "row yet" in finding.problem
        assert finding.row or finding.file.endswith(".toml") or whole_file
        assert finding.column or whole_file or whole_row or "semicolons" in finding.problem


# ---------------------------------------------------------------------- every rule has its slip


ELSEWHERE = {  # rules whose slips stand in the tests of plans, of funding and of measures
    "bonuses_are_of_synergies",
    "levels_can_be_measured",
    "limits_are_in_order",
    "levels_have_one_origin",
    "minimums_can_be_counted",
    "pairs_are_named_once",
    "pledges_are_whole",
    "targets_can_be_measured",
}


def places(module: ModuleType) -> set[tuple[str, int]]:
    """Where a module reports a fault: its file and the lines of the calls."""
    file = module.__file__ or ""
    tree = ast.parse(Path(file).read_text(encoding="utf-8"))
    tree.body = [node for node in tree.body if getattr(node, "name", "") not in ELSEWHERE]
    called = {
        (node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", ""))
        + f":{node.lineno}"
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
    }
    ours = ("fault:", "_fault:", "Finding:")
    inside = inspect.getsource(module).splitlines()
    return {
        (file, int(name.split(":")[1]))
        for name in called
        if name.startswith(ours)
        and not inside[int(name.split(":")[1]) - 1].strip().startswith("return Finding")
    }


def test_every_fault_that_a_rule_can_report_has_a_slip(
    small_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    modules = (rules, costrules, relationrules, settingsrules, valuerules)
    reached: set[tuple[str, int]] = set()

    def note() -> None:
        frame = sys._getframe(2)
        reached.add((frame.f_code.co_filename, frame.f_lineno))

    report, tell, found = TypedRow.fault, settingsrules._fault, Finding

    def fault(row: TypedRow, column: str, problem: str, fix: str) -> Finding:
        note()
        return report(row, column, problem, fix)

    def _fault(key: str, problem: str, fix: str) -> Finding:
        note()
        return tell(key, problem, fix)

    def finding(file: str, row: int, column: str, problem: str, fix: str) -> Finding:
        note()
        return found(file, row, column, problem, fix)

    monkeypatch.setattr(TypedRow, "fault", fault)
    monkeypatch.setattr(settingsrules, "_fault", _fault)
    monkeypatch.setattr(valuerules, "Finding", finding)
    every = [[slip[:3]] for slip in SINGLE] + [list(edits) for edits, _ in SEVERAL]
    for number, edits in enumerate(every):
        folder = Path(shutil.copytree(small_folder, tmp_path / str(number)))
        spoil(folder, *edits)
        assert check_case(folder)
    for module in modules:
        silent = sorted(line for file, line in places(module) - reached)
        assert not silent, f"{module.__name__}: no slip reaches the faults of lines {silent}"


# ------------------------------------------------------------------------------ all of them at once


def test_faults_of_all_kinds_are_told_at_once(folder: Path) -> None:
    spoil(
        folder,
        ("costs", "100000,180000", "100 000,180000"),  # a cell
        ("scores", "REG,speed,12,24", "REG,speed,12,44"),  # an order
        ("chain", "REG,,verified", "REG,DOC,verified"),  # a chain
        ("criteria", "12:60", "60:60"),  # a scale
        ("case", "target = 200000", "target = 20000"),  # a setting
    )
    files = [finding.file for finding in faults(folder).findings]
    assert files == ["case.toml", "chain.csv", "costs.csv", "criteria.csv", "scores.csv"]


def test_faults_are_sorted_and_told_once(folder: Path) -> None:
    spoil(folder, ("sources", "title,publisher", "title,title"))
    findings = faults(folder).findings
    assert list(findings) == sorted(set(findings))


def test_a_fault_survives_a_process_pool(folder: Path) -> None:
    spoil(folder, ("costs", "100000,180000", "100 000,180000"))
    error = faults(folder)
    again = pickle.loads(pickle.dumps(error))
    assert (str(again), again.findings) == (str(error), error.findings)
    assert str(error).startswith("1 to mend:\n  costs.csv, row 2, column 'mode': '100 000'")


@pytest.mark.parametrize("kind", [CapworthError, InputError])
def test_other_errors_survive_one_too(kind: type[CapworthError]) -> None:
    again = pickle.loads(pickle.dumps(kind("cost: entry [2] is nan. Fill it.")))
    assert (type(again), str(again)) == (kind, "cost: entry [2] is nan. Fill it.")
    assert issubclass(InputError, ValueError)


def test_the_nearest_word_is_offered_or_all_of_them() -> None:
    assert nearest("chains", ["chain", "costs"]) == "Did you mean 'chain'?"
    assert nearest("x", ["b", "a"]) == "Use one of: a, b."
    many = nearest("?", [f"w{k:02}" for k in range(20)])
    assert many.startswith("Use one of: w00, w01,")
    assert "w11" in many
    assert "w12" not in many
    assert nearest("x", []) == "There is none to choose from yet."


def test_a_good_case_has_no_faults(small_folder: Path) -> None:
    assert check_case(small_folder) == ()
