// Pieces of the page: elements, numbers that open, tables, marks. Every word comes from the phrases.

const at = (id) => document.getElementById(id);

// An element with attributes and children; what is null is left out, texts stay texts.
function h(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [key, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key === "style") Object.entries(value).forEach(([name, one]) => made.style.setProperty(name, one));
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.flat(9).filter((child) => child !== null && child !== undefined && child !== false));
  return made;
}

// Numbers that open stay on one line with what is written to them without a space: "€", "%", "(".
function glued(parts) {
  const made = [];
  let tied = null;
  for (const part of parts) {
    if (part === "") continue;
    if (typeof part !== "string") {
      if (!tied) {
        const before = typeof made.at(-1) === "string" ? made.pop() : "", head = /[^ ]*$/.exec(before)[0];
        if (before.length > head.length) made.push(before.slice(0, before.length - head.length));
        tied = h("span", { class: "tied" }, head);
        made.push(tied);
      }
      tied.append(part);
      continue;
    }
    const tail = tied ? /^[^ ]*/.exec(part)[0] : "";
    if (tied) tied.append(tail);
    if (tied && tail.length === part.length) continue;
    tied = null;
    made.push(part.slice(tail.length));
  }
  return made;
}

class Page {
  constructor(data, speaker, show) {
    Object.assign(this, { data, speaker, show });
  }

  say(key, slots) {
    return this.speaker.say(`explorer.${key}`, slots);
  }

  word(group, key) {
    const id = `${group}.${key}`;
    return this.speaker.has(id) ? this.speaker.say(id) : key;
  }

  figure(id) {
    const found = this.data.figures[id];
    return found ? { id, ...found } : null;
  }

  // A text with **bold** parts and marked numbers: see links.py.
  rich(text) {
    const parts = [];
    for (const [k, piece] of text.split("**").entries()) {
      const inside = [];
      for (const bit of piece.split(/(\ue000\d+\ue001[^\ue002]*\ue002)/)) {
        const mark = /^\ue000(\d+)\ue001([^\ue002]*)\ue002$/.exec(bit);
        inside.push(mark ? this.opener(this.figure(this.data.links[mark[1]]), mark[2]) : bit);
      }
      parts.push(k % 2 ? h("strong", null, glued(inside)) : glued(inside));
    }
    return parts.flat();
  }

  plain(text) {
    return text.replace(/\ue000\d+\ue001|\ue002|\*\*/g, "");
  }

  // A number that opens.
  opener(figure, text) {
    if (!figure) return text;
    return h("button", { type: "button", class: "number", "aria-haspopup": "dialog",
      onclick: () => this.show.figure(figure) }, h("bdi", null, text));
  }

  // A figure as it is printed: its middle opens, its range stands small behind.
  number(figure, { unit = false, range = true } = {}) {
    if (!figure) return h("span", { class: "none" }, this.speaker.say("unknown"));
    const { text, bare, span } = this.speaker.parts(figure);
    const absent = figure.value === null || figure.value === undefined;
    const shown = this.opener(figure, absent ? text : unit ? text : bare);
    return h("span", { class: absent ? "figure none" : "figure" }, shown,
      range && span ? h("span", { class: "range" }, ` (${span})`) : null);
  }

  of(id, options) {
    return this.number(this.figure(id), options);
  }

  row(name) {
    return this.data.rows[name];
  }

  // File and row; settings and the claim are no tables.
  place(name) {
    const { table, row } = this.row(name), kind = ["case", "claim"].includes(table) ? "toml" : "csv";
    return `${table}.${kind}${row ? ` ${row}` : ""}`;
  }

  exact(value) {
    if (value === undefined || value === null) return this.speaker.say("unknown");
    const places = Math.max(4, decimalsOf(value, value, value) + 1);
    return this.speaker.own(say(value, places, this.speaker.spoken, { padded: false }));
  }

  // A row of the case in words: whose it is and what it says.
  label(name) {
    const [table, ...keys] = name.split("/");
    const line = table === "costs" || table === "bias" ? this.data.lines[keys[0]] : null;
    if (line) {
      const [owner, payer, category, kind] = line;
      return [this.speaker.brief(owner), this.word("category", category), this.word("payer", payer), this.word("kind", kind)].join(" · ");
    }
    if (table === "case" || table === "claim") return this.word("setting", keys[0]);
    return keys.map((key) => (key in this.speaker.spoken.names ? this.speaker.brief(key) : this.word("step", key))).join(" · ");
  }

  grade(letter) {
    return h("abbr", { class: `grade grade-${letter}`, title: this.word("grade", letter) }, letter);
  }

