// Find or do: the search above every page, by Ctrl K (the physical key, so in the Russian layout, too).
import { icon } from "../dom";
import { forgetAll, kept, rememberRecord, rememberWords } from "./memory";

const WAIT = 140;
const RECORD = /^\/e\/([a-z][a-z0-9_]*)\/([1-9]\d*)$/;

let asked = 0;
let waiting = false; // what is shown is not yet what was typed
let steps = 0; // arrows that came before what was typed was found
let hurry: { aside: boolean } | null = null; // Enter that did
let timer: ReturnType<typeof setTimeout> | undefined;

interface Palette {
  dialog: HTMLDialogElement;
  input: HTMLInputElement;
  found: HTMLElement;
  me: string;
}

function palette(): Palette | null {
  const dialog = document.querySelector<HTMLDialogElement>("#palette");
  const input = dialog?.querySelector<HTMLInputElement>("input");
  const found = dialog?.querySelector<HTMLElement>(".found");
  return dialog && input && found ? { dialog, input, found, me: found.dataset.me ?? "" } : null;
}

const options = (found: HTMLElement): HTMLElement[] => [...found.querySelectorAll<HTMLElement>('[role="option"]:not([aria-disabled])')];

function choose({ input, found }: Palette, next: HTMLElement | undefined): void {
  for (const each of options(found)) each.setAttribute("aria-selected", String(each === next));
  if (next) input.setAttribute("aria-activedescendant", next.id);
  else input.removeAttribute("aria-activedescendant");
  next?.scrollIntoView({ block: "nearest" });
}

const chosen = (found: HTMLElement): HTMLElement | undefined => options(found).find((each) => each.getAttribute("aria-selected") === "true");

/** The words that were looked for lately, above what the server knows. */
function lately(shown: Palette): void {
  const words = kept(shown.me).words;
  if (words.length === 0 || shown.input.value.trim()) return;
  const section = document.createElement("section");
  section.className = "hsec";
  section.setAttribute("role", "group");
  section.setAttribute("aria-label", shown.found.dataset.recent ?? "");
  const head = document.createElement("div");
  head.className = "hhead";
  head.setAttribute("role", "presentation");
  const title = document.createElement("h2");
  title.setAttribute("role", "presentation");
  title.textContent = shown.found.dataset.recent ?? "";
  head.append(title);
  section.append(head);
  for (const text of words) {
    const line = document.createElement("button");
    line.type = "button";
    line.className = "hline";
    line.setAttribute("role", "option");
    line.setAttribute("aria-selected", "false");
    line.tabIndex = -1;
    line.dataset.words = text;
    const name = document.createElement("span");
    name.className = "ht ell";
    name.textContent = text;
    line.append(icon("search"), name);
    section.append(line);
  }
  shown.found.append(section);
}

async function ask(shown: Palette): Promise<void> {
  const mine = ++asked;
  const address = new URL("/search", location.origin);
  address.searchParams.set("part", "results");
  address.searchParams.set("q", shown.input.value);
  if (!shown.input.value.trim()) for (const key of kept(shown.me).records) address.searchParams.append("r", key);
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  const html = answer?.ok ? await answer.text().catch(() => "") : "";
  if (mine !== asked) return;
  if (answer?.status === 401) return location.reload();
  shown.found.replaceChildren(...new DOMParser().parseFromString(html, "text/html").body.childNodes);
  if (answer?.ok) lately(shown);
  const lines = options(shown.found);
  lines.forEach((each, at) => (each.id = `palette-${at}`));
  const meant = lines.at(steps % lines.length);
  const gone = hurry;
  ready();
  choose(shown, meant);
  if (gone && meant) go(shown, meant, gone.aside);
}

/** What is shown is what was typed. */
function ready(): void {
  waiting = false;
  steps = 0;
  hurry = null;
}

