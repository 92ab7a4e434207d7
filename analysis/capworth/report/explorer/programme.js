// The programme: what is asked of the simulations, and what they answer. Figures of the run are shown
// as they are stored wherever a quantity is stored; all else is said to be from the simulations here.

const LATER = 150; // milliseconds of work at a time, so that the page stays awake

function programme(page, state) {
  const { data } = page, run = data.simulations, known = data.programme;
  if (!known) return [...page.heading(page.say("view.programme")), h("p", null, page.say("none_programme"))];
  if (run.cannot) {
    return [...page.heading(page.say("view.programme")), h("p", { class: "warning" }, page.say(`cannot.${run.cannot}`)),
      results(page, fromRun(page), null), roleTable(page, state, fromRun(page), false)];
  }
  const out = h("div", { id: "answer" }), table = h("div", null);
  const asking = { steps: null };
  const draw = (answer, asked) => {
    out.replaceChildren(...results(page, answer, asked).filter(Boolean));
    table.replaceChildren(roleTable(page, state, answer, true, change));
  };
  const answer = (tell) => {
    const asked = askedOf(state.asked, run);
    asking.steps = null;
    if (!asked) {
      draw(fromRun(page), null);
      if (tell) page.show.tell(page.say("as_run"));
      return;
    }
    const steps = page.show.simulations().choosing(asked);
    asking.steps = steps;
    out.setAttribute("aria-busy", "true");
    const work = () => {
      if (asking.steps !== steps) return;
      const until = Date.now() + LATER;
      for (;;) {
        const { done, value } = steps.next();
        if (done) {
          out.removeAttribute("aria-busy");
          const found = value && fromSimulations(page, value, asked);
          draw(found, asked);
          if (tell) page.show.tell(found ? page.plain(headline(page, found, asked)) : page.say("no_set"));
          return;
        }
        if (Date.now() > until) break;
      }
      if (!out.querySelector("progress")) out.prepend(h("p", { class: "searching" }, page.say("searching"), h("progress", { "aria-label": page.say("searching") })));
      setTimeout(work, 0);
    };
    work();
  };
  const change = (part, redraw = false) => {
    Object.assign(state.asked, part);
    page.show.change({ asked: state.asked }, null, false);
    if (redraw) controls.replaceChildren(...dials(page, state, change));
    answer(true);
  };
  const controls = h("form", { class: "dials", onsubmit: (event) => event.preventDefault() }, dials(page, state, change));
  answer(false);
  return [
    ...page.heading(page.say("view.programme")),
    h("p", { class: "note" }, page.say("programme_note", { draws: page.speaker.number(run.columns.draws, 0), run: page.speaker.number(known.draws, 0), sets: page.speaker.number(run.sets, 0) })),
    h("div", { class: "bench" }, controls, out), table,
  ];
}

// ------------------------------------------------------------ what is asked

function dials(page, state, change) {
  const { data, speaker } = page, run = data.simulations, known = data.programme, { asked } = state;
  const slider = (name, value, { least = 0, most, step, shown, moved }) => {
    const output = h("span", { class: "dial-value", "aria-hidden": "true" }, shown(value));
    const input = h("input", { type: "range", min: least, max: most, step, value, "aria-label": name, "aria-valuetext": shown(value) });
    input.addEventListener("input", () => {
      output.textContent = shown(Number(input.value));
      input.setAttribute("aria-valuetext", output.textContent);
      moved(Number(input.value));
    });
    return h("label", { class: "dial" }, h("span", null, name), output, input);
  };
  const nice = 10 ** Math.floor(Math.log10(Math.max(known.most_m, 1e-6) / 100));
  const money = (value) => speaker.amount(page.exact(value), true);
  const percent = (value) => speaker.say("percent", { number: speaker.number(value, 0) });
  const children = (parent) => run.tree.criteria.filter((one) => one.parent === parent);
  const swing = ({ id, swing: stated }) => slider(speaker.name(id), asked.swings[id] ?? stated, {
    most: 100, step: 1, shown: (value) => speaker.number(value, 0),
    moved: (value) => change({ swings: value === stated ? without(asked.swings, id) : { ...asked.swings, [id]: value } }) });
  const nested = children("").filter(({ id }) => children(id).length);
  return [
    slider(page.say("dial.budget"), asked.budget ?? known.budget_m, { most: Math.ceil(known.most_m / nice) * nice, step: nice, shown: money,
      moved: (value) => change({ budget: value === known.budget_m ? null : value }) }),
    slider(page.say("dial.confidence"), 100 * (asked.confidence ?? known.confidence), { most: 99, least: 50, step: 1, shown: percent,
      moved: (value) => change({ confidence: value / 100 === known.confidence ? null : value / 100 }) }),
    run.measure === "distance" && run.tree.criteria.length ? h("fieldset", null, h("legend", null, page.say("dial.weights")),
      h("p", { class: "note" }, page.say("dial.weights_note")), children("").map(swing),
      nested.length ? h("details", null, h("summary", null, page.say("dial.within")), nested.map(({ id }) => h("fieldset", null, h("legend", null, speaker.name(id)), children(id).map(swing)))) : null) : null,
    h("p", null, h("button", { type: "button", onclick: () => change({ budget: null, confidence: null, must: [], barred: [], swings: {} }, true) }, page.say("dial.reset"))),
  ];
}

