"use strict";

const EVERY = 1000;
const POINTS = 120;
const SVG = "http://www.w3.org/2000/svg";
const at = (id) => document.getElementById(id);

// Numbers and times, as people write them.

function counted(number) {
  return Math.round(number).toLocaleString("en");
}

function short(number) {
  if (number < 10000) return number < 10 && number % 1 ? number.toFixed(1) : counted(number);
  for (const [size, unit] of [[1e9, "G"], [1e6, "M"], [1e3, "k"]]) {
    if (number >= size) return (number / size).toFixed(number / size < 100 ? 1 : 0) + " " + unit;
  }
}

function bytes(number) {
  for (const [size, unit] of [[2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]]) {
    if (number >= size) return (number / size).toFixed(number / size < 100 ? 1 : 0) + " " + unit;
  }
  return counted(number) + " B";
}

function span(millis) {
  if (millis < 1000) return counted(millis) + " ms";
  const seconds = millis / 1000;
  if (seconds < 60) return seconds.toFixed(seconds < 10 ? 1 : 0) + " s";
  const parts = [];
  let left = Math.floor(seconds);
  for (const [size, unit] of [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]]) {
    if (left >= size && parts.length < 2) parts.push(Math.floor(left / size) + " " + unit);
    left %= size;
  }
  return parts.join(" ");
}

// Event time is a number of milliseconds; its ends are no times.
const isTime = (millis) => millis !== null && millis !== undefined && Math.abs(millis) < 8.6e15;

function time(millis) {
  if (millis === null || millis === undefined) return "";
  if (!isTime(millis)) return millis > 0 ? "end" : "none yet";
  return new Date(millis).toISOString().replace(".000Z", "Z").replace("T", " ");
}

const epoch = ({ incarnation, number }) => `${incarnation}.${number}`;

// What was seen before, so that rates can be told.

// Rates are those of the last seconds, so that what comes in bursts, as results of windows do, is not now nothing and now much.
const OVER = 5000;
let seen = [];
const lines = { read: [], written: [] };

function rates(report) {
  const now = {
    at: report.elapsed,
    sources: report.sources.map((source) => source.records),
    sinks: report.sinks.map((sink) => sink.records),
    ins: report.operators.map((one) => one.records_in),
    outs: report.operators.map((one) => one.records_out),
  };
  // Another job may answer at the same place.
  seen = seen.filter((one) => one.at < now.at && one.ins.length === now.ins.length);
  while (seen.length > 1 && seen[1].at <= now.at - OVER) seen.shift();
  const then = seen[0];
  seen.push(now);
  const per = (name) => now[name].map((count, place) => (then ? (Math.max(0, count - then[name][place]) * 1000) / (now.at - then.at) : null));
  return { now, sources: per("sources"), sinks: per("sinks"), ins: per("ins"), outs: per("outs") };
}

const sum = (list) => list.reduce((all, one) => all + one, 0);
const perSecond = (rate) => (rate === null || rate === undefined ? "–" : short(rate) + "/s");

// The page.

function table(id, head, rows) {
  const made = document.createElement("tbody");
  const line = (cells, kind) => {
    const row = document.createElement("tr");
    for (const cell of cells) {
      const { text, left, warn } = typeof cell === "object" && cell !== null ? cell : { text: cell };
      const one = document.createElement(kind);
      one.textContent = text;
      if (left) one.classList.add("left");
      if (warn) one.classList.add("warn");
      if (left) one.title = text;
      row.append(one);
    }
    made.append(row);
  };
  line(head, "th");
  rows.forEach((row) => line(row, "td"));
  at(id).replaceChildren(made);
}

function drawLine(id, points) {
  const svg = at(id);
  svg.setAttribute("viewBox", `0 0 ${POINTS} 26`);
  const most = Math.max(...points, 1);
  const path = document.createElementNS(SVG, "path");
  const first = POINTS - points.length;
  const places = points.map((point, place) => `${first + place},${(25 - (point / most) * 22).toFixed(1)}`);
  path.setAttribute("d", places.length > 1 ? "M" + places.join(" L") : "");
  svg.replaceChildren(path);
}

