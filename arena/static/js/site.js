// Runs before the first paint, so that a chosen theme does not flash (without a choice the system decides), and so
// that no key and no press is lost or sent twice while the larger scripts are on their way.
(() => {
  document.documentElement.classList.add("js");
  const read = () => {
    try {
      return localStorage.getItem("theme");
    } catch {
      return null; // storage is closed in some private windows: the system's theme it is
    }
  };
  const chosen = read();
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;

  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-theme-switch]")) return;
    const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    const next = (document.documentElement.dataset.theme ?? system) === "dark" ? "light" : "dark";
    document.documentElement.dataset.theme = next;
    try {
      localStorage.setItem("theme", next);
    } catch {
      // the switch still works for this page
    }
    document.dispatchEvent(new CustomEvent("themechange"));
  });

  document.addEventListener("change", (event) => event.target.closest?.("[data-lang]")?.requestSubmit());

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

  document.addEventListener("submit", (event) => {
    // One press is one question: a second press while the first is on its way would start a second battle.
    if (event.target.matches("[data-once]")) {
      if (event.target.dataset.sent) event.preventDefault();
      event.target.dataset.sent = "1";
    }
  });
  addEventListener("pageshow", () => document.querySelectorAll("[data-sent]").forEach((form) => delete form.dataset.sent));
})();
