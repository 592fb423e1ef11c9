// Runs before the first paint, so that a chosen theme does not flash. Without a choice the system decides.
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
})();
