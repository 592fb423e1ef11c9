// Charts drawn from the numbers of the table beside them, anew for each width and theme, with downloads.
/* global echarts */
import { copyLink } from "./copy.js";

const SHAPE = { CN: "circle", US: "rect" };

export function colours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return { ink: read("--ink"), quiet: read("--quiet"), line: read("--line"), card: read("--card"), accent: read("--accent"), CN: read("--cn"), US: read("--us"), other: read("--other"), font: read("--font") };
}

const words = document.querySelector("#chart-words").dataset; // in the page's language
const fill = (sentence, values) => sentence.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const signed = (value) => `${value > 0 ? "+" : ""}${value.toFixed(0)}`;

function base(c, rows, narrow) {
  return {
    animation: false,
    textStyle: { fontFamily: c.font, color: c.ink },
    grid: { left: narrow ? 8 : 220, right: 24, top: 30, bottom: 8, containLabel: false },
    xAxis: { type: "value", scale: true, position: "top", axisLabel: { color: c.quiet, fontSize: 12 }, splitLine: { lineStyle: { color: c.line } } },
    yAxis: {
      type: "category",
      inverse: true,
      data: rows.map((row) => row.model),
      axisTick: { show: false },
      axisLine: { show: false },
      axisLabel: { color: c.ink, fontSize: narrow ? 12 : 13, inside: narrow, verticalAlign: narrow ? "bottom" : "middle", padding: narrow ? [0, 0, 6, 0] : 0, width: 200, overflow: "truncate" },
    },
  };
}

// One line a group and width, broken between rows: a series for each row would be slow at 200 models.
const bars = (rows, colour, low, high, width, opacity) => ({
  type: "line",
  silent: true,
  symbol: "none",
  connectNulls: false,
  lineStyle: { color: colour, width, opacity },
  data: rows.flatMap(([row, i]) => (row[low] === undefined ? [] : [[row[low], i], [row[high], i], ["-", "-"]])),
});

function interval(rows, c, narrow) {
  const kind = (row) => (SHAPE[row.country] ? row.country : "other");
  const groups = [...new Set(rows.map(kind))];
  const of = (group) => rows.map((row, i) => [row, i]).filter(([row]) => kind(row) === group);
  return {
    height: Math.max(140, 60 + rows.length * (rows.length > 40 ? 24 : 32)),
    option: {
      ...base(c, rows, narrow),
      tooltip: {
        renderMode: "richText",
        formatter: ({ value }) => {
          const row = rows[value[1]];
          return `${row.model} (${row.country_name})\n${row.rating.toFixed(0)} [${row.lower.toFixed(0)}–${row.upper.toFixed(0)}]`;
        },
      },
      series: groups.flatMap((group) => [
        bars(of(group), c[group] ?? c.other, "lower_all", "upper_all", 1.5, 0.6),
        bars(of(group), c[group] ?? c.other, "lower", "upper", 4, 1),
        {
          type: "scatter",
          symbol: SHAPE[group] ?? "diamond",
          symbolSize: (value) => (rows[value[1]].mean ? 17 : 11),
          itemStyle: { color: c[group] ?? c.other },
          data: of(group).map(([row, i]) => [row.rating, i]),
        },
      ]),
    },
  };
}