function later(shown: Palette): void {
  ready(); // keys behind another text were meant for that one
  waiting = true;
  asked += 1; // what is on its way answers another text
  clearTimeout(timer);
  timer = setTimeout(() => void ask(shown), WAIT);
}

export function openPalette(): boolean {
  const shown = palette();
  if (!shown || shown.dialog.open) return shown !== null;
  ready();
  waiting = true;
  shown.input.value = "";
  shown.found.replaceChildren();
  shown.dialog.showModal();
  shown.input.focus();
  void ask(shown);
  return true;
}

function go(shown: Palette, line: HTMLElement, aside: boolean): void {
  const words = line.dataset.words;
  if (words !== undefined) {
    shown.input.value = words;
    waiting = true;
    void ask(shown);
    return;
  }
  rememberWords(shown.me, shown.input.value);
  const href = line.getAttribute("href") ?? "/";
  if (aside) window.open(href, "_blank", "noopener");
  else location.assign(href);
}

function keys(event: KeyboardEvent, shown: Palette): void {
  if (event.isComposing) return;
  const lines = options(shown.found);
  const at = lines.indexOf(chosen(shown.found) as HTMLElement);
  if (event.code === "ArrowDown" || event.code === "ArrowUp") {
    event.preventDefault();
    if (waiting) steps += event.code === "ArrowDown" ? 1 : -1;
    else choose(shown, lines[(at + (event.code === "ArrowDown" ? 1 : lines.length - 1) + lines.length) % lines.length]);
  } else if (event.code === "Enter" || event.code === "NumpadEnter") {
    const line = lines[at];
    if (waiting) {
      hurry = { aside: event.ctrlKey || event.metaKey };
      event.preventDefault();
      event.stopPropagation();
      return;
    }
    if (!line) return; // the form leads to the page of the search
    event.preventDefault();
    event.stopPropagation();
    go(shown, line, event.ctrlKey || event.metaKey);
  }
}

/** The card of a record: remembered as opened. */
function opened(): void {
  const shown = palette();
  const record = RECORD.exec(location.pathname);
  if (shown && record && document.querySelector("main")) rememberRecord(shown.me, `${record[1]}:${record[2]}`);
}

let listening = false;

export function startPalette(): void {
  if (listening) return;
  listening = true;
  const shown = palette();
  if (!shown) return;
  opened();
  shown.input.addEventListener("input", () => later(shown));
  shown.dialog.addEventListener("keydown", (event) => keys(event, shown));
  shown.dialog.addEventListener("close", () => {
    if (shown.dialog.open) return; // opened again at once
    clearTimeout(timer);
    asked += 1; // who closed it goes nowhere
    ready();
  });
  shown.found.addEventListener("mousemove", (event) => {
    const line = (event.target as Element).closest<HTMLElement>('[role="option"]');
    if (line && line.getAttribute("aria-selected") !== "true") choose(shown, line);
  });
  shown.dialog.addEventListener("click", (event) => {
    const target = event.target as Element;
    const line = target.closest<HTMLElement>('[role="option"]');
    if (target === shown.dialog || target.closest("[data-close]")) shown.dialog.close();
    else if (line?.dataset.words !== undefined) go(shown, line, false);
    else if (line) rememberWords(shown.me, shown.input.value);
  });
  document.addEventListener("click", (event) => {
    const opener = (event.target as Element).closest("[data-palette]");
    if (!opener || event.ctrlKey || event.metaKey || event.shiftKey) return;
    if (openPalette()) event.preventDefault();
  });
  document.addEventListener("submit", (event) => {
    if ((event.target as Element).getAttribute("action")?.endsWith("/sign-out")) forgetAll();
  });
  document.addEventListener(
    "keydown",
    (event) => {
      const command = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
      if (!command || event.code !== "KeyK" || event.isComposing) return;
      if ((event.target as Element).closest?.(".rich-text, [contenteditable]") || document.querySelector("dialog:modal:not(#palette)")) return;
      if (openPalette()) event.preventDefault();
    },
    true,
  );
}
