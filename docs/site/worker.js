// A browser gives a page that was opened from a folder no worker, and the search asks for one: here the
// worker's script runs in a hidden frame instead. From a server the browser's own worker is taken.
if (location.protocol === "file:") {
  window.Worker = class extends EventTarget {
    constructor(url) {
      super()
      const frame = document.createElement("iframe")
      frame.hidden = true
      document.body.appendChild(frame)
      const inside = frame.contentWindow
      window.addEventListener("message", event => {
        if (event.source !== inside) return
        const told = new MessageEvent("message", { data: event.data })
        this.dispatchEvent(told)
        if (this.onmessage) this.onmessage(told)
      })
      inside.document.open()
      inside.document.write("<!doctype html><html><body></body></html>")
      inside.document.close()
      inside.eval("self.postMessage = data => parent.postMessage(data, '*')")
      const load = address => new Promise(done => {
        const script = inside.document.createElement("script")
        script.src = address
        script.onload = done
        inside.document.body.appendChild(script)
      })
      inside.importScripts = (...all) => all.reduce((so, one) => so.then(() => load(one)), Promise.resolve())
      this.ready = load(new URL(url, location.href))
      this.inside = inside
      this.frame = frame
    }
    postMessage(data) {
      this.ready.then(() => this.inside.dispatchEvent(new MessageEvent("message", { data })))
    }
    terminate() {
      this.frame.remove()
    }
  }
}
