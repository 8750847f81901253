// Lists: further pages as one scrolls, with a bounded number of rows alive; the order of records for the cards.
import { fresh } from "./dom";

const ALIVE = 6; // pages of rows that stay in the document around the one in sight
const AHEAD = 800; // pixels before the end at which the next page is asked for
const STORE = "kubik-list";
const PLACE = "kubik-place";
const BACK = "kubik-back";
const MOST = 2000; // records whose order a card knows

class Pages {
  readonly table: HTMLTableElement;
  readonly scroller: HTMLElement;
  readonly parked = new Map<HTMLTableSectionElement, DocumentFragment>();
  busy = false;

  constructor(readonly area: HTMLElement) {
    this.table = area.querySelector<HTMLTableElement>("#rows")!;
    this.scroller = area.querySelector<HTMLElement>(".scroll")!;
    const more = area.querySelector<HTMLElement>("[data-more]");
    if (more) {
      new IntersectionObserver((entries) => entries.some((entry) => entry.isIntersecting) && void this.load(more), {
        root: this.scroller,
        rootMargin: `0px 0px ${AHEAD}px 0px`,
      }).observe(more);
      more.querySelector("a")?.addEventListener("click", (event) => {
        event.preventDefault();
        void this.load(more);
      });
    }
    this.scroller.addEventListener("scroll", () => requestAnimationFrame(() => this.thin()), { passive: true });
    this.remember();
    this.returned();
    addEventListener("pagehide", () => sessionStorage.setItem(PLACE, JSON.stringify({ at: location.pathname + location.search, top: this.scroller.scrollTop })));
  }

  /** Back from a card: the list stands where it stood, the record that was open has the focus. */
  returned(): void {
    const opened = sessionStorage.getItem(BACK);
    sessionStorage.removeItem(BACK);
    const place = JSON.parse(sessionStorage.getItem(PLACE) ?? "null") as { at: string; top: number } | null;
    if (!opened || place?.at !== location.pathname + location.search) return;
    this.scroller.scrollTop = place.top;
    const link = this.table.querySelector<HTMLAnchorElement>(`td.name a[href="${CSS.escape(opened)}"]`);
    link?.focus({ preventScroll: true });
    link?.scrollIntoView({ block: "nearest" });
  }

  bodies(): HTMLTableSectionElement[] {
    return [...this.table.tBodies];
  }

  async load(more: HTMLElement): Promise<void> {
    const address = this.bodies().at(-1)?.dataset.next;
    if (this.busy || !address) return;
    this.busy = true;
    let failed = true;
    this.area.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(address, { headers: { "HX-Request": "true", Accept: "text/html" } });
      if (answer.status === 401) return location.reload();
      if (!answer.ok) return;
      const holder = document.createElement("template");
      holder.innerHTML = `<table>${await answer.text()}</table>`;
      const body = holder.content.querySelector("tbody");
      if (!body) return;
      this.table.append(body);
      this.widen(body);
      more.hidden = !body.dataset.next;
      const link = more.querySelector("a");
      if (link && body.dataset.next) link.href = body.dataset.next.replace(/[?&]part=rows/, "");
      this.remember();
      this.thin();
      failed = false;
    } catch {
      // no connection: the button stays, and can be pressed again
    } finally {
      this.busy = false;
      this.area.removeAttribute("aria-busy");
      if (!failed && this.near(more)) setTimeout(() => void this.load(more));
    }
  }

  /** Columns of figures grow when a further page brings longer ones: no figure is ever cut. */
  widen(body: HTMLTableSectionElement): void {
    const columns = this.table.querySelectorAll("col");
    for (const cell of body.querySelectorAll<HTMLElement>("td.n")) {
      const column = columns[(cell as HTMLTableCellElement).cellIndex];
      if (column && cell.scrollWidth > cell.clientWidth) column.style.width = `${cell.scrollWidth + 2}px`;
    }
  }

  /** Whether the end of the rows is in sight or will soon be. */
  near(more: HTMLElement): boolean {
    return !more.hidden && more.getBoundingClientRect().top < this.scroller.getBoundingClientRect().bottom + AHEAD;
  }

  /** Takes rows far from sight out of the document, an empty row of their height in their place; brings near ones back. */
  thin(): void {
    const bodies = this.bodies();
    if (bodies.length <= ALIVE) return;
    const view = this.scroller.getBoundingClientRect();
    for (const body of bodies) {
      const at = body.getBoundingClientRect();
      const far = at.bottom < view.top - 3 * view.height || at.top > view.bottom + 3 * view.height;
      const parked = this.parked.get(body);
      if (far && !parked && !body.contains(document.activeElement)) this.park(body, at.height);
      else if (!far && parked) {
        body.replaceChildren(parked);
        this.parked.delete(body);
      }
    }
  }

  park(body: HTMLTableSectionElement, height: number): void {
    const rows = document.createDocumentFragment();
    rows.append(...body.childNodes);
    this.parked.set(body, rows);
    const row = document.createElement("tr");
    const cell = document.createElement("td");
    cell.colSpan = this.table.tHead?.rows[0]?.cells.length ?? 1;
    cell.style.height = `${height}px`;
    row.append(cell);
    row.setAttribute("aria-hidden", "true");
    body.append(row);
  }

  /** The order of the records seen here, for "next" and "previous" of a card. */
  remember(): void {
    const parts = this.bodies().map((body) => this.parked.get(body) ?? body);
    const links = parts.flatMap((part) => [...part.querySelectorAll<HTMLAnchorElement>("td.name a")].map((link) => link.pathname));
    const whole = !this.bodies().at(-1)?.dataset.next && links.length <= MOST;
    sessionStorage.setItem(STORE, JSON.stringify({ back: location.pathname + location.search, links: links.slice(0, MOST), whole }));
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

export function startLists(root: ParentNode): void {
  for (const area of fresh<HTMLElement>(root, "[data-list]", "listed")) {
    if (area.querySelector("#rows")) new Pages(area);
    if (document.activeElement === document.body && area.dataset.search !== undefined) area.querySelector<HTMLElement>("#list-search")?.focus();
  }
  fresh<HTMLElement>(root, "[data-neighbours]", "neighboured").forEach(neighbours);
  fresh<HTMLDetailsElement>(root, "[data-filters]", "filtered").forEach(filters);
}
