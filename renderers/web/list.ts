// Lists: rows as one scrolls, groups, columns; back where one stood; the order of records for the cards.
import { fresh } from "./dom";
import { startColumns, startPanel } from "./list/columns";
import { retell, startFolding } from "./list/folding";
import { goOn } from "./list/keeping";
import { ask, Pages } from "./list/pages";
import { startTyping } from "./list/typing";

declare const window: Window & { htmx: { process(element: Element): void } };

const STORE = "kubik-list";
const PLACE = "kubik-place";
const BACK = "kubik-back";
const MOST = 2000; // records whose order a card knows
const SOON = 400;

interface Place {
  at: string;
  top: number;
  id?: string;
  offset?: number;
}

let shown: Pages | null = null;
let last: List | null = null;
let stay = "";

/** The ids of all rows that were brought, in order, also of those put aside. */
export const order = (): number[] => (shown?.rows() ?? []).map((row) => Number(row.dataset.id));

class List {
  readonly pages: Pages;
  private waiting = 0;
  private told = 0;

  constructor(readonly area: HTMLElement) {
    this.pages = shown = new Pages(area);
    last = this;
    startFolding(this.pages);
    startColumns(this.pages);
    const foot = this.pages.table.tFoot;
    if (foot?.dataset.foot) void this.tell(foot.dataset.foot);
    else if (foot) this.pages.foot(foot);
    this.pages.table.addEventListener("click", (event) => {
      const all = (event.target as Element).closest<HTMLAnchorElement>("[data-count-all]");
      if (!all) return;
      event.preventDefault();
      void this.tell(all.href.replace(/(\/e\/[^/?]+)/, "$1/count"));
    });
    area.addEventListener("kubik:changed", () => {
      clearTimeout(this.waiting);
      this.waiting = window.setTimeout(() => void this.changed(), SOON);
    });
    area.addEventListener("kubik:loaded", () => this.remember());
    this.remember();
    void this.returned();
    goOn();
  }

  private async tell(address: string): Promise<void> {
    const turn = ++this.told;
    const text = await ask(address).catch(() => null);
    if (turn !== this.told) return; // told anew since
    const holder = document.createElement("template");
    holder.innerHTML = `<table>${text ?? ""}</table>`;
    const made = holder.content.querySelector("tfoot");
    if (made && this.area.isConnected) this.pages.foot(made);
  }

  /** Records were saved here: counts and sums are told anew, rows stay where they are. */
  private async changed(): Promise<void> {
    const state = location.search;
    if (!this.pages.table.querySelector("tbody.group")) return this.tell(`${location.pathname}/count${state}`);
    const turn = ++this.told;
    const text = await ask(`${location.pathname}${state}${state ? "&" : "?"}part=groups`).catch(() => null);
    if (text && turn === this.told && this.area.isConnected) retell(this.pages, text);
  }

  /** Remembered for whoever comes back. */
  place(): void {
    const { scroller } = this.pages;
    const view = scroller.getBoundingClientRect().top;
    const row = [...this.pages.table.querySelectorAll<HTMLElement>("tr[data-id]")].find((each) => each.getBoundingClientRect().bottom > view + 40);
    const place: Place = { at: location.pathname + location.search, top: scroller.scrollTop };
    if (row && scroller.scrollTop > 0) Object.assign(place, { id: row.dataset.id, offset: row.getBoundingClientRect().top - view });
    sessionStorage.setItem(PLACE, JSON.stringify(place));
  }

  /** Back from a card or reloaded: the list stands where it stood, the record that was open has the focus. */
  private async returned(): Promise<void> {
    const opened = sessionStorage.getItem(BACK);
    sessionStorage.removeItem(BACK);
    const place = JSON.parse(sessionStorage.getItem(PLACE) ?? "null") as Place | null;
    const how = (performance.getEntriesByType("navigation")[0] as PerformanceNavigationTiming | undefined)?.type;
    if (place?.at !== location.pathname + location.search || (!opened && how !== "reload" && how !== "back_forward")) return;
    sessionStorage.removeItem(PLACE);
    const { scroller, table } = this.pages;
    let elsewhere = false; // somebody went on before everything was there
    for (const name of ["keydown", "pointerdown"]) addEventListener(name, () => (elsewhere = true), { once: true, capture: true });
    if (place.top > 0) {
      await this.pages.fill(place.top);
      if (elsewhere) return;
      scroller.scrollTop = place.top;
      const row = place.id ? table.querySelector<HTMLElement>(`tr[data-id="${CSS.escape(place.id)}"]`) : null;
      if (row) scroller.scrollTop += row.getBoundingClientRect().top - scroller.getBoundingClientRect().top - (place.offset ?? 0);
    }
    if (elsewhere) return;
    const link = opened ? table.querySelector<HTMLAnchorElement>(`td.name a[href="${CSS.escape(opened)}"]`) : null;
    link?.focus({ preventScroll: true });
    link?.scrollIntoView({ block: "nearest" });
  }