const without = (given, key) => Object.fromEntries(Object.entries(given).filter(([name]) => name !== key));

// ------------------------------------------------------------ what is answered

// The programme of the run, in its own figures.
function fromRun(page) {
  const { data } = page, known = data.programme, figure = (name) => page.figure(`${name}.programme`);
  const years = Object.keys(data.figures).map((id) => /^asked\.programme\.(\d{4})$/.exec(id)?.[1]).filter(Boolean).sort();
  const found = (id) => data.improvements.find((one) => one.id === id);
  return {
    stored: true, feasible: known.feasible, chosen: known.chosen,
    late: Object.fromEntries(data.improvements.map((one, k) => [one.id, known.delays[k]])),
    asked: figure("asked"), needed: figure("needed"), contingency: figure("contingency"), within: figure("within"), years: figure("years"),
    gain: figure("gain"), cost: figure("cost"), money: figure("money"), net: figure("net"), harm: figure("harm"), positive: figure("positive"),
    regret: figure("regret"), byYear: years.map((year) => [year, page.figure(`asked.programme.${year}`)]),
    payers: data.payers.map((payer) => [payer, page.figure(`cost.programme.${payer}`)]),
    role: (id) => found(id).role, core: (id) => page.figure(`core.${id}`), choices: [],
  };
}

// What the simulations answer; a quantity that is stored is shown as it is stored.
function fromSimulations(page, told, asked) {
  const { data } = page, run = data.simulations, known = data.programme, { names } = run;
  const chosen = told.members.map((k) => names[k]);
  const behind = (kind) => [...new Set(chosen.flatMap((id) => data.groups[page.figure(`${kind}.${id}`)?.group] ?? []))];
  const prices = page.figure("asked.programme")?.prices ?? "";
  const make = (name, amount, unit, formula, kind = "mean", rows = "asked") => {
    if (amount === null) return null;
    const figure = typeof amount === "number" ? { value: amount } : amount;
    const scale = unit === "millions" ? 1e6 : 1;
    const scaled = Object.fromEntries(["value", "low", "high", "error"].filter((key) => figure[key] !== undefined).map((key) => [key, figure[key] / scale]));
    const error = unit === "chance" ? Math.sqrt(amount * (1 - amount) / told.draws) : scaled.error;
    return { id: `${name} · ${page.say("simulated")}`, ...scaled, error: error > 0 ? error : undefined, unit, formula, kind, prices: scale === 1 ? "" : prices, draws: told.draws, asked: true, rows: behind(rows) };
  };
  const late = Object.fromEntries(names.map((name, k) => [name, told.delays[k]]));
  const same = storedSet(data, chosen, late, run), held = asked.swings !== null;
  const kept = (name, simulated, holds = true) => (same && holds ? page.figure(`${name}.${same}`) ?? simulated : simulated);
  const confident = asked.confidence === run.confidence, budgeted = confident && asked.budget === run.budget;
  const program = same === "programme";
  const first = run.first_year;
  return {
    stored: false, feasible: told.feasible, chosen, late, cut: told.cut, listed: told.listed,
    asked: kept("asked", make("asked", told.asked, "millions", "asked")),
    needed: kept("needed", make("needed", told.needed, "millions", "needed", "quantile"), confident),
    contingency: kept("contingency", make("contingency", told.contingency, "millions", "contingency", "quantile"), confident),
    within: kept("within", make("within", told.within, "chance", "within", "share"), budgeted),
    years: kept("years", make("years", told.years, "chance", "within", "share")),
    gain: kept("gain", make("gain", told.distance, "distance", "gain", "mean", "gain"), !held),
    cost: kept("cost", make("cost", told.cost, "millions", "cost", "mean", "cost")),
    money: kept("money", make("money", told.money, "millions", "money", "mean", "money")),
    net: kept("net", make("net", told.net, "millions", "net", "mean", "money")),
    harm: kept("harm", make("harm", told.harm, "days", "harm", "mean", "harm")),
    positive: kept("positive", make("positive", told.positive, "chance", "share_of_draws", "share", "money")),
    regret: make("regret", { value: told.regret / (run.measure === "net" ? 1e6 : 1), error: told.regretError / (run.measure === "net" ? 1e6 : 1) }, { distance: "distance", harm: "days", net: "millions" }[run.measure] === "millions" ? "count" : { distance: "distance", harm: "days" }[run.measure], "regret", "mean", "gain"),
    byYear: told.byYear.map((amount, k) => [String(first + k), program ? page.figure(`asked.programme.${first + k}`) : make(`asked.${first + k}`, amount, "millions", "by_year")]),
    payers: data.payers.map((payer, k) => [payer, program ? page.figure(`cost.programme.${payer}`) : told.payers[k] ? make(`cost.${payer}`, told.payers[k], "millions", "cost_by_payer", "mean", "cost") : null]),
    role: (id) => told.verbs[names.indexOf(id)].replace(",", "").replaceAll(" ", "_"),
    core: (id) => make(`core.${id}`, { value: told.core[names.indexOf(id)] }, "ratio", "core", "mean", "gain"),
    choices: told.exchanges.filter((one) => one.pBetter >= LISTED).map((one) => ({
      out: membersOf(one.out).map((k) => names[k]), into: membersOf(one.into).map((k) => names[k]), even: one.pBetter >= CHOICE,
      better: make("better", one.pBetter, "chance", "exchange", "share", "gain") })),
  };
}

