// What the reader looks at, as the address says it: #/view/thing?key=value. No page is known here.

const VIEWS = ["overview", "options", "programme", "improvements", "capabilities", "members", "annex", "evidence", "words"];
const DETAILS = { improvement: "improvements", capability: "capabilities" };
const PLAIN_KEYS = ["lang", "theme", "find", "family", "sort", "grade"];

const within01 = (text) => (/^(0|1|0?\.\d+)$/.test(text) ? Number(text) : null);
const amount = (text) => (/^\d+(\.\d+)?$/.test(text) ? Number(text) : null);
const list = (text) => (text ? text.split(",").filter(Boolean) : []);

// Read an address; what is wrong in it is left out.
function stateOf(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const [name, thing = ""] = path.split("/").map(decoded);
  const given = Object.fromEntries(query.split("&").filter(Boolean).map((pair) => {
    const [key, ...rest] = pair.split("=");
    return [decoded(key), decoded(rest.join("="))];
  }));
  const state = { view: VIEWS.includes(name) || name in DETAILS ? name : "overview", thing };
  for (const key of PLAIN_KEYS) if (given[key]) state[key] = given[key];
  const asked = {
    budget: amount(given.budget ?? ""), confidence: within01(given.sure ?? ""),
    must: list(given.must), barred: list(given.not),
    swings: Object.fromEntries(list(given.weights).map((pair) => pair.split(":")).filter(
      ([key, value]) => key && amount(value ?? "") !== null).map(([key, value]) => [key, Number(value)])),
  };
  return { ...state, asked };
}

function decoded(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return "";
  }
}

// The address of a state: only what differs from the run stands in it.
function hashOf(state) {
  const { asked = {} } = state, pairs = [];
  const put = (key, value) => { if (value) pairs.push(`${key}=${encodeURIComponent(value)}`); };
  if (asked.budget !== null && asked.budget !== undefined) pairs.push(`budget=${asked.budget}`);
  if (asked.confidence !== null && asked.confidence !== undefined) pairs.push(`sure=${asked.confidence}`);
  put("must", (asked.must ?? []).join(","));
  put("not", (asked.barred ?? []).join(","));
  put("weights", Object.entries(asked.swings ?? {}).map(([key, value]) => `${key}:${value}`).join(","));
  for (const key of PLAIN_KEYS) put(key, state[key]);
  const path = state.thing ? `${state.view}/${encodeURIComponent(state.thing)}` : state.view;
  return `#/${path}${pairs.length ? `?${pairs.join("&")}` : ""}`;
}

// What is asked of the simulations, in their own words; null where nothing differs from the run.
function askedOf(asked, run) {
  const known = new Set(run.names);
  const bits = (names) => run.names.reduce((all, name, k) => (names.includes(name) ? all | (1 << k) : all), 0);
  const must = asked.must.filter((name) => known.has(name)), barred = asked.barred.filter((name) => known.has(name));
  const swings = Object.fromEntries(run.tree.criteria.map(({ id, swing }) => [id, asked.swings[id] ?? swing]));
  const held = run.tree.criteria.some(({ id, swing }) => swings[id] !== swing);
  const budget = asked.budget === null ? run.budget : asked.budget * 1e6;
  const confidence = asked.confidence ?? run.confidence;
  if (budget === run.budget && confidence === run.confidence && !must.length && !barred.length && !held) return null;
  return { budget, confidence, must: bits(must), barred: bits(barred), swings: held ? swings : null };
}
