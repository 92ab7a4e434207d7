// The views: overview and options as the paper says them, improvements, capabilities, evidence, words.

function overview(page) {
  const { decision } = page.data.paper[page.speaker.spoken.code];
  const lines = (part) => (part ? h("section", null, h("h2", null, page.rich(part.head)),
    part.intro ? h("p", null, page.rich(part.intro)) : null,
    h("ul", null, (part.rows ?? []).map((row) => h("li", null, page.rich(row)))),
    part.text ? h("p", null, page.rich(part.text)) : null) : null);
  return [
    h("p", { class: "kicker" }, [page.speaker.spoken.titles.organisation, page.speaker.spoken.titles.day].join(" · ")),
    ...page.heading(page.rich(decision.title)),
    h("p", { class: "note" }, page.say("opens"), " ", page.say("elsewhere")),
    h("dl", { class: "box" }, decision.box.map(({ head, text }) => [h("dt", null, page.rich(head)), h("dd", null, page.rich(text))])),
    h("div", { class: "three" }, decision.numbers.map(({ value, label, text }) => h("div", null,
      h("p", { class: "big" }, page.rich(value)), h("p", null, h("strong", null, page.rich(label))), h("p", null, page.rich(text))))),
    picture(page, decision.picture),
    h("div", { class: "two" }, lines(decision.change), lines(decision.trust)),
    h("p", { class: "note" }, page.rich(decision.note)),
  ];
}

// The picture of page 1: rows with a bar and its range; the numbers stand beside.
function picture(page, drawn, label = drawn.title) {
  const percent = (share) => `${(100 * share).toFixed(2)}%`;
  const cell = (one) => (Array.isArray(one) ? [page.rich(one[0]), h("span", { class: "range" }, " (", page.rich(one[1]), ")")] : page.rich(one));
  const bar = (one, fill) => (one ? h("span", { class: "bars", "aria-hidden": "true" },
    drawn.mark === "bar" ? (one.parts.length ? parts(one, drawn) : h("span", { class: `fill ${fill}`, style: { "--from": percent(Math.min(drawn.zero, one.at)), "--share": percent(Math.abs(one.at - drawn.zero)) } })) : null,
    h("span", { class: "mark-range", style: { "--from": percent(one.low), "--to": percent(one.high) } }),
    drawn.mark === "bar" ? null : h("span", { class: "mark-dot", style: { "--at": percent(one.at) } })) : null);
  const parts = (one) => one.parts.reduce(([made, from], part) => [[...made, h("span", { class: `fill ${part.fill}`, style: { "--from": percent(from), "--share": percent(part.share) } })], from + part.share], [[], drawn.zero])[0];
  const bodies = drawn.groups.map((group) => h("tbody", null,
    group.head ? h("tr", { class: "group" }, h("th", { colspan: drawn.heads.length + 2, scope: "rowgroup" }, page.rich(group.head))) : null,
    group.rows.map((row) => h("tr", null, h("th", { scope: "row" }, page.rich(row.name)), h("td", { class: "wide" }, bar(row.bar, group.fill)),
      row.cells.map((one) => h("td", { class: "end" }, cell(one)))))));
  return h("section", null, drawn.title ? h("h2", null, page.rich(drawn.title)) : null,
    drawn.key.length ? h("ul", { class: "inline note" }, drawn.key.map((one) => h("li", null, h("span", { class: `key ${one.fill}`, "aria-hidden": "true" }), " ", page.rich(one.text)))) : null,
    h("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": page.plain(label) },
      h("table", { class: "picture" }, h("thead", null, h("tr", null, h("th", { scope: "col" }, page.rich(drawn.names || drawn.axis)),
        h("td", { class: "wide" }, h("span", { class: "range" }, page.rich(drawn.axis))), drawn.heads.map((head) => h(head ? "th" : "td", { scope: head ? "col" : null, class: "end" }, page.rich(head))))), bodies)),
    drawn.note ? h("p", { class: "note" }, page.rich(drawn.note)) : null);
}

// ------------------------------------------------------------ the annex

const OF_MEMBERS = ["remarks", "sharing", "raising", "urged"]; // questions about members and donors

// What members need, use, put in and get out, and what donors may fund.
function members(page) {
  const asked = page.data.paper[page.speaker.spoken.code].annex.filter((one) => OF_MEMBERS.includes(one.key));
  return [...page.heading(page.say("view.members")), asked.map((one) => answer(page, one))];
}

