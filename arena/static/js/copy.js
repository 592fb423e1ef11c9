// Words in the page's language, and one way to copy.

export const words = document.querySelector("#words")?.dataset ?? {};

/** Copy the link in the field beside a button. */
export function copyLink(button) {
  const link = button.closest(".together").querySelector(".link");
  copy(button, link.value, () => link.select());
}

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
