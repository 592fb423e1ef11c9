// Draws the interval chart from the numbers of the table beside it, anew for each width and theme.
/* global echarts */
const SHAPE = { CN: "circle", US: "rect" };

function colours() {
  const style = getComputedStyle(document.documentElement);
  const read = (name) => style.getPropertyValue(name).trim();
  return { ink: read("--ink"), quiet: read("--quiet"), line: read("--line"), CN: read("--cn"), US: read("--us"), other: read("--other"), font: read("--font") };
}

function draw() {
  const place = document.querySelector("[data-chart]");
  const source = document.querySelector("#chart-data");
  if (!place || !source) return;
  const rows = JSON.parse(source.textContent);
  echarts.getInstanceByDom(place)?.dispose();
  place.hidden = rows.length === 0;
  if (!rows.length) return;
  const c = colours();
  const narrow = place.clientWidth < 560;
  place.style.height = `${Math.max(140, 60 + rows.length * 32)}px`;
  const tone = (country) => c[country] ?? c.other;
  // One line a country and width, broken between rows: a series for each row would be slow at 200 models.
  const groups = [...new Set(rows.map((row) => (SHAPE[row.country] ? row.country : "other")))];
  const of = (group) => rows.map((row, i) => [row, i]).filter(([row]) => (SHAPE[row.country] ? row.country : "other") === group);
  const bars = (group, low, high, width, opacity) => ({
    type: "line",
    silent: true,
    symbol: "none",
    connectNulls: false,
    lineStyle: { color: tone(group), width, opacity },
    data: of(group).flatMap(([row, i]) => [[row[low], i], [row[high], i], ["-", "-"]]),
  });
  const points = (group) => ({
    type: "scatter",
    symbol: SHAPE[group] ?? "diamond",
    symbolSize: 11,
    itemStyle: { color: tone(group) },
    data: of(group).map(([row, i]) => [row.rating, i]),
  });
  echarts.init(place, null, { renderer: "canvas" }).setOption({
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
    tooltip: {
      renderMode: "richText",
      formatter: ({ value }) => {
        const row = rows[value[1]];
        return `${row.model} (${row.country_name})\n${row.rating.toFixed(0)} [${row.lower.toFixed(0)}–${row.upper.toFixed(0)}]`;
      },
    },
    series: groups.flatMap((group) => [
      bars(group, "lower_all", "upper_all", 1.5, 0.6),
      bars(group, "lower", "upper", 4, 1),
      points(group),
    ]),
  });
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
