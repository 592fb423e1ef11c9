// The battle page: follows the event stream, renders both answers, keeps buttons in step, takes keys.
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
    this.live = Object.fromEntries(SIDES.map((side) => [side, root.querySelector(`[data-live="${side}"]`)]));
    this.reflect();
    this.source = new EventSource(root.dataset.events);
    this.source.addEventListener("message", (event) => this.take(JSON.parse(event.data)));
  }

  take(data) {
    if (data.over) this.text = { a: "", b: "" };
    for (const side of SIDES) this.text[side] += data[side];
    if (data.over && this.state === "writing" && data.state === "waiting") this.say("The answers start over.");
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
    for (const side of SIDES) {
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
    for (const side of SIDES) this.live[side]?.classList.toggle("waiting", state === "writing");
    if (ENDED.has(state)) this.say(root.dataset[`say${state[0].toUpperCase()}${state.slice(1)}`] ?? "");
  }

  say(sentence) {
    const node = this.root.querySelector("[data-announce]");
    if (node && node.textContent !== sentence) node.textContent = sentence;
  }

  close() {
    this.source.close();
  }
}

function begin() {
  follower?.close();
  follower = null;
  const root = document.querySelector("#battle");
  if (!root) return;
  for (const node of root.querySelectorAll("[data-markdown]")) show(node, node.textContent, true);
  if (root.dataset.events) follower = new Follower(root);
  for (const area of root.querySelectorAll("textarea")) count(area);
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
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("textarea, input, select");
  if (typing) {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && typing.form) typing.form.requestSubmit();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
  const button = document.querySelector(`[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
  if (button && !button.disabled) button.click();
});
document.addEventListener("click", (event) => {
  const example = event.target.closest?.("[data-example]");
  if (!example) return;
  const area = document.querySelector("textarea[name=prompt]");
  area.value = example.textContent.trim();
  count(area);
  area.focus();
});
document.addEventListener("submit", (event) => {
  // One press is one question: a second press while the first is on its way would start a second battle.
  if (event.target.matches("[data-once]")) {
    if (event.target.dataset.sent) event.preventDefault();
    event.target.dataset.sent = "1";
  }
});
addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent));
document.addEventListener("htmx:afterSwap", begin);
document.querySelectorAll("textarea[data-limit]").forEach(count);
begin();