// Every question of the annex, or one with its sheets.
function annex(page, state) {
  const every = page.data.paper[page.speaker.spoken.code].annex, one = every.find(({ key }) => key === state.thing);
  if (one) return [h("p", { class: "kicker" }, page.link("annex", "", page.say("view.annex"))), ...page.heading(page.rich(one.question)), sheets(page, one)];
  return [...page.heading(page.say("view.annex")), h("p", { class: "note" }, page.say("annex_rest")), h("dl", { class: "steps" }, every.map((each) => [
    h("dt", null, each.sheets.length ? page.link("annex", each.key, page.plain(each.question)) : page.rich(each.question)),
    h("dd", null, each.sheets.length ? h("ul", null, each.sheets.map(({ title }) => h("li", null, page.rich(title)))) : page.rich(each.why))]))];
}

const answer = (page, one) => h("section", null, h("h2", null, page.rich(one.question)), sheets(page, one, "h3"));

const sheets = (page, { why, sheets: made }, level = "h2") => (made.length
  ? made.map((sheet) => h("section", null, h(level, null, page.rich(sheet.title)), sheet.blocks.map((block) => drawnBlock(page, block, sheet.title))))
  : h("p", null, page.rich(why)));

function drawnBlock(page, block, label) {
  const rich = (one) => (one ? page.rich(one) : null);
  const scroll = (table, note) => [h("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": page.plain(block.caption || label) }, table), note ? h("p", { class: "note" }, rich(note)) : null];
  const cell = (one) => (Array.isArray(one) ? [rich(one[0]), " ", h("span", { class: "range" }, rich(one[1]))] : rich(one));
  const head = (words, k) => h(words ? "th" : "td", { scope: words ? "col" : null, class: k >= (block.words ?? 1) ? "end" : null }, rich(words));
  switch (block.kind) {
    case "bars": return picture(page, block, label);
    case "words": return h("p", { class: block.small ? "note" : null }, rich(block.text));
    case "list": return [block.intro ? h("p", null, rich(block.intro)) : null, h("ul", null, block.rows.map((row) => h("li", null, rich(row)))), block.text ? h("p", null, rich(block.text)) : null];
    case "grid": return scroll(h("table", null, block.caption ? h("caption", { class: "note" }, rich(block.caption)) : null,
      h("thead", null, h("tr", null, block.heads.map(head))),
      h("tbody", null, block.rows.map((row, y) => h("tr", { class: block.marked.includes(y) ? "marked" : null },
        row.map((one, k) => (k ? h("td", { class: k >= block.words ? "end" : null }, cell(one)) : h("th", { scope: "row" }, cell(one)))))))), block.note);
    case "heat": return scroll(h("table", null, h("thead", null, h("tr", null, [block.names, ...block.heads].map(head))),
      h("tbody", null, block.rows.map((row) => h("tr", null, h("th", { scope: "row" }, rich(row.name)),
        row.cells.map(({ text, share }) => h("td", { class: "end heat", style: { "--share": `${(60 * share).toFixed(0)}%` } }, rich(text))))))));
    default: return null;
  }
}

function options(page) {
  const { summary } = page.data.paper[page.speaker.spoken.code];
  const found = summary.options;
  const cell = (one) => (Array.isArray(one) ? [page.rich(one[0]), h("br"), h("span", { class: "range" }, page.rich(one[1]))] : page.rich(one));
  const part = ({ head, text, rows }) => h("section", null, h("h2", null, page.rich(head)), text ? h("p", null, page.rich(text)) : null,
    rows.length ? h("dl", { class: "steps" }, rows.map((row) => [h("dt", null, page.rich(row.head)), h("dd", null, page.rich(row.text))])) : null);
  return [
    ...page.heading(page.rich(summary.title)),
    found ? h("section", null, h("h2", null, page.rich(found.title)),
      h("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": page.plain(found.title) }, h("table", null,
        h("thead", null, h("tr", null, h("td", null), found.heads.map((head, k) => h("th", { scope: "col", class: `end${k === found.marked ? " marked" : ""}` }, page.rich(head))))),
        h("tbody", null, found.rows.map((row) => h("tr", null, h("th", { scope: "row" }, page.rich(row.head)),
          row.cells.map((one, k) => h("td", { class: `end${k === found.marked ? " marked" : ""}` }, cell(one)))))))),
      h("p", { class: "note" }, page.rich(found.note))) : null,
    h("section", null, h("h2", null, page.rich(summary.answers.head)), h("dl", { class: "steps" }, summary.answers.rows.map((row) => [
      h("dt", null, page.rich(row.head)), h("dd", null, page.rich(row.text), row.more ? [" ", page.rich(row.more)] : null)]))),
    h("div", { class: "two" }, summary.columns.map((column) => h("div", null, column.map(part)))),
  ];
}