// The set of the run that this is, with the same starts; null where it is none of them.
function storedSet(data, chosen, late, run) {
  const known = data.programme, start = Object.fromEntries(run.names.map((name, k) => [name, run.starts[k]]));
  const key = (names, delays) => names.map((name) => `${name}:${delays(name)}`).sort().join();
  const mine = key(chosen, (name) => start[name] + late[name]);
  if (mine === key(known.chosen, (name) => start[name] + known.delays[run.names.indexOf(name)])) return "programme";
  const found = known.stored.find((set) => {
    const years = Object.fromEntries(set.late.map((pair) => pair.split(":")));
    return mine === key(set.chosen, (name) => years[name] ?? start[name]);
  });
  return found ? found.id : null;
}

function headline(page, found, asked) {
  const { speaker } = page;
  if (!found.chosen.length) return page.say("answer.nothing");
  return page.say(found.feasible ? "answer.set" : "answer.unsure", { count: speaker.number(found.chosen.length, 0),
    money: speaker.said(found.needed, false), sure: speaker.say("percent", { number: speaker.number(100 * (asked?.confidence ?? page.data.programme.confidence), 0) }),
    gain: speaker.said(found.gain ?? { value: null }, false) });
}

function results(page, found, asked) {
  const { speaker, data } = page;
  if (!found) return [h("p", { class: "warning" }, page.say("no_set"))];
  const line = (key, figure, slots) => (figure && figure.value !== null && figure.value !== undefined
    ? [h("dt", null, page.say(`answer.${key}`, slots)), h("dd", null, page.number(figure, { unit: true }))] : null);
  const sure = speaker.say("percent", { number: speaker.number(100 * (asked?.confidence ?? data.programme.confidence), 0) });
  const budget = speaker.amount(page.exact(asked ? asked.budget / 1e6 : data.programme.budget_m), true);
  const draws = data.simulations.columns?.draws ?? 0;
  const years = found.byYear.filter(([, figure]) => figure && figure.value > 0);
  const most = Math.max(...years.map(([, figure]) => figure.high ?? figure.value), ...data.programme.room.filter(Boolean), 1e-9);
  return [
    h("p", { class: "headline" }, headline(page, found, asked)),
    h("p", { class: "note" }, found.stored ? page.say("as_run") : page.say("from_simulations", { draws: speaker.number(draws, 0) }),
      found.cut ? ` ${page.say("cut")}` : "", found.feasible ? "" : ` ${page.say("unsure")}`),
    found.chosen.length ? h("ul", null, found.chosen.map((id) => h("li", null, page.link("improvement", id), found.late[id]
      ? ` (${page.say("late", { year: speaker.own(String(startOf(data, id) + found.late[id])) })})` : ""))) : null,
    h("dl", { class: "facts" }, line("asked", found.asked), line("needed", found.needed, { sure }), line("contingency", found.contingency),
      line("within", found.within, { budget }), data.programme.room.some(Boolean) ? line("years", found.years) : null, line("gain", found.gain),
      line("cost", found.cost), line("money", found.money), line("net", found.net), line("positive", found.positive), line("harm", found.harm), line("regret", found.regret),
      found.payers.map(([payer, figure]) => (figure && figure.value > 0 ? line("payer", figure, { payer: page.word("payer", payer) }) : null))),
    years.length ? h("section", null, h("h2", null, page.say("by_year")), page.table([
      { head: page.say("head.year"), cell: ([year]) => h("bdi", null, year) },
      { head: page.say("head.scale"), cell: ([year, figure]) => h("span", { class: "bars", "aria-hidden": "true" }, h("span", { class: "fill hatched", style: { "--from": "0%", "--share": `${(100 * figure.value / most).toFixed(2)}%` } }), cap(data, year, most)) },
      { head: page.say("head.asked", page.units()), number: true, cell: ([, figure]) => page.number(figure) },
      ...(data.programme.room.some(Boolean) ? [{ head: page.say("head.limit"), number: true, cell: ([year]) => { const room = roomOf(data, year); return room === null ? speaker.say("unknown") : page.exact(room); } }] : []),
    ], years, { caption: page.say("by_year") })) : null,
    found.choices.length ? h("section", null, h("h2", null, page.say("choices")), h("ul", null, found.choices.map((one) => h("li", null,
      page.say(one.even ? "choice_even" : "choice_prefer", { out: speaker.listed(one.out.map((id) => speaker.brief(id))), into: speaker.listed(one.into.map((id) => speaker.brief(id))) }), " ", page.number(one.better))))) : null,
  ];
}