// The answers of all choices, in order: right of zero Chinese models are ahead, left of it American ones.
function curve(rows, c, narrow) {
  const numbered = rows.map((row, i) => [row, i]);
  const tone = (row) => (row.lower > 0 ? c.CN : row.upper < 0 ? c.US : c.other);
  const shape = (row) => (row.lower > 0 ? "circle" : row.upper < 0 ? "rect" : "diamond");
  const kinds = [(row) => row.lower > 0, (row) => row.upper < 0, (row) => row.lower <= 0 && row.upper >= 0];
  const shown = base(c, rows, narrow);
  return {
    height: 80 + rows.length * 14,
    option: {
      ...shown,
      grid: { left: 16, right: 16, top: 46, bottom: 8 },
      xAxis: { ...shown.xAxis, name: words.minus, nameLocation: "middle", nameGap: 26, nameTextStyle: { color: c.quiet, fontSize: 12 } },
      yAxis: { ...shown.yAxis, data: rows.map((row) => row.label), axisLabel: { show: false } },
      tooltip: {
        renderMode: "richText",
        formatter: ({ value }) => {
          const row = rows[value[1]];
          return `${row.label}${row.now ? ` ${words.above}` : ""}\n${signed(row.estimate)} [${signed(row.lower)}, ${signed(row.upper)}]`;
        },
      },
      series: [
        ...kinds.flatMap((is) => {
          const part = numbered.filter(([row]) => is(row));
          return part.length ? [bars(part, tone(part[0][0]), "lower", "upper", 2, 0.8)] : [];
        }),
        {
          type: "scatter",
          symbol: (value) => shape(rows[value[1]]),
          symbolSize: (value) => (rows[value[1]].now ? 14 : 7),
          data: numbered.map(([row, i]) => ({ value: [row.estimate, i], itemStyle: { color: tone(row), borderColor: c.ink, borderWidth: row.now ? 2 : 0 } })),
          markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: c.ink, type: "solid", width: 1 }, data: [{ xAxis: 0 }] },
        },
      ],
    },
  };
}

// Published weeks only: points joined by a line, hollow where the figure is second hand.
function weeks(rows, c) {
  const sides = { China: "CN", "United States": "US" };
  return {
    height: 320,
    option: {
      animation: false,
      textStyle: { fontFamily: c.font, color: c.ink },
      grid: { left: 48, right: 24, top: 40, bottom: 32 },
      legend: { top: 0, right: 0, textStyle: { color: c.ink, fontSize: 13 } },
      xAxis: { type: "time", axisLabel: { color: c.quiet, fontSize: 12, hideOverlap: true }, splitLine: { show: false } },
      yAxis: { type: "value", name: words.trillion, nameTextStyle: { color: c.quiet, fontSize: 12 }, axisLabel: { color: c.quiet, fontSize: 12 }, splitLine: { lineStyle: { color: c.line } } },
      tooltip: { renderMode: "richText", formatter: ({ seriesName, value }) => fill(words.week, { country: seriesName, day: value[0], tokens: value[1] }) },
      series: Object.entries(sides).map(([country, code]) => ({
        name: words[code.toLowerCase()],
        type: "line",
        symbol: SHAPE[code],
        symbolSize: 9,
        lineStyle: { color: c[code], width: 2 },
        itemStyle: { color: c[code] },
        data: rows.filter((row) => row.country === country).map((row) => ({
          value: [row.week, row.value],
          itemStyle: row.how === "second_hand" ? { color: c.card, borderColor: c[code], borderWidth: 2 } : { color: c[code] },
        })),
      })),
    },
  };
}

function mixed(from, to, share) {
  const parts = (hex) => [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16));
  const [a, b] = [parts(from), parts(to)];
  return `rgb(${a.map((value, i) => Math.round(value + (b[i] - value) * share)).join(",")})`;
}

// Row against column: the share of votes for the row; the further from 50 %, the stronger the colour.
const shareTone = (c, row) => mixed(c.card, row.share > 50 ? c.accent : c.other, Math.min(1, Math.abs(row.share - 50) / 40));
// The more battles, the stronger.
const drawnTone = (c, row, rows) => mixed(c.card, c.accent, row.battles / Math.max(1, ...rows.map((other) => other.battles)));

const PHONE_MODELS = 12; // more names would lie over each other; the table has all

