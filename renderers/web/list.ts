// Lists: further pages as one scrolls, with a bounded number of rows alive; the order of records for the cards.
import { fresh } from "./dom";

const ALIVE = 6; // pages of rows that stay in the document around the one in sight
const AHEAD = 800; // pixels before the end at which the next page is asked for
const STORE = "kubik-list";

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
    sessionStorage.setItem(STORE, JSON.stringify({ back: location.pathname + location.search, links: links.slice(0, 2000) }));
  }
}

function neighbours(box: HTMLElement): void {
  const stored = JSON.parse(sessionStorage.getItem(STORE) ?? "null") as { back: string; links: string[] } | null;
  const at = stored?.links.indexOf(location.pathname) ?? -1;
  if (!stored || at < 0) return;
  const back = document.querySelector<HTMLAnchorElement>("a[data-back]");
  if (back && stored.back.startsWith(back.pathname)) back.href = stored.back;
  box.hidden = false;
  for (const [selector, link] of [["[data-previous]", stored.links[at - 1]], ["[data-following]", stored.links[at + 1]]] as const) {
    const anchor = box.querySelector<HTMLAnchorElement>(selector)!;
    if (link) anchor.href = link;
    else anchor.remove();
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