function drawBars(recent) {
  const svg = at("checkpoints");
  const most = Math.max(...recent.map((one) => one.took), 1);
  const width = 100 / 20;
  svg.setAttribute("viewBox", "0 0 100 64");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.replaceChildren(
    ...recent.map((one, place) => {
      const height = Math.max(3, (one.took / most) * 60);
      const bar = document.createElementNS(SVG, "rect");
      bar.setAttribute("x", (place * width + width * 0.12).toFixed(2));
      bar.setAttribute("y", (64 - height).toFixed(1));
      bar.setAttribute("width", (width * 0.76).toFixed(2));
      bar.setAttribute("height", height.toFixed(1));
      bar.setAttribute("rx", "0.4");
      const title = document.createElementNS(SVG, "title");
      title.textContent = `${epoch(one.epoch)}: ${span(one.took)}, ${bytes(one.bytes)}`;
      bar.append(title);
      return bar;
    }),
  );
}

function label(figure, text) {
  const rect = figure.querySelector("rect");
  let rate = figure.querySelector(".rate");
  if (!rate) {
    rate = document.createElementNS(SVG, "text");
    rate.classList.add("rate");
    rate.setAttribute("text-anchor", "middle");
    rate.setAttribute("x", Number(rect.getAttribute("x")) + Number(rect.getAttribute("width")) / 2);
    rate.setAttribute("y", Number(rect.getAttribute("y")) - 5);
    figure.append(rate);
  }
  rate.textContent = text;
}

function drawGraph(report, rate) {
  const figures = document.querySelector("#graph svg");
  if (!figures) return;
  const most = Math.max(...rate.ins.map((one) => one ?? 0));
  report.sources.forEach((_, place) => {
    const figure = figures.querySelector(`#s${place}`);
    if (figure) label(figure, perSecond(rate.sources[place]));
  });
  report.operators.forEach((one, place) => {
    const statement = figures.querySelector(`#n${place}`);
    const sink = figures.querySelector(`#k${place}`);
    if (statement) {
      label(statement, perSecond(rate.ins[place]));
      statement.classList.toggle("busiest", most > 0 && rate.ins[place] === most);
    }
    if (sink) {
      const written = report.sinks.findIndex((known) => known.name === sink.querySelector("text")?.textContent);
      label(sink, perSecond(written >= 0 ? rate.sinks[written] : rate.ins[place]));
    }
  });
}

