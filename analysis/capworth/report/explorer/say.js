// Numbers as capworth.language.numbers and capworth.language.language write them: decimal, rounded
// once and half up, isolated where words run from right to left. Words come from the phrases.

const DIGITS = 2, MOST = 4, TINY = 1e-300;
const FINEST = { count: 0, year: 0, days: 0, place: 1, share: 0, chance: 0, years: 1 };
const MONEY = { millions: true, millions_a_year: true, thousands_a_year: true, money: true };
const RTL = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/, WORD = /[\p{L}\p{N}]/u, OPENED = /[\u2066\u2067\u2068]/;
const OPEN = "\u2066", CLOSE = "\u2069";

// The digits of a number and the power of ten of the first one: the shortest decimal that means it.
function digitsOf(value) {
  const [mantissa, power] = Math.abs(value).toExponential().split("e");
  return { digits: mantissa.replace(".", ""), power: Number(power) };
}

// A number rounded half up, away from zero, to so many decimals: sign, whole part, decimals.
function halfUp(value, places) {
  const { digits, power } = digitsOf(value);
  let whole = power >= 0 ? digits.slice(0, power + 1).padEnd(power + 1, "0") : "0";
  let part = power >= 0 ? digits.slice(power + 1) : "0".repeat(-power - 1) + digits;
  const kept = Math.max(places, 0), all = (whole + part.padEnd(kept, "0"));
  const cut = whole.length + places;
  let head = cut > 0 ? all.slice(0, cut) : "";
  const next = cut >= 0 ? all[cut] ?? "0" : "0";
  if (next >= "5") head = (BigInt(head || "0") + 1n).toString().padStart(head.length, "0");
  head ||= "0";
  if (places <= 0) return { whole: plain(head + "0".repeat(-places)), part: "", below: value < 0 };
  head = head.padStart(places + 1, "0");
  return { whole: plain(head.slice(0, -places)), part: head.slice(-places), below: value < 0 };
}

const plain = (digits) => digits.replace(/^0+(?=\d)/, "");

// Write a number in a language: see say() of capworth.language.numbers.
function say(value, places, spoken, { plus = "", padded = true } = {}) {
  const { whole, part, below } = halfUp(value, places);
  const nothing = !/[1-9]/.test(whole + part);
  const least = 3 + spoken.grouped;
  const text = whole.length < least ? whole : whole.replace(/\B(?=(\d{3})+$)/g, spoken.group);
  const decimals = padded ? part : part.replace(/0+$/, "");
  return (below && !nothing ? spoken.minus : plus) + text + (decimals ? spoken.point + decimals : "");
}

const powerOf = (value) => {
  const { power } = digitsOf(value);
  return value / Number(`1e${power}`) > 9.95 ? power + 1 : power;
};

// Decimals of a value with an interval: two significant digits of its width.
function decimalsOf(value, low, high) {
  const width = high - low, largest = Math.max(Math.abs(value), Math.abs(low), Math.abs(high));
  if (!Number.isFinite(width) || largest < TINY) return 0;
  if (width < TINY) return DIGITS - 1 - powerOf(largest);
  return Math.min(DIGITS - 1 - powerOf(width), MOST - 1 - powerOf(largest));
}

// Decimals that an error leaves: the last digit is two standard errors or more.
function heldBy(error) {
  const places = -Math.log10(2 * error), whole = Math.round(places);
  return Math.abs(places - whole) <= 1e-15 * Math.max(1, Math.abs(whole)) ? whole : Math.floor(places);
}

function placesOf(unit, value, low, high, error) {
  const finest = FINEST[unit] ?? MOST + 2;
  const places = Math.min(decimalsOf(value, low, high), finest);
  if (!(error > 0)) return places;
  if (high - low < TINY) {
    const held = Math.abs(value) >= TINY ? MOST - 1 - powerOf(Math.abs(value)) : 0;
    return Math.min(heldBy(error), held, finest);
  }
  return Math.max(Math.min(places, heldBy(error)), Math.min(places, -powerOf(high - low)));
}

// ------------------------------------------------------------ words

function isolated(text) {
  if (OPENED.test(text) || RTL.test(text)) return text;
  return WORD.test(text) ? OPEN + text + CLOSE : text;
}

// Isolates within others are dropped.
function flat(text) {
  let kept = "", depth = 0;
  for (const letter of text) {
    if (letter === CLOSE) depth--;
    if ((letter !== OPEN && letter !== CLOSE) || depth === 0) kept += letter;
    if (letter === OPEN) depth++;
  }
  return kept;
}

class Speaker {
  // One language: its words, its names, its numbers.
  constructor(spoken) {
    this.spoken = spoken;
    this.rightwards = spoken.direction === "rtl";
  }