  /** The order of the records seen here, for "next" and "previous" of a card. */
  remember(): void {
    const links = this.pages.rows().slice(0, MOST).flatMap((row) => row.querySelector<HTMLAnchorElement>("td.name a")?.pathname ?? []);
    const whole = !this.pages.table.querySelector("tbody.more") && links.length < MOST;
    sessionStorage.setItem(STORE, JSON.stringify({ back: location.pathname + location.search, links, whole }));
  }
}

addEventListener("pagehide", () => last?.place());

/** A menu whose lines change the list stays open when the list has changed, the focus in it. */
function staying(area: HTMLElement): void {
  for (const menu of area.querySelectorAll<HTMLDetailsElement>("details[data-stay]")) {
    menu.querySelector(".drop")?.addEventListener("click", (event) => {
      if ((event.target as Element).closest("a")) stay = menu.id;
    });
    menu.addEventListener("toggle", () => {
      if (!menu.open && menu.isConnected && stay === menu.id) stay = ""; // closed before the list has come
    });
  }
  const menu = stay ? area.querySelector<HTMLDetailsElement>(`#${stay}`) : null;
  stay = "";
  if (menu) {
    menu.open = true;
    menu.querySelector("summary")?.focus();
  }
}

function neighbours(box: HTMLElement): void {
  const stored = JSON.parse(sessionStorage.getItem(STORE) ?? "null") as { back: string; links: string[]; whole?: boolean } | null;
  const at = stored?.links.indexOf(location.pathname) ?? -1;
  if (!stored || at < 0) return;
  const back = document.querySelector<HTMLAnchorElement>("a[data-back]");
  if (back && new URL(stored.back, location.href).pathname === back.pathname) {
    back.href = stored.back;
    back.addEventListener("click", () => sessionStorage.setItem(BACK, location.pathname));
  }
  box.hidden = false;
  const place = box.querySelector<HTMLElement>("[data-place]");
  if (place && stored.whole) place.textContent = (box.dataset.of ?? "").replace("%", String(at + 1)).replace("#", String(stored.links.length));
  for (const [selector, link] of [["[data-previous]", stored.links[at - 1]], ["[data-following]", stored.links[at + 1]]] as const) {
    const anchor = box.querySelector<HTMLAnchorElement>(selector)!;
    if (link) anchor.href = link;
    else {
      anchor.setAttribute("aria-disabled", "true");
      anchor.setAttribute("role", "link");
    }
  }
}

/** On a desktop the filters are simply there; on a phone they are behind one button. */
function filters(box: HTMLDetailsElement): void {
  const wide = matchMedia("(min-width: 768px)");
  const follow = () => (box.open = wide.matches);
  follow();
  wide.addEventListener("change", follow);
}

/** The tab of the present view is never beyond the edge of a narrow screen. */
function inSight(tabs: HTMLElement | null): void {
  const tab = tabs?.querySelector<HTMLElement>("[aria-current]");
  if (!tabs || !tab) return;
  const [seen, box] = [tabs.getBoundingClientRect(), tab.getBoundingClientRect()];
  if (box.right > seen.right || box.left < seen.left) tabs.scrollLeft += box.left - seen.left - (seen.width - box.width) / 2;
}

export function startLists(root: ParentNode): void {
  startTyping();
  for (const area of fresh<HTMLElement>(root, "[data-list]", "listed")) {
    if (area.querySelector("#rows")) new List(area);
    inSight(area.querySelector<HTMLElement>(".views .tabs"));
    startPanel(area, (box) => window.htmx.process(box));
    staying(area);
    if (document.activeElement === document.body && area.dataset.search !== undefined) area.querySelector<HTMLElement>("#list-search")?.focus();
  }
  fresh<HTMLElement>(root, "[data-neighbours]", "neighboured").forEach(neighbours);
  fresh<HTMLDetailsElement>(root, "[data-filters]", "filtered").forEach(filters);
}
