// The explorer: unpacks what the run holds, shows the view that the address names, in one language.

const SHOWN = { overview, options, programme, improvements, improvement, capabilities, capability, members, annex, evidence, words };

async function unpacked() {
  const bytes = bytesOf(at("packed").textContent.trim());
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return JSON.parse(await new Response(stream).text());
}

function start(data) {
  let state = stateOf(location.hash), page = null, run = null, ours = null;
  const show = {
    simulations: () => (run ??= new Simulations(data.simulations)),
    figure: (figure) => open(figureDialog(page, figure)),
    row: (name) => open(rowDialog(page, name)),
    tell: (text) => { at("live").textContent = text; },
    address: (view, thing) => hashOf({ view, thing, lang: state.lang, theme: state.theme, asked: state.asked }),
    // The address follows; the view is drawn anew unless it drew itself.
    change: (part, focus = null, again = true) => {
      state = { ...state, ...part };
      ours = hashOf(state);
      history.replaceState(null, "", ours);
      if (again) draw(focus);
    },
  };

  function open(children) {
    const box = at("dialog"), close = h("button", { type: "button", class: "close", onclick: () => box.close() }, page.say("close"));
    box.replaceChildren(close, ...children.flat(9).filter(Boolean));
    if (!box.open) box.showModal();
    box.scrollTop = 0;
    close.focus();
  }

  function speak() {
    const code = data.languages.includes(state.lang) ? state.lang : data.first;
    data.spoken[code].code = code;
    page = new Page(data, new Speaker(data.spoken[code]), show);
    Object.assign(document.documentElement, { lang: code, dir: data.spoken[code].direction });
    document.documentElement.dataset.theme = state.theme ?? "";
    at("skip").textContent = page.say("skip");
    at("brand").textContent = page.say("brand");
    at("views").setAttribute("aria-label", page.say("views"));
    const current = DETAILS[state.view] ?? state.view;
    at("views").replaceChildren(h("ul", null, VIEWS.map((view) => h("li", null,
      h("a", { href: show.address(view, ""), "aria-current": view === current ? "page" : null }, page.say(`view.${view}`))))));
    at("tools").replaceChildren(
      h("label", null, h("span", { class: "hidden" }, page.say("language")), h("select", { id: "language", onchange: (event) => show.change({ lang: event.target.value }, "#language") },
        data.languages.map((one) => h("option", { value: one, lang: one, selected: one === code }, data.spoken[one].own_name)))),
      h("button", { type: "button", id: "theme", onclick: () => show.change({ theme: dark() ? "light" : "dark" }, "#theme") }, page.say(dark() ? "light" : "dark")),
      h("button", { type: "button", onclick: () => print() }, page.say("print")));
    at("foot").textContent = [data.spoken[code].titles.first, data.spoken[code].titles.vintage].join(" · ");
  }

  const dark = () => (state.theme ? state.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches);

  function draw(focus) {
    speak();
    at("content").replaceChildren(...[SHOWN[state.view](page, state)].flat(9).filter(Boolean));
    document.title = [document.querySelector("h1").textContent, data.spoken[document.documentElement.lang].titles.case].join(" · ");
    if (focus) (document.querySelector(focus) ?? document.querySelector("h1")).focus();
  }

  addEventListener("hashchange", () => {
    if (location.hash === ours) return;
    if (at("dialog").open) at("dialog").close();
    state = stateOf(location.hash);
    draw("h1");
    scrollTo(0, 0);
  });
  at("skip").addEventListener("click", (event) => { event.preventDefault(); document.querySelector("h1").focus(); });
  at("dialog").addEventListener("click", (event) => { if (event.target === at("dialog")) at("dialog").close(); });
  draw(null);
  document.documentElement.classList.add("ready");
}

if (typeof DecompressionStream === "function") unpacked().then(start);
