// The card: values turned into their widgets where they stand, what a change brings along, tabs, address, print.
import { ahead } from "./ahead";
import { fresh, token, word } from "./dom";
import { toast } from "./toasts";

const opened = new WeakMap<HTMLElement, Node[]>();

/** Asks the document to prepare what was put into it. */
function put(root: HTMLElement): void {
  root.dispatchEvent(new CustomEvent("kubik:put", { bubbles: true }));
}

function fragment(html: string): DocumentFragment {
  const holder = document.createElement("template");
  holder.innerHTML = html;
  return holder.content;
}

const place = (box: HTMLElement): HTMLElement => (box.matches("[data-table]") ? box : box.querySelector<HTMLElement>("dd")!);
const address = (box: HTMLElement): string => (box.dataset.edit ?? box.dataset.table)!;
const form = (box: HTMLElement): HTMLFormElement | null => box.querySelector<HTMLFormElement>("form[data-in-place]");
const control = (box: HTMLElement): HTMLElement | null =>
  box.querySelector<HTMLElement>("[data-in-place] :is([aria-invalid=true], .input, [type=radio]:checked, input:not([type=hidden], [type=radio]:not(:checked)), select, textarea, [contenteditable])")
  ?? box.querySelector<HTMLElement>("[data-in-place] input:not([type=hidden])");

/** What is sent; files are on the server already and stand here by their ids. */
function pairs(edited: HTMLFormElement): [string, string][] {
  return [...new FormData(edited).entries()].filter((pair): pair is [string, string] => typeof pair[1] === "string");
}

function content(edited: HTMLFormElement): string {
  return pairs(edited).filter(([name]) => !name.startsWith("_")).map(([name, value]) => `${name}=${value}`).join("\n");
}

/** Whether somebody types elsewhere by now: a field that is refused does not take the focus from there. */
function elsewhere(box: HTMLElement): boolean {
  const at = document.activeElement;
  return at instanceof HTMLElement && !box.contains(at) && at.matches("input, select, textarea, [contenteditable]");
}

function show(box: HTMLElement, html: string): void {
  const inside = place(box);
  if (!opened.has(box)) opened.set(box, [...inside.childNodes]);
  inside.replaceChildren(fragment(html));
  box.classList.add("editing");
  const edited = form(box);
  if (edited) {
    put(edited);
    edited.dataset.first = content(edited);
    listen(box, edited);
  }
  if (elsewhere(box)) return;
  const first = control(box);
  first?.focus();
  edited?.scrollIntoView({ block: "nearest" }); // its buttons, too
  if (first instanceof HTMLInputElement && ["text", "tel", "email", "url"].includes(first.type)) first.select();
}

function open(box: HTMLElement): void {
  if (form(box) || box.getAttribute("aria-busy")) return;
  box.setAttribute("aria-busy", "true");
  void ahead(box, () => bring(box).finally(() => box.removeAttribute("aria-busy")));
}

/** Puts the widget in the place of a value; answers its field when that has the focus. */
async function bring(box: HTMLElement): Promise<Element | null> {
  const answer = await fetch(address(box), { headers: { "HX-Request": "true", Accept: "text/html" } }).catch(() => null);
  const html = answer?.ok ? await answer.text().catch(() => null) : null;
  if (html !== null) show(box, html);
  else if (answer?.status === 401) location.reload();
  else toast(word(answer && !answer.ok ? "broken" : "offline"));
  return box.contains(document.activeElement) ? document.activeElement : null;
}

function close(box: HTMLElement, focus: boolean): void {
  const before = opened.get(box);
  if (!before) return;
  opened.delete(box);
  place(box).replaceChildren(...before);
  box.classList.remove("editing");
  if (focus) box.querySelector<HTMLElement>(".pen, [data-open]")?.focus();
}

let saved = Promise.resolve();

/** One after another: each answer is the whole record as it is then. */
function save(box: HTMLElement, edited: HTMLFormElement, focus: boolean): void {
  if (edited.dataset.saving !== undefined) return;
  const clash = edited.querySelector(".clash") !== null;
  if (!clash && content(edited) === edited.dataset.first && !edited.querySelector("[aria-invalid=true]")) return close(box, focus);
  edited.dataset.saving = "";
  edited.setAttribute("aria-busy", "true");
  const next = (): Promise<void> => send(box, edited, focus);
  saved = saved.then(next, next);
}

