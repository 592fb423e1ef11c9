// Charts drawn from the numbers of the table beside them, anew for each width and theme, with downloads.
/* global echarts */
import { copyLink } from "./copy.js";
import { colours, KINDS, words } from "./pictures.js";

const TABLED = new Set(["interval", "weeks", "curve", "where"]); // these stand over a table of the page

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
  const made = (renderer) => withLibrary().then(() => picture(kind, rows, renderer));
  const ways = {
    PNG: async () => save(`${name}.png`, await made("canvas")),
    SVG: async () => save(`${name}.svg`, await made("svg")),
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

function draw() {
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