const map = (told, tone) => (rows, c, narrow) => {
  const models = [...new Set(rows.map((row) => row.model))].slice(0, narrow ? PHONE_MODELS : undefined);
  const met = rows.filter((row) => models.includes(row.model) && models.includes(row.opponent) && row.battles > 0 && (told === "drawn" || row.share !== null));
  const room = narrow ? 110 : 190;
  return {
    height: room + 40 + models.length * 20,
    option: {
      animation: false,
      textStyle: { fontFamily: c.font, color: c.ink },
      grid: { left: room, right: 12, top: room, bottom: 30 },
      xAxis: { type: "category", position: "top", data: models, axisLabel: { rotate: 90, interval: 0, fontSize: 12, color: c.ink, width: room - 10, overflow: "truncate" }, axisTick: { show: false }, axisLine: { show: false } },
      yAxis: { type: "category", inverse: true, data: models, axisLabel: { interval: 0, fontSize: 12, color: c.ink, width: room - 10, overflow: "truncate" }, axisTick: { show: false }, axisLine: { show: false } },
      tooltip: { renderMode: "richText", formatter: ({ dataIndex }) => fill(words[told], met[dataIndex]) },
      series: [{
        type: "scatter",
        symbol: "rect",
        symbolSize: narrow ? [16, 16] : [28, 17],
        data: met.map((row) => ({ value: [models.indexOf(row.opponent), models.indexOf(row.model)], itemStyle: { opacity: 1, color: tone(c, row, rows), borderColor: c.line, borderWidth: 1 } })),
      }],
    },
  };
};

// Those of the best rated whose names don't lie over each other in a chart about 1000 wide.
function apart(edge, rows, scale) {
  const range = (values) => Math.max(...values) - Math.min(...values) || 1;
  const wide = range(rows.map((row) => scale(row.x)));
  const high = range(rows.flatMap((row) => [row.lower, row.upper]));
  const shown = [];
  for (const row of edge.toSorted((one, other) => other.rating - one.rating)) {
    const near = (other) =>
      (Math.abs(scale(row.x) - scale(other.x)) / wide) * 900 < 4 * (row.model.length + other.model.length) &&
      (Math.abs(row.rating - other.rating) / high) * 320 < 18;
    if (!shown.some(near)) shown.push(row);
  }
  return new Set(shown);
}

// Rating against a quantity, with intervals; a line joins the models that none beats in both.
const front = (name, type, logBase) => (rows, c, narrow) => {
  const kind = (row) => (SHAPE[row.country] ? row.country : "other");
  const edge = rows.filter((row) => row.front);
  const groups = [...new Set(rows.map(kind))];
  const scaled = type === "log" ? Math.log : Number;
  const [least, most] = [Math.min, Math.max].map((end) => end(...rows.map((row) => scaled(row.x))));
  const place = (row) => (scaled(row.x) - least) / (most - least || 1);
  const side = (row) => (place(row) < 0.06 ? "right" : place(row) > 0.94 ? "left" : "top"); // names stay inside
  const labelled = narrow ? new Set() : apart(edge, rows, scaled);
  return {
    height: 420,
    option: {
      animation: false,
      textStyle: { fontFamily: c.font, color: c.ink },
      grid: { left: 52, right: 24, top: 24, bottom: 48 },
      xAxis: { type, name: words[name], nameLocation: "middle", nameGap: 30, scale: true, min: type === "log" ? "dataMin" : undefined, logBase, nameTextStyle: { color: c.quiet, fontSize: 12 }, axisLabel: { color: c.quiet, fontSize: 12, hideOverlap: true, formatter: (v) => String(Number(v.toPrecision(2))) }, splitLine: { show: false } },
      yAxis: { type: "value", scale: true, axisLabel: { color: c.quiet, fontSize: 12 }, splitLine: { lineStyle: { color: c.line } } },
      tooltip: { renderMode: "richText", formatter: ({ data }) => data.tip ?? "" },
      series: [
        { type: "line", silent: true, symbol: "none", step: false, lineStyle: { color: c.quiet, width: 1, type: "dashed" }, data: edge.map((row) => [row.x, row.rating]) },
        ...groups.map((group) => ({
          type: "line",
          silent: true,
          symbol: "none",
          connectNulls: false,
          lineStyle: { color: c[group] ?? c.other, width: 1.5, opacity: 0.6 },
          data: rows.filter((row) => kind(row) === group).flatMap((row) => [[row.x, row.lower], [row.x, row.upper], ["-", "-"]]),
        })),
        ...groups.map((group) => ({
          type: "scatter",
          symbol: SHAPE[group] ?? "diamond",
          symbolSize: 11,
          itemStyle: { color: c[group] ?? c.other },
          data: rows.filter((row) => kind(row) === group).map((row) => ({ value: [row.x, row.rating], tip: `${row.model} (${row.country_name})\n${row.rating.toFixed(0)} [${row.lower.toFixed(0)}–${row.upper.toFixed(0)}], ${row.x}`, label: { show: labelled.has(row), formatter: row.model, position: side(row), color: c.ink, fontSize: 12 } })),
        })),
      ],
    },
  };
};

