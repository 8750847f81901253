// Actions: what a button asks opens in a dialog over the page; without scripts it is a page of its own.
import { ahead } from "./ahead";

declare const window: Window & { htmx: { process(element: Element): void } };

/** Opens the form of an action over the page and answers its field; anything but a form is left to the browser. */
async function open(link: HTMLAnchorElement): Promise<Element | null> {
  const answer = await fetch(link.href, { headers: { "HX-Request": "true" } }).catch(() => null);
  const html = answer?.ok && !answer.redirected ? await answer.text() : "";
  if (opening !== link) return null; // another one was pressed
  const form = new DOMParser().parseFromString(html, "text/html").querySelector("form[data-action-form]");
  if (!form) {
    location.href = link.href;
    return null;
  }
  const dialog = document.createElement("dialog");
  dialog.className = "action";
  dialog.setAttribute("aria-labelledby", "action-title");
  dialog.append(document.adoptNode(form));
  document.body.append(dialog);
  window.htmx.process(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    link.focus();
  });
  dialog.addEventListener("click", (event) => {
    if (!(event.target as Element).closest("[data-close]")) return;
    event.preventDefault();
    dialog.close();
  });
  dialog.showModal();
  dialog.dispatchEvent(new CustomEvent("kubik:new", { bubbles: true }));
  const first = dialog.querySelector<HTMLElement>(".field .input, [data-save]");
  first?.focus();
  return first;
}

let started = false;
let opening: HTMLAnchorElement | null = null;

export function startActions(): void {
  if (started) return;
  started = true;
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-dialog]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    if (opening === link) return; // pressed twice: one dialog
    opening = link;
    void ahead(link, () => open(link).finally(() => opening === link && (opening = null)));
  });
}
