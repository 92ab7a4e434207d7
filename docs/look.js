// What the theme adds to a page gets a name, or is reached by keys.
const named = () => {
  document.querySelectorAll(".md-code__nav").forEach((nav, k) => nav.setAttribute("aria-label", `of code ${k + 1}`))
  document.querySelectorAll(".md-typeset__scrollwrap").forEach(wide => wide.setAttribute("tabindex", "0"))
}
new MutationObserver(named).observe(document.documentElement, { childList: true, subtree: true })
named()
