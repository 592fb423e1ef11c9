// Words in the page's language, and one way to copy.

export const words = document.querySelector("#words")?.dataset ?? {};

/** Copy a text; where the browser refuses, select it and say which keys do. */
export async function copy(button, text, select) {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = words.copied;
  } catch {
    select();
    button.textContent = words.press;
  }
}