async function loadGraph() {
  const text = await (await fetch("/graph.svg")).text();
  const svg = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (svg.nodeName === "svg") {
    // Room for the rates above the first boxes.
    const [x, y, width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
    svg.setAttribute("viewBox", `${x} ${y - 8} ${width} ${height + 8}`);
    svg.setAttribute("height", height + 8);
    at("graph").replaceChildren(document.importNode(svg, true));
  }
}

function show({ report, watermarks, held_back: held }) {
  const rate = rates(report);
  document.title = report.name;
  at("name").textContent = report.name;
  at("since").textContent = "has run for " + span(report.elapsed);

  for (const [name, of] of [
    ["read", "sources"],
    ["written", "sinks"],
  ]) {
    const now = rate[of].includes(null) ? null : sum(rate[of]);
    at(name + "-rate").textContent = perSecond(now);
    at(name).textContent = counted(sum(rate.now[of])) + " records";
    if (now !== null) lines[name].push(now);
    if (lines[name].length > POINTS) lines[name].shift();
    drawLine(name + "-line", lines[name]);
  }
  at("busy").textContent = (report.busy * 100).toFixed(report.busy < 0.1 ? 1 : 0) + " %";

  const reached = watermarks.partitions.filter((one) => one.activity === "Active" && one.watermark !== null).map((one) => one.watermark);
  const lowest = reached.length ? Math.min(...reached) : null;
  at("lag").textContent = isTime(lowest) ? span(Math.max(0, watermarks.now - lowest)) + " behind" : lowest === null ? "–" : "none yet";
  at("watermark").textContent = isTime(lowest) ? time(lowest) : "";

  const late = sum(report.operators.map((one) => one.late));
  const dropped = sum(report.operators.map((one) => one.late_dropped));
  at("late").textContent = short(late);
  at("late").classList.toggle("warn", dropped > 0);
  at("dropped").textContent = dropped ? counted(dropped) + " of them dropped" : late ? "none dropped" : "no record was late";
  at("state").textContent = bytes(sum(report.operators.map((one) => one.state.bytes)));
  at("keys").textContent = counted(sum(report.operators.map((one) => one.state.entries))) + " keys";

  at("held").textContent = held ? held : "Nothing holds event time back.";
  const partition = (one) => [
    `${one.source}: ${one.partition}`,
    one.activity.toLowerCase(),
    time(one.watermark),
    isTime(one.watermark) && one.lag !== null ? span(one.lag) : "",
    one.pace === null ? "" : one.pace.toFixed(one.pace < 10 ? 2 : 0) + "×",
    one.quiet_since === null || watermarks.now - one.quiet_since < 1000 ? "" : span(watermarks.now - one.quiet_since),
  ];
  const behind = [...watermarks.partitions].sort((a, b) => (a.watermark ?? 0) - (b.watermark ?? 0));
  table("partitions", ["partition", "", "watermark", "behind the clock", "pace", "quiet for"], behind.slice(0, 50).map(partition));

  table(
    "statements",
    ["statement", { text: "operators", left: true }, "in", "out", "records in", "records out", "late", "dropped", "watermark", "keys", "state"],
    report.operators.map((one, place) => [
      one.name,
      { text: one.operators.join(" → "), left: true },
      perSecond(rate.ins[place]),
      perSecond(rate.outs[place]),
      counted(one.records_in),
      counted(one.records_out),
      one.late ? counted(one.late) : "",
      { text: one.late_dropped ? counted(one.late_dropped) : "", warn: true },
      time(one.watermark),
      one.state.entries ? counted(one.state.entries) : "",
      one.state.bytes ? bytes(one.state.bytes) : "",
    ]),
  );

  const taken = report.checkpoints;
  at("checkpoints-section").hidden = !taken;
  if (taken) {
    const words = [taken.resumed_from ? `Resumed from ${epoch(taken.resumed_from)}.` : "Started anew."];
    words.push(`${counted(taken.stored)} stored, ${counted(taken.failed)} failed.`);
    if (taken.last_error) words.push(taken.last_error);
    at("checkpoints-text").textContent = words.join(" ");
    drawBars(taken.recent);
    const stored = (one) => [epoch(one.epoch), time(one.stored_at), span(one.took), bytes(one.bytes)];
    table("checkpoints-table", ["checkpoint", "stored", "took", "size"], taken.recent.slice(-5).reverse().map(stored));
  }

  const source = (one, place) => [one.name, { text: one.description, left: true }, perSecond(rate.sources[place]), counted(one.records), one.skipped ? counted(one.skipped) + " skipped" : "", ""];
  const delivery = (kind) => (typeof kind === "string" ? kind : Object.keys(kind)[0]).replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  const sink = (one, place) => [
    one.name,
    { text: one.description, left: true },
    perSecond(rate.sinks[place]),
    counted(one.records),
    delivery(one.delivery),
    one.latency ? latency(one.latency) : "",
  ];
  table("ends", ["", { text: "what", left: true }, "rate", "records", "", "latency, p50 and p99"], [...report.sources.map(source), ...report.sinks.map(sink)]);
  drawGraph(report, rate);
}

function latency(summary) {
  const said = (value) => (value === null || value === undefined ? "–" : span(value));
  return `${said(summary.p50)}, ${said(summary.p99)}`;
}

async function look() {
  try {
    const answer = await fetch("/state.json");
    if (!answer.ok) throw new Error(answer.status);
    show(await answer.json());
    at("dot").className = "live";
  } catch (error) {
    at("dot").className = "gone";
    at("since").textContent = "does not answer: it has ended, or is busy";
  }
  setTimeout(look, EVERY);
}

loadGraph().then(look, look);