// Rows in the order that is asked for; names by their letters, figures by their values, none last.
function ordered(rows, columns, sorted, speaker) {
  const column = columns.find((one) => one.key === sorted.key && one.sort) ?? columns[0];
  const keyed = rows.map((row, k) => ({ row, k, key: column.sort(row) }));
  const none = (key) => key === null || key === undefined;
  keyed.sort((a, b) => {
    if (none(a.key) || none(b.key)) return none(a.key) - none(b.key) || a.k - b.k;
    const order = typeof a.key === "string" ? a.key.localeCompare(b.key, speaker.spoken.code) : a.key - b.key;
    return (sorted.down ? -order : order) || a.k - b.k;
  });
  return keyed.map(({ row }) => row);
}

const sortOf = (text, first, down) => (text ? { key: text.replace(/^-/, ""), down: text.startsWith("-") } : { key: first, down });

// A column of figures, with or without a mark.
function column(page, key, id, options = {}) {
  const figure = (row) => page.figure(id.replace("{}", row.id));
  return { key, head: page.say(`head.${key}`, page.units()), number: true, sort: (row) => figure(row)?.value ?? null,
    cell: (row) => [options.most ? page.mark(figure(row), 0, options.most) : null, page.number(figure(row), options)] };
}

Page.prototype.units = function units() {
  const { currency, currencies } = this.speaker.spoken, { sign, name } = currencies[currency];
  return { unit: this.speaker.say("million", { sign, gap: /\p{L}$/u.test(sign) ? "\u00a0" : "", name }) };
};

function listed(page, state, columns, rows, caption, mark) {
  const sorted = sortOf(state.sort, columns.first, columns.down);
  return page.table(columns, ordered(rows, columns, sorted, page.speaker), { caption, sorted, mark,
    onsort: (key) => page.show.change({ sort: sorted.key === key && !sorted.down ? `-${key}` : key }, `[aria-sort] .sort`) });
}

function improvements(page, state) {
  const { data } = page, columns = [
    { key: "name", head: page.say("head.improvement"), sort: (row) => page.speaker.name(row.id), cell: (row) => page.link("improvement", row.id) },
    { key: "role", head: page.say("head.role"), sort: (row) => page.word("role", row.role), cell: (row) => (row.role ? page.word("role", row.role) : page.speaker.say("unknown")) },
    column(page, "asked", "asked.{}"), column(page, "gain", "gain.{}"), column(page, "gain_rate", "gain_asked_rate.{}", { range: false }),
    column(page, "cost_life", "cost.{}"), column(page, "core", "core.{}", { range: false }), column(page, "start", "start.{}", { range: false }),
  ];
  Object.assign(columns, { first: "gain", down: true });
  if (!data.improvements.length) return [...page.heading(page.say("view.improvements")), h("p", null, page.say("none_improvements"))];
  return [...page.heading(page.say("view.improvements")), h("p", { class: "note" }, page.say("improvements_note")),
    listed(page, state, columns, data.improvements, page.say("view.improvements"), (row) => row.chosen)];
}

function numbers(page, ids) {
  return h("div", { class: "three" }, ids.map(([key, id]) => [key, page.figure(id)]).filter(([, figure]) => figure).map(([key, figure]) => h("div", null,
    h("p", { class: "big" }, page.number(figure, { unit: true, range: false })),
    h("p", null, page.say(`number.${key}`), page.speaker.parts(figure).span ? h("span", { class: "range" }, ` (${page.speaker.parts(figure).span})`) : null))));
}

// What each payer bears, as parts of a bar and as numbers.
function payers(page, id, key) {
  const found = page.data.payers.map((payer) => [payer, page.figure(`cost.${id}.${payer}`)]).filter(([, figure]) => figure && figure.value > 0);
  if (!found.length) return null;
  const total = found.reduce((sum, [, figure]) => sum + figure.value, 0), fills = ["solid", "hatched", "grey"];
  return h("section", null, h("h2", null, page.say(key)), h("span", { class: "stack", "aria-hidden": "true" },
    found.map(([, figure], k) => h("span", { class: `fill ${fills[k % 3]}`, style: { "--share": `${(100 * figure.value / total).toFixed(2)}%` } }))),
  h("ul", { class: "inline" }, found.map(([payer, figure], k) => h("li", null, h("span", { class: `key ${fills[k % 3]}`, "aria-hidden": "true" }), " ",
    page.word("payer", payer), " ", page.number(figure, { unit: true })))));
}

