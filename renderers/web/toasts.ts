// Notices in the polite live region at the bottom.
import { fresh } from "./dom";

const USUAL = 6;

function arm(toast: HTMLElement): void {
  const seconds = Number(toast.dataset.seconds ?? USUAL);
  let timer = 0;
  const wait = () => (timer = window.setTimeout(() => toast.remove(), seconds * 1000));
  for (const event of ["pointerenter", "focusin"]) toast.addEventListener(event, () => clearTimeout(timer));
  for (const event of ["pointerleave", "focusout"]) toast.addEventListener(event, wait);
  toast.querySelector('[data-action="dismiss"]')?.addEventListener("click", () => toast.remove());
  wait();
}

/** Shows a text to everybody, screen readers included. */
export function toast(text: string, seconds: number = USUAL, action?: { label: string; run: () => void }): void {
  const pattern = document.querySelector<HTMLTemplateElement>("#toast");
  const shown = pattern?.content.firstElementChild?.cloneNode(true);
  if (!(shown instanceof HTMLElement)) return;
  shown.dataset.seconds = String(seconds);
  shown.dataset.toasted = "";
  shown.querySelector("span")!.textContent = text;
  if (action) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "plain";
    button.textContent = action.label;
    button.addEventListener("click", () => {
      shown.remove();
      action.run();
    });
    shown.querySelector("span")!.after(button);
  }
  document.querySelector(".toasts")?.append(shown);
  arm(shown);
}

export function startToasts(root: ParentNode): void {
  fresh<HTMLElement>(root, ".toasts > .toast", "toasted").forEach(arm);
}