// Lines of the best rated models, each in a band of its interval.
function history(rows, c) {
  const models = [...new Set(rows.map((row) => row.model))];
  const tones = [c.accent, c.CN, c.US, c.other, c.quiet, c.ink];
  const of = (model) => rows.filter((row) => row.model === model);
  return {
    height: 400,
    option: {
      animation: false,
      textStyle: { fontFamily: c.font, color: c.ink },
      grid: { left: 52, right: 24, top: 24 + 22 * Math.ceil(models.length / 3), bottom: 32 },
      legend: { top: 0, left: 0, data: models, textStyle: { color: c.ink, fontSize: 12 } },
      xAxis: { type: "time", axisLabel: { color: c.quiet, fontSize: 12, hideOverlap: true }, splitLine: { show: false } },
      yAxis: { type: "value", scale: true, axisLabel: { color: c.quiet, fontSize: 12 }, splitLine: { lineStyle: { color: c.line } } },
      tooltip: { renderMode: "richText", formatter: ({ seriesName, value }) => `${seriesName}: ${value[1].toFixed(0)}` },
      series: models.flatMap((model, i) => [
        { name: model, type: "line", stack: `low ${model}`, symbol: "none", silent: true, lineStyle: { opacity: 0 }, data: of(model).map((row) => [row.at, row.lower]) },
        { name: model, type: "line", stack: `low ${model}`, symbol: "none", silent: true, lineStyle: { opacity: 0 }, areaStyle: { color: tones[i % tones.length], opacity: 0.12 }, data: of(model).map((row) => [row.at, row.upper - row.lower]) },
        { name: model, type: "line", symbolSize: 5, lineStyle: { color: tones[i % tones.length], width: 2 }, itemStyle: { color: tones[i % tones.length] }, data: of(model).map((row) => [row.at, row.rating]) },
      ]),
    },
  };
}

const heat = map("preferred", shareTone);
const drawn = map("drawn", drawnTone);
const KINDS = { interval, curve, weeks, heat, drawn, history, size: front("active", "log", 2), speed: front("speed", "value"), energy: front("energy", "log", 10) };

const TABLED = new Set(["interval", "weeks", "curve"]); // these stand over a table of the page

