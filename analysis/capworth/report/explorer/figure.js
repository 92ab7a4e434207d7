// Where a number comes from: the dialog of a figure, and that of a row of the case.

function figureDialog(page, figure) {
  const { speaker, data } = page, formula = data.formulas[figure.formula];
  const amount = (value) => speaker.said({ ...figure, value }, false);
  const given = ["stated", "chosen", "taken", "count"].includes(figure.kind), known = figure.value !== undefined && figure.value !== null;
  const kind = speaker.say(`figure_kind.${figure.kind}`);
  const facts = [];
  const fact = (key, ...value) => facts.push(h("dt", null, page.say(`dialog.${key}`)), h("dd", null, value));
  fact("value", h("strong", null, h("bdi", null, speaker.said(figure, false))), ` (${kind})`);
  if (figure.prices) fact("prices", page.unit(figure.prices));
  const whose = [figure.perspective, figure.payer].filter(Boolean);
  if (whose.length) fact("whose", whose.map((word) => page.word("payer", word)).join(", "));
  if (typeof figure.low === "number") {
    fact("range", h("bdi", null, speaker.say(figure.low < 0 ? "span_signed" : "span", { low: amount(figure.low), high: amount(figure.high) })),
      ` ${page.say("dialog.range_note")}`);
  } else if (known && !given) fact("range", page.say("dialog.no_range"));
  if (formula && given) {
    fact("formula", speaker.say(`figure.given_${figure.kind}`));
    fact("method", h("bdi", { lang: "en" }, formula.section));
  } else if (formula) {
    fact("formula", speaker.say(`formula.${figure.formula}`));
    fact("symbols", h("code", { dir: "ltr" }, formula.symbols));
    fact("method", page.say("dialog.method_text", { section: formula.section, computed: formula.computed }));
  }
  if (typeof figure.point === "number") fact("point", h("bdi", null, amount(figure.point)));
  if (typeof figure.error === "number") {
    const scale = figure.unit === "share" || figure.unit === "chance" ? 100 : 1;
    const error = speaker.inUnit(speaker.number(figure.error * scale), figure.unit === "chance" ? "share" : figure.unit, figure.prices);
    fact("error", h("bdi", null, error), ` ${page.say("dialog.error_note")}`);
  } else if (known && !given) fact("error", speaker.lacking(figure, "error"));
  if (figure.draws) fact("draws", page.say(figure.asked ? "dialog.draws_asked" : "dialog.draws_run", { draws: speaker.number(figure.draws, 0) }));
  const movers = Object.entries(figure.moved_by ?? {});
  if (movers.length) {
    fact("moved", h("ul", null, movers.map(([name, much]) => h("li", null, `${page.label(name) || name} `,
      h("bdi", null, speaker.own(say(much, 2, speaker.spoken, { plus: much > 0 ? "+" : "" })))))));
  } else if (known && !given) fact("moved", speaker.lacking(figure, "moved"));
  if (figure.places?.length) fact("places", h("code", { dir: "ltr" }, figure.places.slice(0, 2).join(" · ")));
  fact("id", h("code", { dir: "ltr" }, figure.id));
  const rows = figure.rows ?? data.groups[figure.group] ?? [];
  return [
    h("h2", { id: "dialog-title" }, page.say("dialog.title")),
    h("dl", { class: "facts" }, facts),
    h("h3", null, page.say("dialog.rows", { count: speaker.number(rows.length, 0) })),
    rows.length ? page.rows(rows) : h("p", null, page.say("dialog.no_rows")),
  ];
}

function rowDialog(page, name) {
  const row = page.row(name);
  return [
    h("h2", { id: "dialog-title" }, page.label(name)),
    row.grade ? h("p", null, page.grade(row.grade), " ", page.word("grade", row.grade)) : null,
    page.rows([name]),
  ];
}