function missing(page, view) {
  return [...page.heading(page.say("missing")), h("p", null, page.link(view, "", page.say(`view.${view}`)))];
}

function improvement(page, state) {
  const { data, speaker } = page, found = data.improvements.find((one) => one.id === state.thing);
  if (!found) return missing(page, "improvements");
  const { id } = found, group = (key) => data.groups[page.figure(key)?.group] ?? [];
  const rows = [...new Set([...group(`cost.${id}`), ...group(`gain.${id}`)])];
  const facts = [["needed", "needed"], ["gain_rate", "gain_asked_rate"], ["money", "money"], ["net", "net"], ["harm", "harm"], ["core", "core"],
    ["start", "start"], ["full_effect", "full_effect"], ["readiness", "readiness"], ["served", "served"], ["enters", "enters_at"]]
    .map(([key, name]) => [key, page.figure(`${name}.${id}`)]).filter(([, figure]) => figure && (figure.unit !== "year" || figure.value));
  return [
    h("p", { class: "kicker" }, page.link("improvements", "", page.say("view.improvements")), " · ", h("code", null, id)),
    ...page.heading(speaker.name(id)),
    found.role ? h("p", null, h("strong", null, page.word("role", found.role)), found.reason && found.role === "not_now" ? `: ${page.word("reason", found.reason)}` : "") : null,
    numbers(page, [["asked", `asked.${id}`], ["gain", `gain.${id}`], ["cost_life", `cost.${id}`]]),
    h("dl", { class: "facts" }, facts.map(([key, figure]) => [h("dt", null, page.say(`fact.${key}`)), h("dd", null, page.number(figure, { unit: true }))])),
    payers(page, id, "who_pays_life"),
    h("section", null, h("h2", null, page.say("changes")), page.table([
      { head: page.say("head.capability"), cell: ([capability]) => page.link("capability", capability) },
      { head: page.say("head.what"), cell: ([, what]) => (what in speaker.spoken.names ? speaker.name(what) : page.word("step", what)) },
      { head: page.say("head.change"), number: true, cell: ([, , name]) => page.input(name) },
      { head: page.say("row.unit"), cell: ([, , name]) => page.unit(page.row(name)?.unit ?? "") },
    ], found.effects, { caption: page.say("changes") })),
    found.relations.length ? h("section", null, h("h2", null, page.say("ties")), h("ul", null, found.relations.map(([relation, other]) => h("li", null, page.say(`relation.${relation}`), " ", page.link("improvement", other))))) : null,
    h("section", null, h("h2", null, page.say("rows_behind")), page.rows(rows, 12)),
  ];
}

function capabilities(page, state) {
  const { data, speaker } = page, families = [...new Set(data.capabilities.map((one) => one.family))].sort();
  const largest = Math.max(...data.capabilities.map((one) => page.figure(`cost.${one.id}.yearly`)?.high ?? 0));
  const columns = [
    { key: "name", head: page.say("head.capability"), sort: (row) => speaker.name(row.id), cell: (row) => page.link("capability", row.id) },
    column(page, "cost", "cost.{}.yearly", { most: largest, range: false }), column(page, "score", "score.{}", { most: 100, range: false }),
    column(page, "gap", "gap.{}", { range: false }), column(page, "money", "money.{}", { range: false }), column(page, "harm", "harm.{}", { range: false }),
    { key: "route", head: page.say("head.route"), sort: (row) => row.route, cell: (row) => (row.route ? page.word("route", row.route) : speaker.say("unknown")) },
  ];
  Object.assign(columns, { first: "cost", down: true });
  const find = (state.find ?? "").toLocaleLowerCase(), box = h("div", null), count = h("p", { class: "note" });
  const draw = (text, family) => {
    const rows = data.capabilities.filter((one) => (!family || one.family === family)
      && `${speaker.name(one.id)} ${one.id}`.toLocaleLowerCase().includes(text));
    count.textContent = page.say("found", { count: speaker.number(rows.length, 0), all: speaker.number(data.capabilities.length, 0) });
    box.replaceChildren(listed(page, state, columns, rows, page.say("view.capabilities")));
  };
  draw(find, state.family ?? "");
  const later = (change) => { page.show.change(change, null, false); Object.assign(state, change); draw((state.find ?? "").toLocaleLowerCase(), state.family ?? ""); page.show.tell(count.textContent); };
  return [
    ...page.heading(page.say("view.capabilities")),
    h("div", { class: "controls", role: "search" },
      h("label", null, page.say("search"), h("input", { type: "search", value: state.find ?? "", oninput: (event) => later({ find: event.target.value }) })),
      families.length > 1 ? h("label", null, page.say("family"), h("select", { onchange: (event) => later({ family: event.target.value }) },
        h("option", { value: "" }, page.say("all")), families.map((one) => h("option", { value: one, selected: one === state.family }, one)))) : null, count),
    box,
  ];
}