/** When everything that was changed in place is saved: what has the version of the record waits for it. */
export const savedInPlace = (): Promise<void> => saved;

async function send(box: HTMLElement, edited: HTMLFormElement, focus: boolean): Promise<void> {
  if (!edited.isConnected) return; // given up meanwhile
  const sent = content(edited);
  const typedOn = (): boolean => edited.isConnected && content(edited) !== sent;
  try {
    const body = new URLSearchParams(pairs(edited));
    const answer = await fetch(edited.getAttribute("action") ?? "", { method: "POST", body, headers: { "HX-Request": "true", "X-CSRF-Token": token(), Accept: "text/html" } });
    const html = await answer.text();
    if (answer.status === 422 || answer.status === 412) return typedOn() ? undefined : show(box, html);
    if (!answer.ok) return toast(answer.status === 401 ? word("ended") : answer.status === 403 ? said(html) : word("broken"), 20);
    if (typedOn()) {
      edited.dataset.first = sent;
      return refresh(html);
    }
    const left = elsewhere(box);
    close(box, false);
    refresh(html);
    if (focus && !left) document.querySelector<HTMLElement>(`[data-name="${box.dataset.name}"] :is(.pen, [data-open])`)?.focus();
  } catch {
    toast(word("offline"), 20);
  } finally {
    delete edited.dataset.saving;
    edited.removeAttribute("aria-busy");
    if (typedOn() && !edited.contains(document.activeElement)) save(box, edited, false); // and left
  }
}

function said(html: string): string {
  return fragment(html).querySelector(".fragment-error > div")?.textContent?.trim() || word("broken");
}

function listen(box: HTMLElement, edited: HTMLFormElement): void {
  const plain = edited.querySelector("[data-keep]") === null;
  edited.addEventListener("submit", (event) => {
    event.preventDefault();
    save(box, edited, true);
  });
  edited.querySelector("[data-restore]")?.addEventListener("click", () => close(box, true));
  edited.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    const command = event.ctrlKey || event.metaKey;
    if (event.code === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close(box, true);
    } else if (command && (event.code === "Enter" || event.code === "KeyS")) {
      event.preventDefault();
      event.stopPropagation();
      save(box, edited, true);
    }
  });
  if (!plain) return;
  let pressed = false; // by a key: arrows go through the choices one by one, Enter or leaving takes the one that stands
  edited.addEventListener("pointerdown", () => (pressed = false), true);
  edited.addEventListener("keydown", (event) => {
    pressed = true;
    if (event.code !== "Enter" || event.defaultPrevented || !(event.target as Element).matches("select")) return;
    event.preventDefault();
    save(box, edited, true);
  });
  edited.addEventListener("change", (event) => {
    const target = event.target as HTMLElement;
    if (target.matches("[type=checkbox], [data-files]") || (!pressed && target.matches("select, [type=radio]"))) save(box, edited, true);
  });
  edited.addEventListener("focusout", (event) => {
    if (edited.contains(event.relatedTarget as Node | null)) return;
    setTimeout(() => {
      if (!document.hasFocus() || edited.contains(document.activeElement) || !edited.isConnected) return;
      save(box, edited, false);
    });
  });
}

/** Puts what the server says of the record into the page, leaving alone what is open or did not change. */
function refresh(html: string): void {
  const now = fragment(html).querySelector<HTMLElement>("[data-sheet]");
  if (!now) return;
  for (const part of now.querySelectorAll<HTMLElement>("[data-live]")) {
    const old = document.querySelector<HTMLElement>(`[data-live="${part.dataset.live}"]`);
    if (!old) return location.reload();
    merge(old, part);
  }
  for (const old of document.querySelectorAll<HTMLElement>("[data-live]")) {
    if (!now.querySelector(`[data-live="${old.dataset.live}"]`)) old.remove();
  }
  for (const field of document.querySelectorAll<HTMLInputElement>("input[data-version]")) field.value = now.dataset.version ?? field.value;
  for (const edited of document.querySelectorAll<HTMLInputElement>("[data-in-place] input[name=_version]")) edited.value = now.dataset.version ?? edited.value;
  const saved = document.querySelector<HTMLElement>("#saved");
  if (saved) saved.textContent = now.dataset.saved ?? "";
  const title = now.querySelector("h1")?.textContent;
  if (title) document.title = `${title} · ${document.title.split(" · ").at(-1)}`;
  retell();
}

