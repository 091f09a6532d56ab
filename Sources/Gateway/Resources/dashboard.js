"use strict"

// What the gateway saw each second of the last ten minutes, and each second from now on.

const span = 600
const most = 5
const snapshots = []

const byID = id => document.getElementById(id)
const sum = (list, value) => list.reduce((total, item) => total + value(item), 0)
const round = value => (value >= 100 ? Math.round(value) : Number(value.toPrecision(3)))
const milliseconds = seconds => (seconds === null || seconds === undefined ? null : seconds * 1000)
const text = (value, unit = "") => (value === null || value === undefined ? "–" : `${round(value)}${unit}`)

/** The charts: a title, a unit, and the series of a snapshot by their names. */
const charts = [
  { title: "Requests per second", series: s => ({ requests: s.requests_per_second }) },
  {
    title: "Latency", unit: " ms",
    series: s => ({
      "half below": milliseconds(s.latency.p50), "90 % below": milliseconds(s.latency.p90),
      "99 % below": milliseconds(s.latency.p99),
    }),
  },
  { title: "Waiting for a worker", series: s => ofServices(s, "queued") },
  { title: "Requests at workers", series: s => ofServices(s, "in_flight") },
  { title: "Workers", series: s => ofServices(s, "workers") },
  { title: "Errors per second", none: "no errors", series: s => s.errors },
  { title: "Connections", series: s => ({ connections: s.connections }) },
  {
    title: "Readers of streams", none: "no streams",
    series: s => Object.fromEntries(s.streams.map(stream => [stream.route, stream.clients])),
  },
]

function ofServices(snapshot, value) {
  // Of very many services the snapshot has the rest as one without a name.
  return Object.fromEntries(snapshot.services.map(service => [service.name || "further services", service[value]]))
}

for (const chart of charts) {
  const section = document.createElement("section")
  section.className = "card"
  const title = document.createElement("h2")
  title.textContent = chart.title
  chart.picture = element("svg", { class: "chart", role: "img" })
  chart.legend = document.createElement("ul")
  chart.legend.className = "legend"
  section.append(title, chart.picture, chart.legend)
  byID("charts").append(section)
}

function element(name, attributes, content) {
  const element = document.createElementNS("http://www.w3.org/2000/svg", name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  if (content !== undefined) element.textContent = content
  return element
}

/** The names of the series that are drawn, the largest first, and what the rest is summed up as. */
function names(list) {
  const largest = new Map()
  for (const { values } of list) {
    for (const [name, value] of Object.entries(values)) largest.set(name, Math.max(largest.get(name) ?? 0, value ?? 0))
  }
  const all = [...largest.keys()]
  if (all.length <= most) return { drawn: all, rest: [] }
  all.sort((one, other) => largest.get(other) - largest.get(one))
  return { drawn: all.slice(0, most - 1), rest: all.slice(most - 1) }
}

/** The end of the axis: one, two or five times a power of ten. */
function ceiling(value) {
  if (value <= 0) return 1
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 5, 10].find(step => step * power >= value) * power
}

function draw(chart, now) {
  const list = snapshots.map(snapshot => ({ time: snapshot.time, values: chart.series(snapshot) }))
  const { drawn, rest } = names(list)
  const value = (values, name) => (name === "others" ? sum(rest, other => values[other] ?? 0) : values[name])
  const lines = rest.length ? [...drawn, "others"] : drawn
  const top = ceiling(Math.max(0, ...list.flatMap(({ values }) => lines.map(name => value(values, name) ?? 0))))
  const { width, height } = chart.picture.getBoundingClientRect()
  if (!width) return
  const left = 48, right = width - 2, bottom = height - 22
  const x = time => right - ((now - time) / span) * (right - left)
  const y = value => bottom - (value / top) * (bottom - 10)
  const children = []
  for (const mark of [0, top / 2, top]) {
    children.push(element("line", { class: "grid", x1: left, x2: right, y1: y(mark), y2: y(mark) }))
    children.push(element("text", { x: left - 7, y: y(mark) + 4, "text-anchor": "end" }, text(mark)))
  }
  children.push(element("text", { x: left, y: height - 4 }, "−10 min"))
  children.push(element("text", { x: x(now - span / 2), y: height - 4, "text-anchor": "middle" }, "−5 min"))
  children.push(element("text", { x: right, y: height - 4, "text-anchor": "end" }, "now"))
  const entries = []
  lines.forEach((name, index) => {
    let path = "", last = null
    for (const { time, values } of list) {
      const amount = value(values, name)
      const missing = amount === undefined && chart.none ? 0 : amount
      // A line has a gap where nothing is known.
      if (missing === null || missing === undefined) { last = null; continue }
      path += `${last !== null && time - last < 5 ? "L" : "M"}${x(time).toFixed(1)} ${y(missing).toFixed(1)}`
      last = time
    }
    children.push(element("path", { class: `series-${index + 1}`, d: path }))
    entries.push([name, list.length ? value(list[list.length - 1].values, name) : null])
  })
  chart.picture.replaceChildren(...children)
  const said = entries.map(([name, amount]) => `${name} ${text(amount ?? (chart.none ? 0 : null), chart.unit)}`)
  chart.picture.setAttribute("aria-label", `${chart.title}, now: ${said.join(", ") || chart.none || "nothing yet"}`)
  chart.legend.replaceChildren(...said.map((words, index) => {
    const entry = document.createElement("li")
    entry.className = `series-${index + 1}`
    const span = document.createElement("span")
    span.textContent = words
    entry.append(span)
    return entry
  }))
  if (!said.length) chart.legend.textContent = chart.none ?? ""
}

