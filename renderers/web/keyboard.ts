// Keys of the whole page. Physical keys, so that they are the same in the Russian layout.
import { writing } from "./dom";
import { closeMenu, openKeys } from "./menus";

/** A key led to another page, which is on its way: what follows is not meant for this one. */
let away = false;

function press(selector: string): boolean {
  const target = document.querySelector<HTMLElement>(selector);
  const led = (event: Event): void => void (away = target instanceof HTMLAnchorElement && !event.defaultPrevented);
  window.addEventListener("click", led);
  target?.click();
  window.removeEventListener("click", led);
  return target !== null;
}

function focusSearch(): boolean {
  const search = document.querySelector<HTMLInputElement>("#list-search");
  search?.focus();
  search?.select();
  return search !== null;
}

/** J and K: the next and the previous row of a list, or record of the list that this card was opened from. */
function step(by: 1 | -1): boolean {
  const rows = [...document.querySelectorAll<HTMLElement>("#rows td.name a")];
  if (rows.length > 0) {
    const row = document.activeElement?.closest("tr");
    const at = rows.findIndex((link) => link.closest("tr") === row);
    rows[at < 0 ? 0 : Math.min(rows.length - 1, Math.max(0, at + by))]?.focus();
    return true;
  }
  return press(by === 1 ? "a[data-following][href]" : "a[data-previous][href]");
}

const single: Record<string, () => boolean> = {
  Slash: focusSearch,
  KeyN: () => press('[data-key="n"]'),
  KeyE: () => press('[data-key="e"]'),
  KeyF: () => press('[data-key="f"]'),
  KeyJ: () => step(1),
  KeyK: () => step(-1),
};

function escape(): boolean {
  if (document.querySelector("dialog:modal")) return false; // the browser closes it
  if (closeMenu()) return true;
  if (writing(document.activeElement)) {
    (document.activeElement as HTMLElement).blur();
    return true;
  }
  return false;
}

function save(): boolean {
  const dialog = document.querySelector("dialog[data-modal]:modal");
  const button = (dialog ?? document).querySelector<HTMLElement>(dialog ? ".btn.primary" : "[data-save]");
  if (!button) return false;
  button.focus();
  button.click();
  return true;
}

export function startKeyboard(): void {
  window.addEventListener("pageshow", () => (away = false));
  window.addEventListener("beforeunload", (event) => void setTimeout(() => (away &&= !event.defaultPrevented))); // asked, and stayed
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing) return;
    const command = event.ctrlKey || event.metaKey;
    let done = false;
    if (command && !event.altKey && !event.shiftKey && (event.code === "KeyS" || event.code === "Enter" || event.code === "NumpadEnter")) {
      done = save();
    } else if (event.code === "Escape") {
      away = false; // the browser stops going there
      done = escape();
    } else if (!command && !event.altKey && !writing(event.target) && !document.querySelector("dialog:modal")) {
      if (event.key === "?" || (event.shiftKey && event.code === "Slash")) {
        openKeys();
        done = true;
      } else if (!event.shiftKey && event.code in single) done = away || single[event.code]!();
    }
    if (done) event.preventDefault();
  });
}