function capability(page, state) {
  const { data, speaker } = page, found = data.capabilities.find((one) => one.id === state.thing);
  if (!found) return missing(page, "capabilities");
  const { id } = found, group = (key) => data.groups[page.figure(key)?.group] ?? [];
  const rows = [...new Set([...group(`cost.${id}`), ...group(`score.${id}`).filter((name) => name.startsWith("scores/")), ...found.chain.map(([, , name]) => name)])];
  const facts = [["gap", "gap"], ["extent", "extent"], ["harm", "harm"], ["net", "net"], ["cost_life", "cost"], ["excellent", "excellent"], ["gap_harm", "gap_harm"], ["gap_money", "gap_money"]]
    .map(([key, name]) => [key, page.figure(`${name}.${id}`)]).filter(([, figure]) => figure);
  return [
    h("p", { class: "kicker" }, page.link("capabilities", "", page.say("view.capabilities")), " · ", h("code", null, id)),
    ...page.heading(speaker.name(id)),
    numbers(page, [["cost", `cost.${id}.yearly`], ["score", `score.${id}`], ["money", `money.${id}`]]),
    found.route ? h("p", null, page.say("route"), " ", h("strong", null, page.word("route", found.route))) : null,
    h("dl", { class: "facts" }, facts.map(([key, figure]) => [h("dt", null, page.say(`fact.${key}`)), h("dd", null, page.number(figure, { unit: true }))])),
    payers(page, id, "who_pays_life"),
    lanes(page, found),
    gaps(page, id),
    found.improvements.length ? h("section", null, h("h2", null, page.say("changed_by")), h("ul", null, found.improvements.map((one) => h("li", null, page.link("improvement", one))))) : null,
    h("section", null, h("h2", null, page.say("rows_behind")), page.rows(rows, 12)),
  ];
}

// The chain as swim lanes: search and hit, check and use, each outcome, what one is worth.
function lanes(page, found) {
  const { speaker } = page;
  if (!found.chain.length) return h("section", null, h("h2", null, page.say("chain")), h("p", null, page.say("no_chain")));
  const first = ["searches", "hit_rate", "hits"], outcomes = [...new Set(found.chain.map(([, outcome]) => outcome).filter(Boolean))];
  const of = (test) => found.chain.filter(([step, outcome]) => test(step, outcome));
  const lanes = [
    [page.say("lane.found"), of((step, outcome) => !outcome && first.includes(step))],
    [page.say("lane.used"), of((step, outcome) => !outcome && !first.includes(step))],
    ...outcomes.map((one) => [speaker.name(one), of((_, outcome) => outcome === one)]),
  ].filter(([, steps]) => steps.length);
  const step = (text, name) => h("li", null, h("span", { class: "step" }, text), page.input(name));
  return h("section", null, h("h2", null, page.say("chain")), h("p", { class: "note" }, page.say("chain_note")),
    h("dl", { class: "lanes" }, lanes.map(([head, steps]) => [h("dt", null, head),
      h("dd", null, h("ol", null, steps.map(([one, , name]) => step(page.word("step", one), name))))]),
    found.worth.length ? [h("dt", null, page.say("lane.worth")), h("dd", null, h("ul", null, found.worth.map(([outcome, scale, name]) =>
      step(`${speaker.name(outcome)} · ${page.unit(page.row(name)?.unit ?? scale)}`, name))))] : null));
}