  // The value of a row; opens the row.
  input(name) {
    const row = this.row(name);
    if (!row) return h("span", { class: "none" }, this.speaker.say("unknown"));
    const span = row.low === undefined || row.low === row.high ? null
      : h("span", { class: "range" }, ` (${this.speaker.say(row.low < 0 ? "span_signed" : "span", { low: this.exact(row.low), high: this.exact(row.high) })})`);
    return h("span", { class: "figure" },
      h("button", { type: "button", class: "number", "aria-haspopup": "dialog", onclick: () => this.show.row(name) },
        h("bdi", null, this.exact(row.mode))), span, " ", row.grade ? this.grade(row.grade) : null);
  }

  link(view, thing, text = this.speaker.name(thing)) {
    return h("a", { href: this.show.address(view, thing) }, text);
  }

  // A table; a column is { head, sort?, number?, cell(row) }, the first one heads its rows.
  table(columns, rows, { caption, sorted, onsort, cards = false, mark = () => false } = {}) {
    const head = (column) => h("th", { scope: "col", class: column.number ? "end" : null,
      "aria-sort": sorted?.key === column.key && column.key ? (sorted.down ? "descending" : "ascending") : null },
    column.sort && onsort ? h("button", { type: "button", class: "sort", onclick: () => onsort(column.key) },
      column.head, h("span", { "aria-hidden": "true" }, sorted?.key === column.key ? (sorted.down ? " ↓" : " ↑") : " ↕"))
      : column.head);
    return h("div", { class: "scroll", role: "region", tabindex: "0", "aria-label": caption },
      h("table", { class: cards ? "cards" : null }, h("caption", { class: "hidden" }, caption),
        h("thead", null, h("tr", null, columns.map(head))),
        h("tbody", null, rows.map((row) => h("tr", { class: mark(row) ? "marked" : null },
          columns.map((column, k) => h(k ? "td" : "th", { scope: k ? null : "row", class: column.number ? "end" : null,
            "data-head": column.head }, column.cell(row))))))));
  }

  // A dot with its range on a line from least to most; the number beside it says the same.
  mark(figure, least, most) {
    if (!figure || typeof figure.value !== "number" || !(most > least)) return null;
    const place = (value) => `${(100 * Math.min(Math.max((value - least) / (most - least), 0), 1)).toFixed(2)}%`;
    const low = figure.low ?? figure.value, high = figure.high ?? figure.value;
    return h("span", { class: "mark", "aria-hidden": "true" },
      h("span", { class: "mark-range", style: { "--from": place(low), "--to": place(high) } }),
      h("span", { class: "mark-dot", style: { "--at": place(figure.value) } }));
  }

  bar(share, fill = "hatched") {
    return h("span", { class: "track", "aria-hidden": "true" }, share > 0 && h("span", { class: `fill ${fill}`, style: { "--share": `${(100 * Math.min(Math.max(share, 0), 1)).toFixed(2)}%` } }));
  }

  // Rows of the case as a table, the first ones and all on request.
  rows(names, most = 40) {
    const { speaker } = this;
    const columns = [
      { head: this.say("row.what"), cell: (name) => this.label(name) },
      { head: this.say("row.place"), cell: (name) => h("code", null, this.place(name)) },
      { head: this.say("row.value"), number: true, cell: (name) => {
        const row = this.row(name);
        const ends = row.low === undefined && row.high === undefined ? "" : ` (${speaker.say("span_signed", { low: this.exact(row.low), high: this.exact(row.high) })})`;
        return row.mode === undefined ? speaker.say("unknown") : h("bdi", null, `${this.exact(row.mode)}${ends}`);
      } },
      { head: this.say("row.unit"), cell: (name) => this.unit(this.row(name).unit ?? "") },
      { head: this.say("row.grade"), cell: (name) => (this.row(name).grade ? this.grade(this.row(name).grade) : "") },
      { head: this.say("row.source"), cell: (name) => this.source(this.row(name).source ?? "") },
    ];
    const box = h("div", null);
    const draw = (all) => {
      const shown = all ? names : names.slice(0, most);
      box.replaceChildren(this.table(columns, shown, { caption: this.say("row.caption"), cards: true }),
        ...(names.length > shown.length ? [h("button", { type: "button", onclick: () => draw(true) },
          this.say("row.all", { count: this.speaker.number(names.length, 0) }))] : []));
    };
    draw(false);
    return box;
  }

  unit(unit) {
    const money = /^([A-Z]{3}) of (\d{4})( a year)?$/.exec(unit);
    if (!money) return this.word("units", unit);
    const { sign } = this.speaker.spoken.currencies[money[1]];
    return this.speaker.say(money[3] ? "units.money_year" : "units.money", { sign, year: money[2] });
  }

  source(names) {
    return names.split(" ").filter(Boolean).map((name) => h("span", { class: "source" }, this.data.sources[name] ?? name));
  }

  heading(text, ...below) {
    return [h("h1", { tabindex: "-1" }, text), ...below];
  }
}