const names = (root: HTMLElement): string => [...root.querySelectorAll<HTMLElement>("[data-name]")].map((one) => one.dataset.name).join(" ");

function merge(old: HTMLElement, now: HTMLElement): void {
  if (names(old) === names(now) && names(now) !== "") {
    for (const value of now.querySelectorAll<HTMLElement>("[data-name]")) {
      const stood = old.querySelector<HTMLElement>(`[data-name="${value.dataset.name}"]`)!;
      if (!opened.has(stood) && stood.innerHTML !== value.innerHTML) replace(stood, value);
    }
  } else if (old.innerHTML !== now.innerHTML && !old.querySelector("[data-in-place], [data-name][aria-busy]")) replace(old, now);
}

function replace(old: HTMLElement, now: HTMLElement): void {
  const held = old.contains(document.activeElement) ? (document.activeElement as HTMLElement) : null;
  const again = held?.className;
  old.innerHTML = now.innerHTML;
  put(old);
  if (again) old.querySelector<HTMLElement>(`.${again.split(" ")[0]}`)?.focus();
}

let telling = 0;

/** The feed beside tells of the change, too; a comment that is being written is not touched. */
async function retell(): Promise<void> {
  const turn = ++telling;
  for (const panel of document.querySelectorAll<HTMLElement>(".pane[data-pane=timeline], .pane[data-pane=history]")) {
    const before = panel.querySelector(".feed")?.innerHTML;
    const answer = await fetch(panel.dataset.fragment!, { headers: { "HX-Request": "true", Accept: "text/html" } }).catch(() => null);
    if (!answer?.ok) continue;
    const feed = fragment(await answer.text()).querySelector(".feed");
    const old = panel.querySelector<HTMLElement>(".feed");
    if (turn !== telling) return; // overtaken
    if (!feed || !old || old.querySelector("form")) continue;
    if (old.innerHTML !== before) return retell(); // a comment came meanwhile
    old.innerHTML = feed.innerHTML;
    put(old);
  }
}

// --- keys over values: the arrows go through them, Enter opens

function step(box: HTMLElement, by: number): void {
  const pens = [...document.querySelectorAll<HTMLElement>(".value .pen, .block [data-open]")].filter((pen) => pen.offsetParent !== null);
  const at = pens.indexOf(box.querySelector<HTMLElement>(".pen, [data-open]")!);
  pens[at + by]?.focus();
}

function sheet(box: HTMLElement): void {
  box.addEventListener("click", (event) => {
    const target = event.target as HTMLElement;
    const pen = target.closest<HTMLElement>(".pen, [data-open]");
    const value = target.closest<HTMLElement>("[data-edit], [data-table]");
    if (!value || event.ctrlKey || event.metaKey || event.shiftKey || form(value)) return;
    if (!pen && (!target.closest("dd") || target.closest("a, button, summary, audio, video") || String(getSelection()) !== "")) return;
    if (!pen && value.matches("[data-table]")) return;
    event.preventDefault();
    open(value);
  });
  box.addEventListener("dblclick", (event) => {
    const table = (event.target as HTMLElement).closest<HTMLElement>("[data-table]");
    if (table && (event.target as HTMLElement).closest("td") && !form(table)) open(table);
  });
  box.addEventListener("keydown", (event) => {
    const pen = (event.target as HTMLElement).closest<HTMLElement>(".pen");
    if (!pen || (event.code !== "ArrowDown" && event.code !== "ArrowUp")) return;
    event.preventDefault();
    step(pen.closest<HTMLElement>("[data-edit]")!, event.code === "ArrowDown" ? 1 : -1);
  });
}

// --- tabs: one part at a time; on a narrow screen what stands beside is a part, too

