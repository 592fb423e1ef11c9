// The battle page: follows the event stream, renders both answers, keeps buttons in step.
import { copyLink, words } from "./copy.js";
import { show } from "./markdown.js";

const SIDES = ["a", "b"];
const ENDED = new Set(["whole", "failed", "stopped"]);
let follower = null;

/** Follows one battle's stream. Both sides come in one event, so neither can be ahead. */
class Follower {
  constructor(root) {
    this.root = root;
    this.state = root.dataset.state;
    this.text = { a: "", b: "" };
    this.drawn = { a: null, b: null };
    const places = SIDES.map((side) => [side, root.querySelector(`[data-live="${side}"]`)]);
    this.live = Object.fromEntries(places.filter(([, node]) => node)); // direct chat has one
    this.reflect();
    this.source = new EventSource(root.dataset.events);
    this.source.addEventListener("message", (event) => this.take(JSON.parse(event.data)));
    this.source.addEventListener("open", () => this.lost(false));
    this.source.addEventListener("error", () => this.lost(true));
  }

  /** The stream ends by itself now and then and comes back at once; only a longer break is worth a word. */
  lost(now) {
    clearTimeout(this.breaks);
    if (!now) lineLost(this.root, false);
    else if (!ENDED.has(this.state)) this.breaks = setTimeout(() => lineLost(this.root, true), 2000);
  }

  take(data) {
    if (data.over) this.text = { a: "", b: "" };
    for (const side of SIDES) this.text[side] += data[side];
    if (data.over && this.state === "writing" && data.state === "waiting") this.say(words.over);
    this.state = data.state;
    if (ENDED.has(this.state)) this.source.close();
    this.reflect();
    this.draw();
  }

  draw() {
    if (this.waits) return;
    this.waits = true;
    const long = Math.max(this.text.a.length, this.text.b.length) > 6000;
    setTimeout(() => requestAnimationFrame(() => this.paint()), long ? 250 : 60);
  }

  paint() {
    this.waits = false;
    const finished = ENDED.has(this.state);
    for (const side of Object.keys(this.live)) {
      const key = `${finished}:${this.text[side].length}`;
      if (this.drawn[side] === key && this.text[side]) continue;
      this.drawn[side] = key;
      show(this.live[side], this.text[side], finished);
      this.live[side].setAttribute("aria-busy", String(!finished));
    }
  }

  reflect() {
    const { root, state } = this;
    root.dataset.state = state;
    for (const node of root.querySelectorAll("[data-when]")) node.hidden = !node.dataset.when.split(" ").includes(state);
    for (const button of root.querySelectorAll("[data-vote]")) button.disabled = state !== "whole";
    for (const node of Object.values(this.live)) node.classList.toggle("waiting", state === "writing");
    if (ENDED.has(state)) this.say(root.dataset[`say${state[0].toUpperCase()}${state.slice(1)}`] ?? "");
  }

  say(sentence) {
    const node = this.root.querySelector("[data-announce]");
    if (node && node.textContent !== sentence) node.textContent = sentence;
  }

  close() {
    clearTimeout(this.breaks);
    this.source.close();
  }
}

function lineLost(root, yes) {
  const place = root.querySelector("[data-line]");
  place.hidden = !yes;
  place.textContent = yes ? words.offline : "";
}

function begin() {
  follower?.close();
  follower = null;
  const root = document.querySelector("#battle");
  if (!root) return;
  for (const node of root.querySelectorAll("[data-markdown]")) show(node, node.textContent, true);
  if (root.dataset.events) follower = new Follower(root);
  for (const area of root.querySelectorAll("textarea")) count(area);
  for (const button of root.querySelectorAll("[data-undo]")) countDown(button);
  prepareReading(root);
}

/** The vote can be taken back for so many seconds; then the button goes. */
function countDown(button) {
  const until = Date.now() + Number(button.dataset.undo) * 1000;
  const tick = () => {
    if (!button.isConnected) return;
    const left = Math.ceil((until - Date.now()) / 1000);
    button.querySelector("[data-left]").textContent = left;
    if (left > 0) setTimeout(tick, 250);
    else button.closest("form").remove();
  };
  tick();
}

/** Which answers are shown on a phone, and whether they scroll apart: kept for the next battle. */
function prepareReading(root) {
  if (root.querySelector("[data-reading]")) read(root, recall("only") ?? "both", recall("apart") === "1");
}

function read(root, only, apart) {
  root.dataset.only = only;
  root.classList.toggle("scroll-apart", apart);
  for (const button of root.querySelectorAll("[data-only]")) button.setAttribute("aria-pressed", String(button.dataset.only === only));
  root.querySelector("[data-apart]").setAttribute("aria-pressed", String(apart));
  for (const said of root.querySelectorAll(".said")) apart ? (said.tabIndex = 0) : said.removeAttribute("tabindex");
}

function recall(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // storage is closed in some private windows
  }
}

function keep(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // it holds for this battle
  }
}

function count(area) {
  const place = area.form?.querySelector("[data-count]");
  if (!place) return;
  const length = [...area.value.trim()].length;
  const limit = Number(area.dataset.limit);
  place.textContent = `${length.toLocaleString("en")} / ${limit.toLocaleString("en")}`;
  place.classList.toggle("over", length > limit);
}

document.addEventListener("input", (event) => event.target.matches?.("textarea[data-limit]") && count(event.target));
document.addEventListener("click", (event) => {
  const root = document.querySelector("#battle");
  const button = event.target.closest?.("button");
  if (!root || !button) return;
  if (button.dataset.only) {
    keep("only", button.dataset.only);
    read(root, button.dataset.only, root.classList.contains("scroll-apart"));
  } else if ("apart" in button.dataset) {
    const apart = !root.classList.contains("scroll-apart");
    keep("apart", apart ? "1" : "0");
    read(root, root.dataset.only, apart);
  } else if ("copyLink" in button.dataset) copyLink(button);
});

document.addEventListener("htmx:sendError", () => lineLost(document.querySelector("#battle"), true));
document.addEventListener("click", (event) => {
  const example = event.target.closest?.("[data-example]");
  if (!example) return;
  const area = document.querySelector("textarea[name=prompt]");
  area.value = example.textContent.trim();
  count(area);
  area.focus();
});
document.addEventListener("htmx:afterSwap", begin);
document.querySelectorAll("textarea[data-limit]").forEach(count);
begin();
