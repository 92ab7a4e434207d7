// A slider of ipywidgets has a label that belongs to nothing: its handles, its number and the menus
// beside it are named here by what their label tells when a pointer rests on it.
const asked = ".capworth-swings .widget-slider, .capworth-swings .widget-dropdown"
const ends = ["low end", "high end"]
const named = () => {
  for (const one of document.querySelectorAll(asked)) {
    const name = one.querySelector(".widget-label").title
    const handles = one.querySelectorAll("[role=slider]")
    handles.forEach((handle, k) => handle.setAttribute("aria-label", handles.length > 1 ? `${name}, ${ends[k]}` : name))
    one.querySelector("select")?.setAttribute("aria-label", name)
    const number = one.querySelector(".widget-readout")
    number?.setAttribute("role", "textbox")
    number?.setAttribute("aria-label", `${name}, as a number`)
  }
}
window.capworthNames?.disconnect() // one is enough for all pages of a notebook
window.capworthNames = new MutationObserver(named)
window.capworthNames.observe(document.body, { childList: true, subtree: true })
named()
