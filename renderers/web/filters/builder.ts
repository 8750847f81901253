// Conditions beside a field in which an expression is written: chips and text are the same thing.
import { tell } from "./popover";

const PAUSE = 400;

export function startBuilder(box: HTMLElement): void {
  const area = document.getElementById(box.dataset.for ?? "") as HTMLTextAreaElement | null;
  if (!area) return;
  let waiting = 0;
  let number = 0;
  const draw = async (): Promise<void> => {
    const mine = ++number;
    const answer = await fetch(`${box.dataset.fbuilder}?filter=${encodeURIComponent(area.value)}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    const text = answer?.ok ? await answer.text() : null;
    if (mine !== number) return;
    box.inert = false;
    if (text === null) return;
    const fragment = new DOMParser().parseFromString(text, "text/html");
    box.replaceChildren(...fragment.body.childNodes);
    box.dispatchEvent(new Event("kubik:new", { bubbles: true }));
  };
  area.addEventListener("input", () => {
    clearTimeout(waiting);
    box.inert = true; // the chips are those of the text before: what is done to them would undo what was typed
    number += 1;
    waiting = window.setTimeout(() => void draw(), PAUSE);
  });
  box.addEventListener("kubik:condition", (event) => {
    area.value = (event as CustomEvent<string>).detail;
    area.dispatchEvent(new Event("input", { bubbles: true }));
    clearTimeout(waiting);
    void draw().then(() => document.activeElement === document.body && box.querySelector<HTMLElement>(":scope > .fmenu:last-child summary")?.focus());
  });
  box.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
    if (!link || link.dataset.fload) return;
    event.preventDefault();
    tell(link, link.href);
  });
  void draw();
}
