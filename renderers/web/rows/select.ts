// Which cells are chosen: one rectangle, from where it began to where it was drawn.

/** What the rectangle is drawn over: rows in order, and the cells of a row. */
export interface Lines {
  rows(): HTMLTableRowElement[];
  cells(row: Element): HTMLElement[];
}

export class Choice {
  private from: [number, number] | null = null;
  private to: [number, number] | null = null;
  private shown = new Set<HTMLElement>();

  constructor(readonly table: Lines) {}

  get there(): boolean {
    return this.from !== null;
  }

  /** Where a cell stands: row, column. */
  place(cell: HTMLElement): [number, number] {
    const row = cell.closest("tr")!;
    return [this.table.rows().indexOf(row), this.table.cells(row).indexOf(cell)];
  }

  /** Draws the rectangle on from a cell. */
  extend(cell: HTMLElement, rows: number, columns: number): void {
    this.from ??= this.place(cell);
    const [row, column] = this.to ?? this.from;
    const all = this.table.rows();
    const width = this.table.cells(all[0]!).length;
    this.to = [Math.max(0, Math.min(all.length - 1, row + rows)), Math.max(0, Math.min(width - 1, column + columns))];
    this.draw();
    this.table.cells(all[this.to[0]]!)[this.to[1]]?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  between(first: HTMLElement, last: HTMLElement): void {
    this.from ??= this.place(first);
    this.to = this.place(last);
    this.draw();
  }

  row(cell: HTMLElement): void {
    const [row] = this.place(cell);
    this.from = [row, 0];
    this.to = [row, this.table.cells(this.table.rows()[row]!).length - 1];
    this.draw();
  }

  /** The chosen cells, row by row. */
  cells(): HTMLElement[][] {
    if (!this.from || !this.to) return [];
    const [top, bottom] = [Math.min(this.from[0], this.to[0]), Math.max(this.from[0], this.to[0])];
    const [left, right] = [Math.min(this.from[1], this.to[1]), Math.max(this.from[1], this.to[1])];
    return this.table.rows().slice(top, bottom + 1).map((row) => this.table.cells(row).slice(left, right + 1));
  }

  /** The rows that are chosen from the first cell to the last. */
  wholeRows(): HTMLTableRowElement[] {
    const found = this.cells().filter((cells) => cells.length === this.table.cells(cells[0]!.parentElement!).length);
    return found.map((cells) => cells[0]!.closest("tr")!).filter((row) => !row.classList.contains("waiting"));
  }

  draw(): void {
    const now = new Set(this.cells().flat());
    for (const cell of this.shown) if (!now.has(cell)) this.mark(cell, false);
    for (const cell of now) if (!this.shown.has(cell)) this.mark(cell, true);
    this.shown = now;
  }

  private mark(cell: HTMLElement, chosen: boolean): void {
    cell.classList.toggle("chosen", chosen);
    chosen ? cell.setAttribute("aria-selected", "true") : cell.removeAttribute("aria-selected");
  }

  clear(): void {
    this.from = this.to = null;
    this.draw();
  }
}