// Today, the agreed level and the model on every criterion.
function gaps(page, id) {
  const rows = page.data.criteria.map((leaf) => ({ leaf, now: page.figure(`value.${id}.${leaf}`), agreed: page.figure(`agreed_level.${id}.${leaf}`),
    model: page.figure(`target_level.${id}.${leaf}`), below: page.figure(`below.${id}.${leaf}`) })).filter((row) => row.now);
  if (!rows.length) return null;
  const scale = (row) => h("span", { class: "gap", "aria-hidden": "true" }, page.mark(row.now, 0, 100),
    typeof row.agreed?.value === "number" ? h("span", { class: "gap-agreed", style: { "--at": `${row.agreed.value}%` } }) : null,
    typeof row.model?.value === "number" ? h("span", { class: "gap-model", style: { "--at": `${Math.min(Math.max(row.model.value, 0), 100)}%` } }) : null);
  return h("section", null, h("h2", null, page.say("gap")), h("p", { class: "note" }, page.say("gap_note")), page.table([
    { head: page.say("head.criterion"), cell: (row) => page.speaker.name(row.leaf) },
    { head: page.say("head.scale"), cell: scale },
    { head: page.say("head.now"), number: true, cell: (row) => page.number(row.now) },
    { head: page.say("head.agreed"), number: true, cell: (row) => page.number(row.agreed, { range: false }) },
    { head: page.say("head.model"), number: true, cell: (row) => page.number(row.model, { range: false }) },
    { head: page.say("head.below"), number: true, cell: (row) => page.number(row.below) },
  ], rows, { caption: page.say("gap") }));
}

function evidence(page, state) {
  const { data, speaker } = page, what = ["cost", "division", "score", "money", "swing"].filter((one) => page.figure(`evidence.${data.grades[0]}.${one}`));
  const names = Object.keys(data.rows).filter((name) => data.rows[name].grade);
  const many = (grade) => names.filter((name) => data.rows[name].grade === grade).length;
  const box = h("div", null), count = h("p", { class: "note" });
  const draw = () => {
    const find = (state.find ?? "").toLocaleLowerCase();
    const shown = names.filter((name) => (!state.grade || data.rows[name].grade === state.grade)
      && (!find || `${name} ${page.label(name)} ${data.rows[name].source ?? ""}`.toLocaleLowerCase().includes(find)));
    count.textContent = page.say("found", { count: speaker.number(shown.length, 0), all: speaker.number(names.length, 0) });
    box.replaceChildren(page.rows(shown, 60));
  };
  draw();
  const later = (change) => { page.show.change(change, null, false); Object.assign(state, change); draw(); page.show.tell(count.textContent); };
  return [
    ...page.heading(page.say("view.evidence")), h("p", null, page.say("evidence_note")), h("p", { class: "note" }, speaker.spoken.titles.note),
    page.table([
      { head: page.say("row.grade"), cell: (grade) => [page.grade(grade), " ", page.word("grade", grade)] },
      { head: page.say("head.rows"), number: true, cell: (grade) => speaker.number(many(grade), 0) },
      ...what.map((one) => ({ head: page.say(`head.evidence_${one}`), number: true, cell: (grade) => page.of(`evidence.${grade}.${one}`, { range: false }) })),
    ], data.grades, { caption: page.say("view.evidence") }),
    h("h2", null, page.say("rows_all")),
    h("div", { class: "controls", role: "search" },
      h("label", null, page.say("search"), h("input", { type: "search", value: state.find ?? "", oninput: (event) => later({ find: event.target.value }) })),
      h("label", null, page.say("row.grade"), h("select", { onchange: (event) => later({ grade: event.target.value }) },
        h("option", { value: "" }, page.say("all")), data.grades.map((one) => h("option", { value: one, selected: one === state.grade }, `${one} · ${page.word("grade", one)}`)))), count),
    box,
  ];
}

function words(page) {
  const { speaker, data } = page, known = speaker.spoken.words;
  const terms = Object.keys(known).filter((key) => key.startsWith("explorer.term.")).map((key) => key.slice("explorer.term.".length));
  return [
    ...page.heading(page.say("view.words")),
    h("dl", { class: "steps" }, terms.map((term) => [h("dt", null, page.say(`term.${term}`)), h("dd", null, page.say(`means.${term}`))])),
    h("h2", null, page.say("grades")), h("dl", { class: "steps" }, data.grades.map((grade) => [h("dt", null, page.grade(grade)), h("dd", null, page.word("grade", grade))])),
    h("h2", null, page.say("formulas")), h("p", { class: "note" }, page.say("symbols_note")),
    page.table([
      { head: page.say("dialog.formula"), cell: (id) => speaker.say(`formula.${id}`) },
      { head: page.say("dialog.symbols"), cell: (id) => h("code", { dir: "ltr" }, data.formulas[id].symbols) },
      { head: page.say("dialog.method"), cell: (id) => h("bdi", { lang: "en" }, data.formulas[id].section) },
    ], Object.keys(data.formulas), { caption: page.say("formulas") }),
  ];
}