  own(text) {
    return this.rightwards ? isolated(text) : text;
  }

  has(key) {
    return key in this.spoken.words;
  }

  say(key, slots = {}) {
    const phrase = this.spoken.words[key] ?? key;
    const text = phrase.replace(/\{(\w+)\}/g, (_, slot) => this.own(String(slots[slot])));
    return this.rightwards ? flat(text) : text;
  }

  name(key) {
    return this.spoken.names[key] ?? key;
  }

  brief(key) {
    return this.spoken.briefs[key] ?? this.name(key);
  }

  number(value, places = decimalsOf(value, value, value)) {
    return this.own(say(value, places, this.spoken));
  }

  probability(share) {
    const { whole, below } = halfUp(100 * share, 0);
    if (below || Number(whole) < 1) return this.say("percent_below", { number: this.number(1, 0) });
    if (Number(whole) > 99) return this.say("percent_above", { number: this.number(99, 0) });
    return this.say("percent", { number: this.number(100 * share, 0) });
  }

  amount(number, millions, prices) {
    const { minus, currency, currencies } = this.spoken, of = prices?.split(" ")[0] || currency;
    const { sign, name } = currencies[of];
    const below = number.startsWith(minus) ? minus : "";
    const gap = /\p{L}$/u.test(sign) ? "\u00a0" : "";
    const slots = { number: number.slice(below.length), sign, name, gap };
    return below + this.say(millions ? "money" : "price", slots);
  }

  inUnit(number, unit, prices) {
    if (unit === "millions" || unit === "money") return this.amount(number, unit === "millions", prices);
    if (unit === "share" || unit === "distance") {
      const text = this.say("percent", { number });
      return unit === "share" ? text : this.say("figure_unit.distance", { number: text });
    }
    const money = unit === "millions_a_year" ? this.amount(number, true, prices) : number;
    return this.say(`figure_unit.${unit}`, { number: money });
  }

  // The parts of a figure: its middle with and without unit, its range; see Language.said.
  parts(figure) {
    const { unit, value } = figure;
    if (value === null || value === undefined) return { text: this.say(unit === "year" ? "unknown" : "figure.absent"), bare: "–", span: "" };
    if (unit === "year") {
      const { whole, below } = halfUp(value, 0), text = this.own((below && whole !== "0" ? "-" : "") + whole);
      return { text, bare: text, span: "" };
    }
    if (unit === "chance") {
      const text = this.probability(value);
      return { text, bare: text, span: "" };
    }
    const scale = unit === "share" ? 100 : 1, given = figure.low !== null && figure.low !== undefined;
    const low = (given ? figure.low : value) * scale, high = (given ? figure.high : value) * scale;
    const error = figure.error === null || figure.error === undefined ? null : figure.error * scale;
    const places = placesOf(unit, value * scale, low, high, error);
    const bare = this.number(value * scale, places);
    const key = low < 0 ? "span_signed" : "span";
    const span = !given || low === high ? ""
      : this.say(key, { low: this.number(low, places), high: this.number(high, places) });
    return { text: this.inUnit(bare, unit, figure.prices), bare: unit === "share" ? this.say("percent", { number: bare }) : bare, span };
  }

  said(figure, ranged = true) {
    const { text, span } = this.parts(figure);
    return ranged && span ? this.say("around", { middle: text, span }) : text;
  }

  // Why a figure has no error, or nothing that moves it: see capworth.study.explained.
  lacking(figure, what) {
    const rests = figure.asked || figure.draws;
    let why = "kept";
    if (!rests) why = "none";
    else if (what === "error") why = ["test", "ratio"].includes(figure.kind) ? figure.kind : why;
    else if (figure.by_draw) why = "noise";
    else if (figure.kind === "share") why = "share";
    return this.say(`figure.${what}_${why}`);
  }

  listed(items) {
    if (!items.length) return this.say("none");
    const [start, middle, end, pair] = this.spoken.lists;
    const join = (pattern, one, other) => pattern.replace("{0}", () => one).replace("{1}", () => other);
    const all = items.map((item) => this.own(item));
    if (all.length === 1) return all[0];
    let text;
    if (all.length > 2 && all.some((one) => one.includes(","))) text = join(pair, all.slice(0, -1).join(this.say("separator")), all[all.length - 1]);
    else if (all.length === 2) text = join(pair, all[0], all[1]);
    else {
      text = join(end, all[all.length - 2], all[all.length - 1]);
      for (let k = all.length - 3; k > 0; k--) text = join(middle, all[k], text);
      text = join(start, all[0], text);
    }
    for (const [pattern, word] of this.spoken.joins) text = text.replace(new RegExp(pattern, "gu"), word);
    return text;
  }
}