function csv(rows) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value) => (/[",\n]/.test(String(value ?? "")) ? `"${String(value).replaceAll('"', '""')}"` : String(value ?? ""));
  return [names.join(","), ...rows.map((row) => names.map((name) => cell(row[name])).join(","))].join("\n");
}

const AXES = { size: "active", speed: "speed", energy: "energy" }; // what x is

function shown(value) {
  if (typeof value === "string" && /^\d{4}-\d\d-\d\dT/.test(value)) return value.slice(0, 16).replace("T", " ");
  if (typeof value !== "number" || Number.isInteger(value)) return String(value ?? "–");
  return value.toFixed(Math.abs(value) < 10 ? 3 : 1);
}

// A picture's numbers as a table under it, made when it is opened; pictures that stand on a table have none.
function numbers(kind, rows) {
  const head = (name) => (name === "x" ? words[AXES[kind]] : words[`head${name[0].toUpperCase()}${name.slice(1)}`]);
  const names = Object.keys(rows[0]).filter(head);
  const place = document.createElement("details");
  const summary = document.createElement("summary");
  summary.textContent = words.numbers;
  place.append(summary);
  place.addEventListener("toggle", () => {
    if (place.childElementCount > 1) return;
    const table = document.createElement("table");
    table.className = "data";
    const line = (values, tag) => {
      const row = document.createElement("tr");
      row.append(...values.map((value) => Object.assign(document.createElement(tag), { textContent: value })));
      return row;
    };
    table.createTHead().append(line(names.map(head), "th"));
    table.createTBody().append(...rows.map((row) => line(names.map((name) => shown(row[name])), "td")));
    const box = Object.assign(document.createElement("div"), { className: "scroll low", tabIndex: 0 });
    box.setAttribute("role", "region");
    box.setAttribute("aria-label", `${place.closest("section").querySelector("h2").textContent}: ${words.numbers}`);
    box.append(table);
    place.append(box);
  });
  return place;
}

function save(name, url) {
  const link = document.createElement("a");
  link.href = url;
  link.download = name;
  link.click();
}

// A picture is drawn off the page, at one size, whatever the window's.
function picture(kind, rows, renderer) {
  const c = colours();
  const place = document.createElement("div");
  const { option, height } = KINDS[kind](rows, c, false);
  const chart = echarts.init(place, null, { renderer, width: 1000, height: height + 56 });
  const room = 56; // a picture that travels alone says what it is and where it comes from
  const said = document.querySelector(".verdict")?.textContent ?? document.title;
  chart.setOption({
    ...option,
    backgroundColor: c.card,
    grid: { ...option.grid, top: option.grid.top + room },
    title: { left: 16, top: 10, text: said, subtext: location.href, textStyle: { color: c.ink, fontSize: 15, fontFamily: c.font, width: 960, overflow: "truncate" }, subtextStyle: { color: c.quiet, fontSize: 12 } },
  });
  const url = renderer === "svg" ? chart.getDataURL() : chart.getDataURL({ pixelRatio: 2, backgroundColor: c.card });
  chart.dispose();
  return url;
}

function offer(kind, rows) {
  const row = document.querySelector(`[data-downloads="${kind}"]`);
  if (!row || row.childElementCount) return;
  const name = row.dataset.name;
  const drawn = (renderer) => withLibrary().then(() => picture(kind, rows, renderer));
  const ways = {
    PNG: async () => save(`${name}.png`, await drawn("canvas")),
    SVG: async () => save(`${name}.svg`, await drawn("svg")),
    CSV: () => save(`${name}.csv`, URL.createObjectURL(new Blob([csv(rows)], { type: "text/csv" }))),
  };
  row.append(`${words.download} `);
  for (const [title, act] of Object.entries(ways)) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title;
    button.addEventListener("click", act);
    row.append(button);
  }
  if (!TABLED.has(kind)) row.after(numbers(kind, rows));
}

function drawOne(place) {
  const rows = JSON.parse(document.getElementById(place.dataset.source).textContent);
  echarts.getInstanceByDom(place)?.dispose();
  const { option, height } = KINDS[place.dataset.chart](rows, colours(), place.clientWidth < 560);
  place.replaceChildren();
  place.style.height = `${height}px`;
  echarts.init(place, null, { renderer: "canvas" }).setOption(option);
}

let library = null;

/** Brings ECharts when the first chart comes near the window, and not before the page is there. */
function withLibrary() {
  library ??= new Promise((resolve) => {
    const script = document.createElement("script");
    script.src = words.echarts;
    script.addEventListener("load", resolve);
    document.head.append(script);
  });
  return library;
}

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    withLibrary().then(() => target.isConnected && drawOne(target));
  }
}, { rootMargin: "100px" });

export function draw() {
  for (const place of document.querySelectorAll("[data-chart]")) {
    const source = document.getElementById(place.dataset.source);
    const rows = source ? JSON.parse(source.textContent) : [];
    place.hidden = rows.length === 0;
    near.unobserve(place);
    if (place.hidden) continue;
    offer(place.dataset.chart, rows);
    near.observe(place);
  }
}

function whenQuiet(act) {
  const later = () => (window.requestIdleCallback ? requestIdleCallback(act, { timeout: 1500 }) : setTimeout(act, 200));
  if (document.readyState === "complete") later();
  else addEventListener("load", later, { once: true });
}

document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-copy-link]");
  if (button) copyLink(button);
});
document.addEventListener("htmx:afterSwap", draw);
document.addEventListener("themechange", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
let width = innerWidth;
addEventListener("resize", () => {
  if (innerWidth !== width) draw();
  width = innerWidth;
});
whenQuiet(draw);
