// Charts drawn from the numbers of the table beside them, anew for each width and theme, with downloads.
/* global echarts */
const SHAPE = { CN: "circle", US: "rect" };

export function colours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return { ink: read("--ink"), quiet: read("--quiet"), line: read("--line"), card: read("--card"), accent: read("--accent"), CN: read("--cn"), US: read("--us"), other: read("--other"), font: read("--font") };
}

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
      xAxis: { ...shown.xAxis, name: "Elo, Chinese minus American", nameLocation: "middle", nameGap: 26, nameTextStyle: { color: c.quiet, fontSize: 12 } },
      yAxis: { ...shown.yAxis, data: rows.map((row) => row.label), axisLabel: { show: false } },
      tooltip: {
        renderMode: "richText",
        formatter: ({ value }) => {
          const row = rows[value[1]];
          return `${row.label}${row.now ? " (shown above)" : ""}\n${signed(row.estimate)} [${signed(row.lower)}, ${signed(row.upper)}]`;
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
      yAxis: { type: "value", name: "trillion", nameTextStyle: { color: c.quiet, fontSize: 12 }, axisLabel: { color: c.quiet, fontSize: 12 }, splitLine: { lineStyle: { color: c.line } } },
      tooltip: { renderMode: "richText", formatter: ({ seriesName, value }) => `${seriesName}, week to ${value[0]}\n${value[1]} trillion tokens` },
      series: Object.entries(sides).map(([country, code]) => ({
        name: country,
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

const KINDS = { interval, curve, weeks };

function csv(rows) {
  const names = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  const cell = (value) => (/[",\n]/.test(String(value ?? "")) ? `"${String(value).replaceAll('"', '""')}"` : String(value ?? ""));
  return [names.join(","), ...rows.map((row) => names.map((name) => cell(row[name])).join(","))].join("\n");
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

function offer(place, kind, rows) {
  const row = document.querySelector(`[data-downloads="${kind}"]`);
  if (!row || row.childElementCount) return;
  const name = row.dataset.name;
  const ways = {
    PNG: () => save(`${name}.png`, picture(kind, rows, "canvas")),
    SVG: () => save(`${name}.svg`, picture(kind, rows, "svg")),
    CSV: () => save(`${name}.csv`, URL.createObjectURL(new Blob([csv(rows)], { type: "text/csv" }))),
  };
  row.append("Download: ");
  for (const [title, act] of Object.entries(ways)) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = title;
    button.addEventListener("click", act);
    row.append(button);
  }
}

function drawOne(place) {
  const source = document.getElementById(place.dataset.source);
  if (!source) return;
  const rows = JSON.parse(source.textContent);
  echarts.getInstanceByDom(place)?.dispose();
  place.hidden = rows.length === 0;
  if (!rows.length) return;
  const { option, height } = KINDS[place.dataset.chart](rows, colours(), place.clientWidth < 560);
  place.style.height = `${height}px`;
  echarts.init(place, null, { renderer: "canvas" }).setOption(option);
  offer(place, place.dataset.chart, rows);
}

export function draw() {
  document.querySelectorAll("[data-chart]").forEach(drawOne);
}

document.addEventListener("htmx:afterSwap", draw);
document.addEventListener("themechange", draw);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
let width = innerWidth;
addEventListener("resize", () => {
  if (innerWidth !== width) draw();
  width = innerWidth;
});
draw();
