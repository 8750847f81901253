// The bodies of a list's table: what is not there yet comes when it is nearly in sight, what is far from it is put aside.
import { word } from "../dom";
import { toast } from "../toasts";
import { centsOf } from "./cents";

const AHEAD = 900; // pixels before a body comes into sight at which it is asked for
const FAR = 3; // screens from sight at which rows are taken out of the document
const PAGE = 50;
const MOST = 1000; // rows that are asked for at once to come back to where one was

type Body = HTMLTableSectionElement;

/** Rows of an answer, in bodies of a page each. */
function bodiesOf(text: string): HTMLElement[] {
  const holder = document.createElement("template");
  holder.innerHTML = `<table>${text}</table>`;
  const found: HTMLElement[] = [];
  for (const body of holder.content.querySelectorAll<HTMLElement>("tbody, tfoot")) {
    found.push(body);
    let last = body;
    while (body.hasAttribute("data-page") && body.children.length > PAGE + 10 && last.children.length > PAGE + 10) {
      const next = last.cloneNode(false) as HTMLElement;
      next.append(...[...last.children].slice(PAGE));
      found.push(next);
      last = next;
    }
  }
  return found;
}

export async function ask(address: string): Promise<string | null> {
  const answer = await fetch(address, { headers: { "HX-Request": "true", Accept: "text/html" } });
  if (answer.status === 401) location.reload();
  return answer.ok ? answer.text() : null;
}

export class Pages {
  readonly table: HTMLTableElement;
  readonly scroller: HTMLElement;
  readonly parked = new Map<Body, DocumentFragment>();
  private readonly near: IntersectionObserver;
  private readonly far: IntersectionObserver;
  private readonly busy = new Set<Body>();

  constructor(readonly area: HTMLElement) {
    this.table = area.querySelector<HTMLTableElement>("#rows")!;
    this.scroller = area.querySelector<HTMLElement>(".scroll")!;
    const root = this.scroller;
    this.near = new IntersectionObserver((seen) => seen.forEach((one) => one.isIntersecting && void this.load(one.target as Body)), { root, rootMargin: `${AHEAD}px 0px` });
    this.far = new IntersectionObserver((seen) => seen.forEach((one) => this.pass(one.target as Body, one.isIntersecting)), { root, rootMargin: `${FAR * 100}% 0px` });
    for (const body of this.table.tBodies) this.watch(body);
    this.table.addEventListener("click", (event) => {
      const link = (event.target as Element).closest<HTMLAnchorElement>("tbody.more a");
      if (!link || event.ctrlKey || event.metaKey) return;
      event.preventDefault();
      void this.load(link.closest("tbody")!);
    });
  }

  private watch(body: Body): void {
    if (body.classList.contains("more")) {
      const rows = Number(body.dataset.lacking ?? 0);
      const cell = body.querySelector<HTMLElement>("td");
      if (rows && cell) cell.style.height = `${rows * this.rowHeight()}px`;
      this.near.observe(body);
    } else if (body.hasAttribute("data-page")) this.far.observe(body);
  }

  rowHeight(): number {
    return this.table.querySelector<HTMLElement>("tr[data-id]")?.offsetHeight || 32;
  }

  /** Puts what an answer brought in the place of a body. */
  async load(body: Body, limit?: number): Promise<boolean> {
    const address = body.dataset.next;
    if (!address || this.busy.has(body)) return false;
    this.busy.add(body);
    body.setAttribute("aria-busy", "true");
    try {
      const text = await ask(`${address}${limit ? `&limit=${limit}` : ""}${centsOf(this.table)}`);
      if (text === null || !body.isConnected) return false;
      const made = bodiesOf(text);
      const foot = made.find((one) => one.tagName === "TFOOT");
      if (foot) this.foot(foot);
      const rows = made.filter((one) => one.tagName === "TBODY") as Body[];
      this.near.unobserve(body);
      body.replaceWith(...rows);
      for (const each of rows) {
        this.watch(each);
        this.widen(each);
        this.tell(each);
      }
      this.area.dispatchEvent(new CustomEvent("kubik:loaded"));
      return true;
    } catch {
      toast(word("offline"), 10);
      return false;
    } finally {
      this.busy.delete(body);
      body.removeAttribute("aria-busy");
    }
  }

  tell(body: Body): void {
    this.area.dispatchEvent(new CustomEvent("kubik:rows", { bubbles: true, detail: { body } }));
  }

  foot(made: HTMLElement): void {
    if (this.table.tFoot) this.table.tFoot.replaceWith(made);
    else this.table.append(made);
    const summary = this.area.querySelector<HTMLElement>("[data-summary]:not(tfoot)");
    if (summary && made.dataset.summary) summary.textContent = made.dataset.summary;
  }

  /** Rows that are far from sight leave the document, a row of their height stays; they come back before they are seen. */
  private pass(body: Body, close: boolean): void {
    const kept = this.parked.get(body);
    if (close && kept) {
      body.replaceChildren(kept);
      this.parked.delete(body);
      this.tell(body);
    } else if (!close && !kept && body.isConnected && !body.hidden && body.rows.length > 1 && !body.contains(document.activeElement) && !body.hasAttribute("data-keep")) {
      const height = body.getBoundingClientRect().height;
      this.area.dispatchEvent(new CustomEvent("kubik:parked", { bubbles: true, detail: { body } }));
      const rows = document.createDocumentFragment();
      rows.append(...body.childNodes);
      this.parked.set(body, rows);
      const row = document.createElement("tr");
      const cell = document.createElement("td");
      row.className = "aside";
      row.setAttribute("aria-hidden", "true");
      cell.colSpan = this.table.tHead?.rows[0]?.cells.length ?? 1;
      cell.style.height = `${height}px`;
      row.append(cell);
      body.append(row);
    }
  }

  /** Columns of figures grow when a further page brings longer ones: no figure is ever cut. */
  private widen(body: Body): void {
    const columns = this.table.querySelectorAll("col");
    for (const cell of body.querySelectorAll<HTMLTableCellElement>("tr[data-id] > td.n")) {
      const column = columns[cell.cellIndex];
      if (column && cell.scrollWidth > cell.clientWidth) column.style.width = `${cell.scrollWidth + 2}px`;
    }
  }

  /** All rows that were brought, in order, also those put aside. */
  rows(): HTMLElement[] {
    return [...this.table.tBodies].flatMap((body) => [...(this.parked.get(body) ?? body).querySelectorAll<HTMLElement>("tr[data-id]")]);
  }

  /** Brings what is missing above a place, so that one stands again where one stood. */
  async fill(top: number): Promise<void> {
    for (let round = 0; round < 40; round += 1) {
      const view = this.scroller.getBoundingClientRect().top - this.scroller.scrollTop;
      const missing = [...this.table.tBodies].find((body) => body.classList.contains("more") && !body.hidden && body.getBoundingClientRect().top - view < top + this.scroller.clientHeight);
      if (!missing) return;
      const lacking = (top + this.scroller.clientHeight - (missing.getBoundingClientRect().top - view)) / this.rowHeight();
      if (!(await this.load(missing, Math.max(PAGE, Math.min(MOST, Math.ceil(lacking / PAGE) * PAGE))))) return;
    }
  }
}
