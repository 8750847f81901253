// Roles: arrows in the matrix, rules checked while they are typed, and “why” beside a record (Alt W).
import { fresh } from "./dom";

declare const window: Window & { htmx: { process(element: Element): void } };

const PAUSE = 250;

/** Arrows go from cell to cell; one cell alone is reached by Tab. */
function matrix(table: HTMLTableElement): void {
  const rows = [...table.tBodies].flatMap((body) => [...body.rows]).map((row) => [...row.querySelectorAll<HTMLAnchorElement>("a")]);
  const all = rows.flat();
  const reached = all.find((link) => link.closest("td") && link.hasAttribute("aria-current")) ?? all[0];
  for (const link of all) link.tabIndex = link === reached ? 0 : -1;
  table.addEventListener("keydown", (event) => {
    const step = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.code];
    const at = rows.findIndex((row) => row.includes(event.target as HTMLAnchorElement));
    if (!step || at < 0 || event.altKey || event.ctrlKey) return;
    const [down, right] = step as [number, number];
    const column = rows[at]?.indexOf(event.target as HTMLAnchorElement) ?? 0;
    const next = rows[at + down]?.[column + right];
    if (!next) return;
    event.preventDefault();
    for (const link of all) link.tabIndex = link === next ? 0 : -1;
    next.focus();
  });
}

/** What a rule says, asked of the server a moment after the last key. */
function rule(field: HTMLElement): void {
  const area = field.querySelector("textarea");
  const said = field.querySelector<HTMLElement>("[data-rule-said]");
  if (!area || !said) return;
  let waiting = 0;
  let number = 0;
  const ask = async (): Promise<void> => {
    const mine = ++number;
    const answer = await fetch(`${field.dataset.rule}&rows=${encodeURIComponent(area.value)}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    const html = answer?.ok ? await answer.text().catch(() => null) : null;
    if (mine !== number || html === null) return;
    const fragment = new DOMParser().parseFromString(html, "text/html");
    said.replaceChildren(...fragment.body.childNodes);
    area.setAttribute("aria-invalid", String(said.querySelector(".wrong") !== null));
    field.querySelector(":scope > .wrong")?.remove();
  };
  area.addEventListener("input", () => {
    number += 1; // what is on its way answers another text
    clearTimeout(waiting);
    waiting = window.setTimeout(() => void ask(), PAUSE);
  });
  if (area.value.trim() && !field.querySelector(":scope > .wrong")) void ask();
}

/** Puts words where the last rule was typed. */
function inserts(): void {
  let last: HTMLTextAreaElement | null = null;
  document.addEventListener("focusin", (event) => {
    if (event.target instanceof HTMLTextAreaElement && event.target.closest("[data-rule]")) last = event.target;
  });
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-put], [data-insert]");
    if (!button) return;
    const whole = button.closest<HTMLElement>("[data-insert-into]")?.dataset.insertInto;
    const area = whole ? document.querySelector<HTMLTextAreaElement>(`#${whole}`) : (last?.isConnected ? last : document.querySelector<HTMLTextAreaElement>("#rule-rows"));
    if (!area) return;
    if (button.dataset.put !== undefined) area.value = button.dataset.put;
    else area.setRangeText(button.dataset.insert ?? "", area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input", { bubbles: true }));
    area.focus();
  });
}

/** “Why” is answered as soon as it is whole; the field that has the focus by then keeps it, by its id. */
function answered(form: HTMLFormElement): void {
  form.addEventListener("change", () => form.checkValidity() && form.requestSubmit());
}

function dressed(panel: Element, dialog: HTMLDialogElement): void {
  const close = panel.querySelector<HTMLElement>("[data-close]");
  if (close) close.hidden = false;
  window.htmx.process(dialog);
}

let opening = false;

/** Opens the question over the page, about the record that is shown; pressed twice, it is one dialog. */
function ask(link: HTMLAnchorElement): void {
  if (opening) return;
  opening = true;
  void openWhy(link).finally(() => (opening = false));
}

async function openWhy(link: HTMLAnchorElement): Promise<void> {
  const answer = await fetch(link.href, { headers: { "HX-Request": "true" } }).catch(() => null);
  const html = answer?.ok && !answer.redirected ? await answer.text() : "";
  const panel = new DOMParser().parseFromString(html, "text/html").querySelector("#why");
  if (!panel) {
    location.href = link.href;
    return;
  }
  const before = document.activeElement as HTMLElement | null;
  const dialog = document.createElement("dialog");
  dialog.className = "why-dialog";
  dialog.setAttribute("aria-labelledby", "why-title");
  dialog.append(document.adoptNode(panel));
  document.body.append(dialog);
  dressed(panel, dialog);
  dialog.dispatchEvent(new CustomEvent("kubik:new", { bubbles: true }));
  new MutationObserver(() => {
    const now = dialog.querySelector("#why");
    const close = now?.querySelector<HTMLElement>("[data-close]");
    if (close?.hidden) close.hidden = false;
  }).observe(dialog, { childList: true });
  dialog.addEventListener("click", (event) => {
    if ((event.target as Element).closest("[data-close]")) dialog.close();
  });
  dialog.addEventListener("close", () => {
    dialog.remove();
    before?.focus();
  });
  dialog.showModal();
  dialog.querySelector<HTMLElement>("#why-user")?.focus();
}

let started = false;

export function startRoles(root: ParentNode): void {
  fresh<HTMLTableElement>(root, "[data-matrix]", "ready").forEach(matrix);
  fresh<HTMLElement>(root, "[data-rule]", "ready").forEach(rule);
  fresh<HTMLFormElement>(root, "[data-why-form]", "ready").forEach(answered);
  fresh<HTMLElement>(root, "[data-insert-into]", "ready").forEach((chips) => (chips.hidden = false));
  fresh<HTMLFormElement>(root, "form[data-at-once]", "ready").forEach((form) => form.addEventListener("change", () => form.requestSubmit()));
  if (started) return;
  started = true;
  inserts();
  document.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[data-why]");
    if (!link || event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    ask(link);
  });
  document.addEventListener("keydown", (event) => {
    if (!event.altKey || event.ctrlKey || event.metaKey || event.shiftKey || event.code !== "KeyW" || document.querySelector("dialog:modal")) return;
    const link = document.querySelector<HTMLAnchorElement>("a[data-why]");
    const asked = document.querySelector<HTMLElement>("#why-user");
    if (!link && !asked) return;
    event.preventDefault();
    if (asked?.offsetParent) asked.focus();
    else if (link) ask(link);
  });
}
