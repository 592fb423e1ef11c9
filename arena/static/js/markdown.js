// An answer is hostile input: Markdown becomes HTML, raw HTML in it stays text, and the result is sanitised.
import { Marked } from "../npm/marked.esm.js";
import DOMPurify from "../npm/purify.es.mjs";
import { copy, words } from "./copy.js";

const escape = (text) =>
  text.replace(/[&<>"']/g, (c) => ({ "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" })[c]);

// Formulas are set aside before Markdown reads their underscores and backslashes.
const formula = (name, level, start, rule) => ({
  name,
  level,
  start: (source) => source.match(start)?.index,
  tokenizer(source) {
    const match = rule.exec(source);
    if (match) return { type: name, raw: match[0], text: (match[1] ?? match[2]).trim() };
    return undefined;
  },
  renderer: (token) => `<${level === "block" ? "div" : "span"} class="${name}">${escape(token.text)}</${level === "block" ? "div" : "span"}>`,
});

const marked = new Marked({
  gfm: true,
  breaks: false,
  extensions: [],
  renderer: {
    html: ({ text }) => escape(text),
    image: ({ text, href }) => escape(text || href || ""),
  },
});
marked.use({
  extensions: [
    formula("math-block", "block", /\$\$|\\\[/, /^(?:\$\$([\s\S]+?)\$\$|\\\[([\s\S]+?)\\\])/),
    formula("math-inline", "inline", /\\\(|\$/, /^(?:\\\(([\s\S]+?)\\\)|\$(?!\s)([^$\n]+?)(?<!\s)\$(?!\d))/),
  ],
});

const RULES = {
  FORBID_TAGS: ["style", "form", "input", "button", "textarea", "select", "img", "video", "audio", "svg", "math", "iframe"],
  FORBID_ATTR: ["style", "id", "name"],
};

DOMPurify.addHook("afterSanitizeAttributes", (node) => {
  if (node.tagName === "A") {
    node.setAttribute("rel", "noopener noreferrer nofollow");
    node.setAttribute("target", "_blank");
  }
});

/** Put `text` into `node` as Markdown. `finished` also colours code and sets formulas. */
export function show(node, text, finished) {
  node.classList.remove("plain");
  node.innerHTML = DOMPurify.sanitize(marked.parse(text), RULES);
  // each paragraph in its own direction: an answer may mix Arabic and English
  for (const block of node.querySelectorAll("p, li, h1, h2, h3, h4, h5, h6, td, th, blockquote")) block.dir = "auto";
  for (const block of node.querySelectorAll("pre")) withCopy(block);
  if (finished) {
    colour(node);
    setFormulas(node);
  }
}

function withCopy(block) {
  const frame = document.createElement("div");
  frame.className = "code";
  block.tabIndex = 0;
  block.replaceWith(frame);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.textContent = words.copy;
  button.addEventListener("click", () => copy(button, block.innerText, () => getSelection()?.selectAllChildren(block)));
  frame.append(block, button);
}

async function colour(node) {
  const blocks = [...node.querySelectorAll("pre code")];
  if (!blocks.length) return;
  const { default: hljs } = await import("../npm/highlight.min.js");
  for (const block of blocks) {
    const language = [...block.classList].find((c) => c.startsWith("language-"))?.slice(9);
    if (!language || hljs.getLanguage(language)) hljs.highlightElement(block);
  }
}

async function setFormulas(node) {
  const places = [...node.querySelectorAll(".math-inline, .math-block")];
  if (!places.length) return;
  loadFormulaStyle();
  await import("../npm/katex/katex.min.js"); // half of the module's bytes; it puts itself on the window
  for (const place of places) {
    const display = place.classList.contains("math-block");
    window.katex.render(place.textContent, place, { displayMode: display, throwOnError: false, trust: false, maxExpand: 200, maxSize: 20 });
  }
}

function loadFormulaStyle() {
  const address = document.body.dataset.katexCss;
  if (!address || document.querySelector(`link[href="${address}"]`)) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address;
  document.head.append(link);
}