const startOf = (data, id) => data.simulations.starts[data.simulations.names.indexOf(id)];
const roomOf = (data, year) => data.programme.room[Number(year) - data.programme.first_year] ?? null;

function cap(data, year, most) {
  const room = roomOf(data, year);
  return room === null ? null : h("span", { class: "gap-agreed", style: { "--at": `${(100 * room / most).toFixed(2)}%` } });
}

function roleTable(page, state, found, open, change) {
  const { data, speaker } = page, { asked } = state;
  const standing = (id) => (asked.must.includes(id) ? "must" : asked.barred.includes(id) ? "out" : "free");
  const stand = (id, value) => change({ must: [...asked.must.filter((one) => one !== id), ...(value === "must" ? [id] : [])],
    barred: [...asked.barred.filter((one) => one !== id), ...(value === "out" ? [id] : [])] });
  const inside = new Set(found?.chosen ?? []);
  const held = document.activeElement?.dataset?.standing;
  const made = page.table([
    { head: page.say("head.improvement"), cell: ({ id }) => page.link("improvement", id) },
    open ? { head: page.say("head.standing"), cell: ({ id }) => h("select", { "aria-label": page.say("standing_of", { name: speaker.brief(id) }), "data-standing": id, onchange: (event) => stand(id, event.target.value) },
      ["free", "must", "out"].map((one) => h("option", { value: one, selected: standing(id) === one }, page.say(`standing.${one}`)))) } : null,
    { head: page.say("head.role"), cell: ({ id }) => (found ? page.word("role", found.role(id)) : speaker.say("unknown")) },
    { head: page.say("head.core"), cell: ({ id }) => (found ? [page.bar(found.core(id)?.value ?? 0), page.number(found.core(id), { range: false })] : null) },
    { head: page.say("head.asked", page.units()), number: true, cell: ({ id }) => page.of(`asked.${id}`) },
    { head: page.say("head.gain", page.units()), number: true, cell: ({ id }) => page.of(`gain.${id}`) },
  ].filter(Boolean), data.improvements, { caption: page.say("view.improvements"), mark: ({ id }) => inside.has(id) });
  if (held) setTimeout(() => document.querySelector(`[data-standing="${CSS.escape(held)}"]`)?.focus(), 0);
  return h("section", null, h("h2", null, page.say("view.improvements")), made);
}
