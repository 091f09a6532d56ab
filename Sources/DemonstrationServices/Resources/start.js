"use strict"

// The forms: sent by script, so that the answer stands beside them; without script the browser sends them itself.

/** Shows a status, how long it took, and the first of what was answered. */
async function show(output, request) {
  const start = performance.now()
  try {
    const response = await request()
    const text = await response.text()
    const time = Math.round(performance.now() - start)
    output.className = response.ok ? "good" : "bad"
    output.textContent = `${response.status} ${response.statusText} in ${time} ms\n${text.slice(0, 2000).trimEnd()}`
    return response
  } catch (error) {
    output.className = "bad"
    output.textContent = `No answer: ${error.message}`
  }
}

/** What a form would send. */
function request(form) {
  const fields = new FormData(form)
  const headers = { accept: "application/json" }
  if (form.dataset.range) headers.range = form.dataset.range
  if (form.method !== "post") {
    const query = new URLSearchParams(fields).toString()
    return fetch(form.action + (query ? "?" + query : ""), { headers, cache: "no-store" })
  }
  if (form.enctype === "text/plain") {
    headers["content-type"] = "text/plain; charset=utf-8"
    return fetch(form.action, { method: "POST", headers, body: [...fields.values()].join("\n") })
  }
  return fetch(form.action, { method: "POST", headers, body: new URLSearchParams(fields) })
}

for (const form of document.querySelectorAll("form[data-answer]")) {
  form.addEventListener("submit", async event => {
    event.preventDefault()
    const response = await show(document.getElementById(form.dataset.answer), () => request(form))
    if (form.dataset.state && response) tell(document.getElementById(form.dataset.state), response)
  })
}

// What is running: each service is asked once, and again when somebody comes back to the page.

/** Says whether a service answers, and how soon where that is known. */
function tell(state, response, time) {
  state.className = response.ok ? "state up" : "state down"
  state.textContent = response.ok ? "answers" + (time ? ` in ${time} ms` : "") : "no worker yet"
}

async function probe(state) {
  const start = performance.now()
  try {
    const response = await fetch(state.dataset.probe, { method: "HEAD", cache: "no-store" })
    tell(state, response, Math.max(1, Math.round(performance.now() - start)))
  } catch {
    state.className = "state down"
    state.textContent = "no answer"
  }
}

/** One after the other, so that each time is its own. */
async function probeAll() {
  if (document.hidden) return
  for (const state of document.querySelectorAll("[data-probe]")) await probe(state)
}

probeAll()
document.addEventListener("visibilitychange", probeAll)

// The weather: one line for each topic, over the last two minutes.

const places = ["berlin", "lisbon", "nairobi", "oslo"]
const span = 120
const chart = document.getElementById("chart")
const legend = document.getElementById("legend")
const weatherState = document.getElementById("weather-state")
const reports = new Map(places.map(place => [place, []]))

/** Seconds by a clock that nobody sets. */
const seconds = () => performance.now() / 1000

function draw() {
  const now = seconds()
  const values = []
  for (const list of reports.values()) {
    while (list.length && list[0].time < now - span) list.shift()
    values.push(...list.map(report => report.degrees))
  }
  if (!values.length) return
  const low = Math.floor(Math.min(...values) / 5) * 5
  const high = Math.max(Math.ceil(Math.max(...values) / 5) * 5, low + 5)
  chart.removeAttribute("hidden")
  const { width, height } = chart.getBoundingClientRect()
  const right = width - 4, bottom = height - 34
  const x = time => right - (now - time) / span * (right - 52)
  const y = degrees => 10 + (high - degrees) / (high - low) * (bottom - 10)
  const children = []
  for (let degrees = low; degrees <= high; degrees += 5) {
    children.push(element("line", { class: "grid", x1: 52, x2: right, y1: y(degrees), y2: y(degrees) }))
    children.push(element("text", { x: 44, y: y(degrees) + 4, "text-anchor": "end" }, `${degrees} °C`))
  }
  for (const age of width < 500 ? [120, 60] : [120, 90, 60, 30]) {
    const anchor = age === span ? "start" : "middle"
    children.push(element("text", { x: x(now - age), y: height - 8, "text-anchor": anchor }, `−${age} s`))
  }
  children.push(element("text", { x: right, y: height - 8, "text-anchor": "end" }, "now"))
  places.forEach((place, index) => {
    const points = reports.get(place).map(report => `${x(report.time).toFixed(1)},${y(report.degrees).toFixed(1)}`)
    children.push(element("polyline", { class: `place-${index + 1}`, points: points.join(" ") }))
  })
  chart.replaceChildren(...children)
}

function element(name, attributes, text) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  if (text !== undefined) element.textContent = text
  return element
}

const entries = places.map((place, index) => {
  const entry = document.createElement("li")
  entry.className = `place-${index + 1}`
  const text = document.createElement("span")
  text.textContent = `${place} –`
  entry.append(text)
  legend.append(entry)
  return text
})

let source = null
let pause = 5000

/** Reads the topics, while somebody sees the page: a browser has six connections to an address, for all its pages. */
function connect() {
  if (source || document.hidden) return
  source = new EventSource("/weather/")
  places.forEach((place, index) => {
    source.addEventListener(place, event => {
      const degrees = Number(event.data)
      if (!Number.isFinite(degrees)) return
      reports.get(place).push({ time: seconds(), degrees })
      entries[index].textContent = `${place} ${degrees.toFixed(1)} °C`
      if (index === places.length - 1) draw()
    })
  })
  source.onopen = () => {
    pause = 5000
    weatherState.className = "state up"
    weatherState.textContent = "connected"
  }
  source.onerror = () => {
    const isClosed = source.readyState === EventSource.CLOSED
    weatherState.className = "state down"
    weatherState.textContent = isClosed ? "no topics at present" : "connecting again"
    // The browser tries again by itself, but not when it was answered with something else than events; less and less often,
    // as there may never be any.
    if (!isClosed) return
    disconnect()
    setTimeout(connect, pause)
    pause = Math.min(2 * pause, 60000)
  }
}

function disconnect() {
  source?.close()
  source = null
}

connect()
document.addEventListener("visibilitychange", () => document.hidden ? disconnect() : connect())