function tabs(nav: HTMLElement): void {
  const links = [...nav.querySelectorAll<HTMLAnchorElement>("a")];
  const record = nav.closest<HTMLElement>(".rec")!;
  const parts = [...record.querySelectorAll<HTMLElement>(".part")];
  nav.setAttribute("role", "tablist");
  const choose = (link: HTMLAnchorElement, focus = false) => {
    const rail = link.dataset.rail;
    for (const each of links) {
      const now = each === link;
      each.setAttribute("aria-selected", String(now));
      each.removeAttribute("aria-current");
      each.tabIndex = now ? 0 : -1;
    }
    record.classList.toggle("beside", rail !== undefined);
    if (rail !== undefined) {
      const panel = record.querySelector<HTMLAnchorElement>(`[data-panels] a[data-key="${rail}"]`);
      if (panel && record.querySelector<HTMLElement>(".rail .pane")?.dataset.pane !== rail) panel.click();
    } else {
      for (const part of parts) part.hidden = `#${part.id}` !== link.hash;
      history.replaceState(history.state, "", link === links[0] ? location.pathname + location.search : link.hash);
    }
    link.scrollIntoView({ block: "nearest", inline: "nearest" });
    if (focus) link.focus();
  };
  for (const link of links) {
    link.setAttribute("role", "tab");
    link.setAttribute("aria-controls", link.dataset.rail === undefined ? link.hash.slice(1) : "rail");
    link.addEventListener("click", (event) => {
      event.preventDefault();
      choose(link);
    });
  }
  for (const part of parts) {
    part.setAttribute("role", "tabpanel");
    part.setAttribute("aria-label", part.querySelector(".part-name")?.textContent ?? "");
  }
  nav.addEventListener("keydown", (event) => {
    const by = event.code === "ArrowRight" ? 1 : event.code === "ArrowLeft" ? -1 : 0;
    if (!by) return;
    event.preventDefault();
    const there = links.filter((link) => link.offsetParent !== null);
    choose(there[(there.indexOf(document.activeElement as HTMLAnchorElement) + by + there.length) % there.length]!, true);
  });
  const inside = location.hash.length > 1 ? document.getElementById(location.hash.slice(1))?.closest(".part, .rail") : null;
  const narrow = matchMedia("(max-width: 1100px)").matches;
  const shown = document.querySelector<HTMLElement>(".rail .pane")?.dataset.pane;
  const wanted = inside?.matches(".part") ? links.find((link) => link.hash === `#${inside.id}`) : narrow && inside ? (links.find((link) => link.dataset.rail === shown) ?? links.find((link) => link.dataset.rail)) : undefined;
  choose(wanted ?? links[0]!);
}

/** The names over the rail: the chosen one is marked when its panel has come. */
function panels(nav: HTMLElement): void {
  nav.addEventListener("click", (event) => {
    const link = (event.target as Element).closest("a");
    if (!link) return;
    for (const each of nav.querySelectorAll("a")) {
      if (each === link) each.setAttribute("aria-current", "true");
      else each.removeAttribute("aria-current");
    }
    const panel = document.querySelector<HTMLElement>(".rail .pane");
    const waiting = window.setTimeout(() => panel?.isConnected && panel.classList.add("waiting"), 300);
    document.addEventListener("htmx:after:settle", () => clearTimeout(waiting), { once: true });
  });
}

function copies(button: HTMLElement): void {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(location.origin + location.pathname);
    button.closest("details")?.removeAttribute("open");
    toast(button.dataset.copyAddress ?? "");
  });
}

/** How many things are in a panel stands beside its name, in the rail and among the tabs. */
function counted(panel: HTMLElement): void {
  for (const name of document.querySelectorAll(`[data-key="${panel.dataset.pane}"] [data-count], [data-rail="${panel.dataset.pane}"] [data-count]`)) {
    name.textContent = panel.dataset.count ?? "";
  }
}

export function startCards(root: ParentNode): void {
  fresh<HTMLElement>(root, ".rail .pane", "counted").forEach(counted);
  fresh<HTMLElement>(root, ".sheet", "carded").forEach(sheet);
  fresh<HTMLElement>(root, "[data-card-tabs]", "tabbed").forEach(tabs);
  fresh<HTMLElement>(root, "[data-panels]", "panelled").forEach(panels);
  fresh<HTMLElement>(root, "[data-copy-address]", "copying").forEach(copies);
  for (const button of fresh<HTMLElement>(root, "[data-print]", "printing")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      button.closest("details")?.removeAttribute("open");
      window.print();
    });
  }
}

let folded: HTMLDetailsElement[] = [];
window.addEventListener("beforeprint", () => {
  folded = [...document.querySelectorAll<HTMLDetailsElement>("details.fold:not([open])")];
  for (const fold of folded) fold.open = true;
});
window.addEventListener("afterprint", () => {
  for (const fold of folded) fold.open = false;
});
