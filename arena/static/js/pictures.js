// What is drawn of which numbers: each kind of picture gives ECharts' option and its height.
const SHAPE = { CN: "circle", US: "rect" };

export function colours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return { ink: read("--ink"), quiet: read("--quiet"), line: read("--line"), card: read("--card"), accent: read("--accent"), CN: read("--cn"), US: read("--us"), other: read("--other"), font: read("--font") };
}

export const words = document.querySelector("#chart-words").dataset; // in the page's language
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

// One line a group and width, broken between strokes: a series for each row would be slow at 200 models.
const strokes = (pairs, color, width, opacity) => ({
  type: "line",
  silent: true,
  symbol: "none",
  connectNulls: false,
  lineStyle: { color, width, opacity },
  data: pairs.flatMap(([from, to]) => [from, to, ["-", "-"]]),
});

const bars = (rows, colour, low, high, width, opacity) =>
  strokes(rows.filter(([row]) => row[low] !== undefined).map(([row, i]) => [[row[low], i], [row[high], i]]), colour, width, opacity);

const kind = (row) => (SHAPE[row.country] ? row.country : "other");
const kindsOf = (rows) => [...new Set(rows.map(kind))];
const tip = (row) => `${row.model} (${row.country_name})\n${row.rating.toFixed(0)} [${row.lower.toFixed(0)}–${row.upper.toFixed(0)}]`;

function interval(rows, c, narrow) {
  const of = (group) => rows.map((row, i) => [row, i]).filter(([row]) => kind(row) === group);
  return {
    height: Math.max(140, 60 + rows.length * (rows.length > 40 ? 24 : 32)),
    option: {
      ...base(c, rows, narrow),
      tooltip: {
        renderMode: "richText",
        formatter: ({ value }) => tip(rows[value[1]]),
      },
      series: kindsOf(rows).flatMap((group) => [
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

// Answers in order: right of zero Chinese models are ahead, left of it American ones. Of many the names are left out.
const answers = (named) => (rows, c, narrow) => {
  const numbered = rows.map((row, i) => [row, i]);
  const tone = (row) => (row.lower > 0 ? c.CN : row.upper < 0 ? c.US : c.other);
  const shape = (row) => (row.lower > 0 ? "circle" : row.upper < 0 ? "rect" : "diamond");
  const kinds = [(row) => row.lower > 0, (row) => row.upper < 0, (row) => row.lower <= 0 && row.upper >= 0];
  const shown = base(c, rows, narrow);
  return {
    height: 80 + rows.length * (named ? 36 : 14),
    option: {
      ...shown,
      grid: { ...shown.grid, ...(named ? {} : { left: 16, right: 16 }), top: 46 },
      xAxis: { ...shown.xAxis, name: words.minus, nameLocation: "middle", nameGap: 26, nameTextStyle: { color: c.quiet, fontSize: 12 } },
      yAxis: { ...shown.yAxis, data: rows.map((row) => row.label), axisLabel: { ...shown.yAxis.axisLabel, show: named } },
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
          symbolSize: (value) => (rows[value[1]].now ? 14 : named ? 11 : 7),
          data: numbered.map(([row, i]) => ({ value: [row.estimate, i], itemStyle: { color: tone(row), borderColor: c.ink, borderWidth: row.now ? 2 : 0 } })),
          markLine: { silent: true, symbol: "none", label: { show: false }, lineStyle: { color: c.ink, type: "solid", width: 1 }, data: [{ xAxis: 0 }] },
        },
      ],
    },
  };
};

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
const shareTone = (c) => (row) => mixed(c.card, row.share > 50 ? c.accent : c.other, Math.min(1, Math.abs(row.share - 50) / 40));
// The more battles, the stronger.
function drawnTone(c, rows) {
  const most = Math.max(1, ...rows.map((row) => row.battles));
  return (row) => mixed(c.card, c.accent, row.battles / most);
}

const PHONE_MODELS = 12; // more names would lie over each other; the table has all

const map = (told, tones) => (rows, c, narrow) => {
  const tone = tones(c, rows);
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
        data: met.map((row) => ({ value: [models.indexOf(row.opponent), models.indexOf(row.model)], itemStyle: { opacity: 1, color: tone(row), borderColor: c.line, borderWidth: 1 } })),
      }],
    },
  };
};

const range = (values) => [Math.min(...values), Math.max(...values) - Math.min(...values) || 1];

// Those of the best rated whose names don't lie over each other in a chart about 1000 wide; `place` is from 0 to 1.
function apart(edge, rows, place) {
  const [, high] = range(rows.flatMap((row) => [row.lower, row.upper]));
  const shown = [];
  for (const row of edge.toSorted((one, other) => other.rating - one.rating)) {
    const near = (other) =>
      Math.abs(place(row) - place(other)) * 900 < 4 * (row.model.length + other.model.length) &&
      (Math.abs(row.rating - other.rating) / high) * 320 < 18;
    if (!shown.some(near)) shown.push(row);
  }
  return new Set(shown);
}

// Rating against a quantity, with intervals; a line joins the models that none beats in both.
const front = (name, type, logBase) => (rows, c, narrow) => {
  const edge = rows.filter((row) => row.front);
  const of = (group) => rows.filter((row) => kind(row) === group);
  const scaled = type === "log" ? Math.log : Number;
  const [least, wide] = range(rows.map((row) => scaled(row.x)));
  const place = (row) => (scaled(row.x) - least) / wide;
  // names stay inside, and above the line
  const beside = (row) => (place(row) < 0.06 ? { position: "right", offset: [0, -12] } : place(row) > 0.94 ? { position: "left", offset: [0, -12] } : { position: "top" });
  const labelled = narrow ? new Set() : apart(edge, rows, place);
  return {
    height: 420,
    option: {
      animation: false,
      textStyle: { fontFamily: c.font, color: c.ink },
      grid: { left: 52, right: 24, top: 24, bottom: 48 },
      xAxis: { type, name: words[name], nameLocation: "middle", nameGap: 30, scale: true, min: type === "log" ? "dataMin" : undefined, logBase, nameTextStyle: { color: c.quiet, fontSize: 12 }, axisLabel: { color: c.quiet, fontSize: 12, hideOverlap: true, formatter: (v) => String(Number(v.toPrecision(3))) }, splitLine: { show: false } },
      yAxis: { type: "value", scale: true, axisLabel: { color: c.quiet, fontSize: 12 }, splitLine: { lineStyle: { color: c.line } } },
      tooltip: { renderMode: "richText", formatter: ({ data }) => data.tip ?? "" },
      series: [
        { type: "line", silent: true, symbol: "none", step: false, lineStyle: { color: c.quiet, width: 1, type: "dashed" }, data: edge.map((row) => [row.x, row.rating]) },
        ...kindsOf(rows).map((group) => strokes(of(group).map((row) => [[row.x, row.lower], [row.x, row.upper]]), c[group] ?? c.other, 1.5, 0.6)),
        ...kindsOf(rows).map((group) => ({
          type: "scatter",
          symbol: SHAPE[group] ?? "diamond",
          symbolSize: 11,
          itemStyle: { color: c[group] ?? c.other },
          data: of(group).map((row) => ({ value: [row.x, row.rating], tip: `${tip(row)}, ${row.x}`, label: { show: labelled.has(row), formatter: row.model, ...beside(row), color: c.ink, fontSize: 12 } })),
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
export const KINDS = { interval, curve: answers(false), where: answers(true), weeks, heat, drawn, history, size: front("active", "log", 2), speed: front("speed", "value"), energy: front("energy", "log", 10) };
