// The table of a report: arrow keys go from figure to figure, groups fold, and one comes back to where one was.
const PLACE = "kubik-report";
const FOLDS = "kubik-report-folds";

const here = () => location.pathname + location.search;

interface Place {
  at: string;
  row: number;
  cell: number;
  top: number;
  left: number;
  main: number;
}

/** What of a cell takes the focus: its link, or the cell that has none. */
const target = (cell: Element): HTMLElement => cell.querySelector<HTMLElement>(":scope > a") ?? (cell as HTMLElement);

class Grid {
  private readonly scroller: HTMLElement;
  private current: HTMLElement | null = null;

  constructor(readonly table: HTMLTableElement) {
    this.scroller = table.closest<HTMLElement>("[data-rscroll]")!;
    table.setAttribute("role", "grid");
    for (const each of table.querySelectorAll<HTMLElement>("tbody td")) target(each).tabIndex = -1;
    for (const each of table.querySelectorAll<HTMLElement>("[data-fold]")) {
      each.hidden = false;
      each.tabIndex = -1;
    }
    const first = table.querySelector("tbody td");
    if (first) this.take(target(first));
    // the figures take the focus themselves
    this.scroller.removeAttribute("tabindex");
    table.addEventListener("keydown", (event) => this.key(event));
    table.addEventListener("click", (event) => this.click(event));
    table.addEventListener("focusin", (event) => {
      const cell = (event.target as Element).closest("td");
      if (cell) this.take(target(cell));
    });
    this.unfold();
    this.come();
  }

  private take(element: HTMLElement): void {
    if (this.current) this.current.tabIndex = -1;
    this.current = element;
    element.tabIndex = 0;
  }

  private rows(): HTMLTableRowElement[] {
    return [...this.table.tBodies[0]!.rows].filter((row) => !row.hidden);
  }

  private key(event: KeyboardEvent): void {
    if (event.altKey) return;
    const focused = event.target as HTMLElement;
    const row = focused.closest("tr")!;
    const cell = focused.closest<HTMLTableCellElement>("td, th")!;
    const rows = this.rows();
    const at = rows.indexOf(row);
    const last = row.cells.length - 1;
    const page = Math.max(1, Math.floor(this.scroller.clientHeight / row.offsetHeight) - 2);
    const command = event.ctrlKey || event.metaKey;
    const to: Record<string, [number, number]> = {
      ArrowUp: [at - 1, cell.cellIndex],
      ArrowDown: [at + 1, cell.cellIndex],
      ArrowLeft: [at, cell.cellIndex - 1],
      ArrowRight: [at, cell.cellIndex + 1],
      PageUp: [Math.max(0, at - page), cell.cellIndex],
      PageDown: [Math.min(rows.length - 1, at + page), cell.cellIndex],
      Home: [command ? 0 : at, 1],
      End: [command ? rows.length - 1 : at, last],
    };
    const found = to[event.code];
    if (!found) return;
    event.preventDefault();
    this.go(rows[found[0]], found[1]);
  }

  private go(row: HTMLTableRowElement | undefined, index: number): void {
    const cell = row?.cells[Math.min(index, row.cells.length - 1)];
    if (!cell) return;
    const element = cell.tagName === "TH" ? cell.querySelector<HTMLElement>("[data-fold]") : target(cell);
    if (!element) return;
    element.focus({ preventScroll: true });
    this.reveal(cell);
  }

  /** Scrolls a cell out from below the heads and the first column. */
  private reveal(cell: HTMLElement): void {
    const { scroller, table } = this;
    const seen = scroller.getBoundingClientRect();
    const box = cell.getBoundingClientRect();
    const head = table.tHead!.offsetHeight;
    const foot = table.querySelector<HTMLElement>("tr.tot")?.offsetHeight ?? 0;
    const side = cell.tagName === "TH" ? 0 : (table.tHead!.rows[0]?.cells[0]?.offsetWidth ?? 0);
    if (!cell.closest("tr.tot")) {
      if (box.top < seen.top + head) scroller.scrollTop -= seen.top + head - box.top;
      else if (box.bottom > seen.bottom - foot) scroller.scrollTop += box.bottom - seen.bottom + foot;
    }
    if (box.left < seen.left + side) scroller.scrollLeft -= seen.left + side - box.left;
    else if (box.right > seen.right) scroller.scrollLeft += box.right - seen.right;
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  private click(event: MouseEvent): void {
    const fold = (event.target as Element).closest<HTMLElement>("[data-fold]");
    if (fold) {
      const open = fold.getAttribute("aria-expanded") === "true";
      fold.setAttribute("aria-expanded", String(!open));
      this.hide();
      this.keepFolds();
      return;
    }
    const cell = (event.target as Element).closest<HTMLTableCellElement>("td");
    if (cell && (event.target as Element).closest("a")) this.leave(cell);
  }

  private folded(): string[] {
    return [...this.table.querySelectorAll<HTMLElement>('[data-fold][aria-expanded="false"]')].map((each) => each.closest("tr")!.dataset.group!);
  }

  private hide(): void {
    const closed = this.folded();
    for (const row of this.table.tBodies[0]!.rows) {
      const own = row.dataset.group;
      const path = own ?? row.dataset.of;
      row.hidden = path !== undefined && closed.some((key) => key !== own && (path === key || path.startsWith(`${key}.`)));
    }
  }

  private keepFolds(): void {
    sessionStorage.setItem(FOLDS, JSON.stringify({ at: here(), groups: this.folded() }));
  }

  private unfold(): void {
    const kept = JSON.parse(sessionStorage.getItem(FOLDS) ?? "null") as { at: string; groups: string[] } | null;
    if (kept?.at !== here()) return;
    for (const group of kept.groups) this.table.querySelector(`tr[data-group="${CSS.escape(group)}"] [data-fold]`)?.setAttribute("aria-expanded", "false");
    this.hide();
  }

  private leave(cell: HTMLTableCellElement): void {
    const { scroller } = this;
    const place: Place = {
      at: here(),
      row: cell.closest("tr")!.sectionRowIndex,
      cell: cell.cellIndex,
      top: scroller.scrollTop,
      left: scroller.scrollLeft,
      main: scroller.closest(".rmain")?.scrollTop ?? 0,
    };
    sessionStorage.setItem(PLACE, JSON.stringify(place));
  }

  /** Back from the records of a figure: the table stands where it stood, that figure has the focus. */
  private come(): void {
    const place = JSON.parse(sessionStorage.getItem(PLACE) ?? "null") as Place | null;
    if (place?.at !== here()) return;
    sessionStorage.removeItem(PLACE);
    const { scroller } = this;
    scroller.scrollTop = place.top;
    scroller.scrollLeft = place.left;
    scroller.closest(".rmain")?.scrollTo(0, place.main);
    const cell = this.table.tBodies[0]?.rows[place.row]?.cells[place.cell];
    if (cell) target(cell).focus({ preventScroll: true });
  }
}

export function startTable(table: HTMLTableElement): void {
  new Grid(table);
}
