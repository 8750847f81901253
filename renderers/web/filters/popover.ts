// A condition beside its chip: loaded when it is opened, sent without leaving the list.
import { ahead } from "../ahead";
import { visit } from "../list/keeping";

declare const window: Window & { htmx: { process(element: Element): void } };

const EDGE = 8;
/** Where the focus belongs once the list is drawn anew: the place of a chip, or empty for the button that adds one. */
let wanted: string | null = null;

async function get(address: string): Promise<Response | null> {
  return fetch(address, { headers: { "HX-Request": "true", Accept: "text/html" } }).catch(() => null);
}

/** Keeps the popover inside the window. */
export function place(box: HTMLElement): void {
  box.style.left = "";
  if (matchMedia("(max-width: 767px)").matches) return;
  const over = box.getBoundingClientRect().right - (document.documentElement.clientWidth - EDGE);
  if (over > 0) box.style.left = `${-over}px`;
}

const FIRST = ["[aria-invalid=true]", "[data-ffind]", ":scope .field :is(input:not([type=hidden]):not([type=checkbox]), textarea, select, input[type=checkbox])", "[name=_n]", "[data-fop]", "a, button"];

function first(box: HTMLElement): void {
  const field = FIRST.map((selector) => box.querySelector<HTMLElement>(selector)).find((found) => found !== null);
  field?.focus();
  if (field instanceof HTMLInputElement && field.type === "text") field.select();
}

function fill(box: HTMLElement, html: string): void {
  const fragment = new DOMParser().parseFromString(html, "text/html");
  box.replaceChildren(...fragment.body.childNodes);
  for (const find of box.querySelectorAll<HTMLElement>("[data-ffind]")) find.hidden = false;
  for (const again of box.querySelectorAll<HTMLElement>("[data-fagain]")) again.hidden = true;
  if (!box.closest("[data-fbuilder]")) window.htmx.process(box);
  box.dispatchEvent(new Event("kubik:new", { bubbles: true }));
  place(box);
  first(box);
}

const turns = new WeakMap<HTMLElement, number>();

function load(box: HTMLElement, address: string): void {
  box.dataset.loaded = "";
  void ahead(box, () => bring(box, address));
}

/** Brings what stands in a popover; answers its field when that has the focus. */
async function bring(box: HTMLElement, address: string): Promise<Element | null> {
  const turn = (turns.get(box) ?? 0) + 1;
  turns.set(box, turn);
  const answer = await get(address);
  if (turns.get(box) !== turn) return null; // another one was asked for since
  if (!answer || (!answer.ok && answer.status !== 422)) location.href = withoutPart(address);
  else fill(box, await answer.text());
  return box.contains(document.activeElement) ? document.activeElement : null;
}

/** The same page for the whole window: what went wrong is said there. */
function withoutPart(address: string): string {
  const url = new URL(address, location.href);
  url.searchParams.delete("_part");
  return url.pathname + url.search;
}

function sent(form: HTMLFormElement, path: string): string {
  const pairs = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") pairs.append(name, value);
  pairs.append("_part", "1");
  return `${path}?${pairs}`;
}

async function send(box: HTMLElement, form: HTMLFormElement): Promise<void> {
  const address = sent(form, new URL(form.action).pathname);
  const answer = await get(address);
  const where = answer?.headers.get("HX-Location");
  if (!answer || (!where && answer.status !== 422)) return void (location.href = withoutPart(address));
  if (!where) return fill(box, await answer.text());
  wanted = box.closest<HTMLElement>(".fset")?.dataset.fat ?? "";
  const { path } = JSON.parse(where) as { path: string };
  if (tell(box, path)) return;
  await visit(path);
}

/** Beside a field of an expression the text of the new filter goes into the field; whether it did. */
export function tell(box: Element, address: string): boolean {
  const builder = box.closest("[data-fbuilder]");
  builder?.dispatchEvent(new CustomEvent("kubik:condition", { detail: new URL(address, location.href).searchParams.get("filter") ?? "" }));
  return builder !== null;
}

export function startPopover(menu: HTMLDetailsElement): void {
  const box = menu.querySelector<HTMLElement>("[data-fpart]")!;
  // asked for by the press itself: what is typed behind it is for the popover
  menu.querySelector("summary")?.addEventListener("click", () => {
    if (!menu.open && box.dataset.loaded === undefined) load(box, box.dataset.fpart!);
  });
  menu.addEventListener("toggle", () => {
    if (!menu.open) return;
    place(box);
    if (box.dataset.loaded === undefined) load(box, box.dataset.fpart!);
    else first(box);
  });
  box.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.dataset.fform === undefined) return;
    event.preventDefault();
    void send(box, form);
  });
  box.addEventListener("change", (event) => {
    const select = event.target as HTMLSelectElement;
    if (select.dataset.fop === undefined) return;
    load(box, sent(select.form!, select.form!.dataset.fform!));
  });
  box.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-fload]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    load(box, link.dataset.fload!);
  });
}

/** After the list was drawn anew: back to the chip that was changed, or to the button that adds one. */
export function refocus(bar: HTMLElement): void {
  if (wanted === null) return;
  const chip = wanted ? bar.querySelector<HTMLElement>(`.fset[data-fat="${wanted}"] summary`) : null;
  (chip ?? bar.querySelector<HTMLElement>("[data-fadd]"))?.focus();
  wanted = null;
}