function drawAll() {
  if (document.hidden) return
  const latest = snapshots[snapshots.length - 1]
  if (!latest) return
  for (const chart of charts) draw(chart, latest.time)
  byID("requests").textContent = text(latest.requests_per_second)
  byID("median").textContent = text(milliseconds(latest.latency.p50), " ms")
  byID("slow").textContent = text(milliseconds(latest.latency.p99), " ms")
  byID("queued").textContent = sum(latest.services, service => service.queued)
  byID("workers").textContent = sum(latest.services, service => service.workers)
  byID("connections").textContent = latest.connections
  fill(byID("program-table"), latest.programs.map(program => ({
    cells: [
      program.name, `${program.up} of ${program.count}`, program.restarts,
      program.failing ? "ends again and again" : program.restarting ? "restarting" : "runs",
    ],
    isBad: program.failing || program.up < program.count,
  })))
  byID("program-card").hidden = latest.programs.length === 0
}

function keep(snapshot) {
  // What seems to be later was seen before the gateway's clock was set back.
  while (snapshots.length && snapshots[snapshots.length - 1].time >= snapshot.time) snapshots.pop()
  snapshots.push(snapshot)
  while (snapshots[0].time < snapshot.time - span) snapshots.shift()
}

// Tables.

function fill(table, rows) {
  table.tBodies[0].replaceChildren(...rows.map(row => {
    const line = document.createElement("tr")
    if (row.isLeaving) line.className = "leaving"
    for (const cell of row.cells) {
      const place = document.createElement("td")
      place.textContent = cell
      if (row.isBad) place.className = "bad"
      line.append(place)
    }
    return line
  }))
}

const workerTable = byID("worker-table")
const columns = ["service", "address", "in_flight", "served", "age", "heard"]
let order = { column: 0, factor: 1 }
let workers = []

;[...workerTable.tHead.rows[0].cells].forEach((head, column) => {
  const button = document.createElement("button")
  button.type = "button"
  button.textContent = head.textContent
  button.addEventListener("click", () => {
    order = { column, factor: order.column === column ? -order.factor : 1 }
    showWorkers()
  })
  head.replaceChildren(button)
})

function duration(seconds) {
  if (seconds < 120) return `${seconds} s`
  if (seconds < 7200) return `${Math.floor(seconds / 60)} min`
  return seconds < 172800 ? `${Math.floor(seconds / 3600)} h` : `${Math.floor(seconds / 86400)} days`
}

function showWorkers() {
  ;[...workerTable.tHead.rows[0].cells].forEach((head, column) => {
    if (column === order.column) head.setAttribute("aria-sort", order.factor > 0 ? "ascending" : "descending")
    else head.removeAttribute("aria-sort")
  })
  const key = columns[order.column]
  const compare = (one, other) =>
    typeof one[key] === "number" ? one[key] - other[key] : one[key].localeCompare(other[key])
  const sorted = [...workers].sort((one, other) => order.factor * compare(one, other) || (one.id < other.id ? -1 : 1))
  fill(workerTable, sorted.map(worker => ({
    cells: [
      worker.service, worker.address, `${worker.in_flight} of ${worker.concurrency}`, worker.served,
      duration(worker.age), duration(worker.heard),
    ],
    isLeaving: worker.draining,
  })))
}

let isAsking = false

/** What is wrong, and the workers, which are asked for every two seconds, but not before the last answer is there. */
async function ask() {
  if (document.hidden || isAsking) return
  isAsking = true
  try {
    const response = await fetch("/details", { cache: "no-store", signal: AbortSignal.timeout(20000) })
    if (!response.ok) return
    const details = await response.json()
    const list = byID("problem-list")
    const isSame = [...list.children].map(item => item.textContent).join("\n") === details.problems.join("\n")
    // Said aloud by a screen reader each time it is written.
    if (!isSame || !details.problems.length) {
      byID("verdict").textContent = details.problems.length ? "What is wrong" : "Nothing is wrong."
      list.replaceChildren(...details.problems.map(problem => {
        const item = document.createElement("li")
        item.textContent = problem
        return item
      }))
    }
    workers = details.workers
    showWorkers()
    const left = details.all_workers - workers.length
    byID("worker-note").textContent = left > 0 ? `and ${left} more, which /workers lists` : ""
  } catch {
    // The state says it: the events have ended as well.
  } finally {
    isAsking = false
  }
}

async function begin() {
  try {
    const response = await fetch("/history", { cache: "no-store" })
    if (response.ok) {
      const history = await response.json()
      snapshots.length = 0
      history.forEach(keep)
    }
  } catch {
    // It is only the past.
  }
  drawAll()
  ask()
}

const state = byID("state")
let source = null

/** Reads the events, while somebody sees the page: a browser has six connections to an address, for all its pages. */
function connect() {
  if (source || document.hidden) return
  source = new EventSource("/events")
  source.onopen = () => {
    state.className = "state up"
    state.textContent = "live"
    begin()
  }
  source.onmessage = event => {
    keep(JSON.parse(event.data))
    drawAll()
  }
  source.onerror = () => {
    state.className = "state down"
    state.textContent = "the gateway does not answer; trying again"
    // The browser tries again by itself, but not when it was answered with something else, as by a proxy in between.
    if (source.readyState !== EventSource.CLOSED) return
    disconnect()
    setTimeout(connect, 3000)
  }
}

function disconnect() {
  source?.close()
  source = null
}

connect()
setInterval(ask, 2000)
window.addEventListener("resize", drawAll)
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return disconnect()
  connect()
  drawAll()
  ask()
})
