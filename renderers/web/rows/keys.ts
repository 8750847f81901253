// Child rows by keyboard, as in a spreadsheet: a cell is passed over with the arrows until it is edited.
import { listed } from "../combobox";
import { type State, controls, field, read, same, write } from "./cells";
import { Choice } from "./select";
import { type Table, withEach } from "./table";

const ARROWS: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

/** Fields whose arrows change the value while they are edited. */
const own = (target: Element): boolean => target instanceof HTMLSelectElement || (target instanceof HTMLInputElement && /^(date|time|datetime-local|number|range|color)$/.test(target.type));

const line = (target: Element): target is HTMLInputElement | HTMLTextAreaElement => (target instanceof HTMLInputElement && /^(text|search|tel|url|email|)$/.test(target.type)) || target instanceof HTMLTextAreaElement;

export class Keys {
  readonly choice: Choice;
  cell: HTMLElement | null = null;
  before: State | null = null;
  editing = false;
  private pointed = false;
  /** The column in which a run of Tab began: Enter goes down to it. */
  private began: number | null = null;

  constructor(readonly table: Table) {
    this.choice = new Choice(table);
    const block = table.block;
    block.addEventListener("keydown", (event) => this.mine(event.target) && this.key(event), true);
    block.addEventListener("pointerdown", (event) => this.point(event), true);
    block.addEventListener("focusin", (event) => this.mine(event.target) && this.enter(event.target as HTMLElement));
    block.addEventListener("focusout", (event) => this.mine(event.target) && this.leave());
    block.addEventListener("input", (event) => this.mine(event.target) && this.typed(event.target as HTMLElement));
    block.addEventListener("change", (event) => this.mine(event.target) && this.typed(event.target as HTMLElement));
    block.addEventListener("rows:focus", (event) => event.target === block && this.focus((event as CustomEvent<HTMLElement>).detail));
  }

  /** Whether the event is of this table, not of one within it, and of a cell or its tools. */
  mine(target: EventTarget | null): boolean {
    return target instanceof Element && target.closest("[data-rows]") === this.table.block && target.closest("tr.entry") !== null;
  }

  cellOf(target: Element): HTMLElement | null {
    return target.closest<HTMLElement>("td[data-cell]");
  }

  enter(target: HTMLElement): void {
    const cell = this.cellOf(target);
    if (cell === this.cell) return;
    this.commit();
    this.cell = cell;
    this.before = cell ? read(cell) : null;
    this.editing = this.pointed;
    if (cell && !this.editing && line(target)) target.select();
    this.pointed = false;
  }

  leave(): void {
    // the focus may only move within the cell: told by the next focusin, or by nothing at all
    queueMicrotask(() => {
      if (this.cell && !this.cell.contains(document.activeElement)) {
        this.commit();
        this.cell = null;
      }
    });
  }

  /** What was typed into a cell is one step. */
  commit(): void {
    if (!this.cell || !this.before) return;
    if (!same(this.before, read(this.cell))) this.table.steps.push({ body: this.table.body, cells: new Map([[this.cell, this.before]]) });
    this.before = read(this.cell);
    this.editing = false;
  }

  typed(target: HTMLElement): void {
    const cell = this.cellOf(target);
    if (!cell) return;
    if (cell === this.cell) this.editing = true; // an option may come after its cell was left
    if (cell.dataset.misfit) write(cell, { ...read(cell), misfit: "" });
    this.choice.clear();
    this.table.typed(cell.closest<HTMLTableRowElement>("tr.entry")!);
  }

  point(event: PointerEvent): void {
    const cell = event.target instanceof Element && this.mine(event.target) ? this.cellOf(event.target) : null;
    this.pointed = cell !== null;
    this.began = null;
    if (!cell || event.button !== 0) return;
    if (event.shiftKey && this.cell) {
      event.preventDefault();
      this.choice.between(this.cell, cell);
    } else this.choice.clear();
  }

  focus(cell: HTMLElement): void {
    this.pointed = false;
    const target = field(cell);
    target?.focus();
    if (target && line(target)) target.select();
    this.editing = false;
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** The next cell that can be typed into, in a direction; null at the edge. */
  next(cell: HTMLElement, rows: number, columns: number): HTMLElement | null {
    const all = this.table.rows();
    let [row, column] = this.choice.place(cell);
    for (;;) {
      row += rows;
      column += columns;
      const found = all[row] ? this.table.cells(all[row]!)[column] : undefined;
      if (!found) return null;
      if (field(found)) return found;
    }
  }

  go(rows: number, columns: number): void {
    const found = this.cell && this.next(this.cell, rows, columns);
    this.choice.clear();
    if (found) {
      this.commit();
      this.focus(found);
    }
  }

  /** The row below, in the column where the row was begun. */
  down(cell: HTMLElement, rows: 1 | -1): void {
    const [row, column] = this.choice.place(cell);
    const target = this.table.rows()[row + rows];
    const there = target && this.table.cells(target)[this.began ?? column];
    this.began = null;
    if (!there) return;
    this.choice.clear();
    this.commit();
    this.focus(there);
  }

  key(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    const cell = this.cellOf(target);
    if (event.isComposing) return;
    if (cell && event.code === "Tab" && !event.shiftKey) this.began ??= this.choice.place(cell)[1];
    const row = target.closest<HTMLTableRowElement>("tr.entry")!;
    if (this.rowKey(event, row) || (cell && this.command(event, cell)) || (cell && !listed(target, event.code) && this.plain(event, cell, target))) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  /** Keys of whole rows. */
  private rowKey(event: KeyboardEvent, row: HTMLTableRowElement): boolean {
    if (!event.altKey || event.ctrlKey || event.metaKey || (event.code !== "ArrowUp" && event.code !== "ArrowDown")) return false;
    const chosen = this.choice.wholeRows();
    this.commit();
    this.table.shift(chosen.length ? chosen : [row], event.code === "ArrowUp" ? -1 : 1);
    return true;
  }

  private command(event: KeyboardEvent, cell: HTMLElement): boolean {
    if (!(event.ctrlKey || event.metaKey) || event.altKey) return false;
    if (event.code === "KeyD") return this.above(cell);
    const back = event.code === "KeyZ" && !event.shiftKey;
    if (!back && event.code !== "KeyY" && event.code !== "KeyZ") return false;
    if (this.editing && this.before && !same(this.before, read(cell))) return false; // the field's own undo
    this.before = null;
    this.table.undo(back);
    this.before = this.cell && read(this.cell);
    return true;
  }

  /** As above: the value of the cell above, in a rectangle those of its first row; a whole row is duplicated. */
  above(cell: HTMLElement): boolean {
    const [whole] = this.choice.wholeRows();
    if (whole && this.choice.cells().length === 1) {
      this.choice.clear();
      this.table.duplicate(whole);
      return true;
    }
    const chosen = this.choice.cells();
    const [row, column] = this.choice.place(cell);
    const source = chosen.length > 1 ? chosen[0]! : [this.table.rows()[row - 1]].flatMap((each) => (each ? [this.table.cells(each)[column]!] : []));
    const targets = chosen.length > 1 ? chosen.slice(1) : [[cell]];
    if (!source.length) return true;
    this.before = null;
    const changed = targets.flat().filter((each) => field(each));
    this.table.step(changed, () => targets.forEach((cells) => cells.forEach((each, at) => field(each) && write(each, read(source[at]!)))));
    this.before = read(cell);
    this.editing = false;
    return true;
  }

  private plain(event: KeyboardEvent, cell: HTMLElement, target: HTMLElement): boolean {
    if (event.ctrlKey || event.metaKey || event.altKey) return false;
    const arrow = ARROWS[event.code];
    if (arrow) {
      this.began = null;
      return this.arrow(event, cell, target, arrow);
    }
    switch (event.code) {
      case "Enter":
      case "NumpadEnter":
        if (target instanceof HTMLButtonElement || (target instanceof HTMLTextAreaElement && event.shiftKey)) return false;
        this.down(cell, event.shiftKey ? -1 : 1);
        return true;
      case "F2":
        return this.edit(target);
      case "F9":
        cell.querySelector<HTMLElement>("[data-refresh]")?.click();
        return true;
      case "Escape":
        return this.restore(cell, target);
      case "Space":
        if (this.editing || !line(target)) return false;
        this.choice.row(cell);
        return true;
      case "Delete":
      case "Backspace":
        return this.choice.there && this.wipe();
    }
    return false;
  }

  private arrow(event: KeyboardEvent, cell: HTMLElement, target: HTMLElement, [rows, columns]: [number, number]): boolean {
    if (this.editing && (own(target) || event.shiftKey)) return false;
    if (event.shiftKey) {
      this.choice.extend(cell, rows, columns);
      return true;
    }
    if (this.editing && line(target)) {
      const [start, end] = [target.selectionStart ?? 0, target.selectionEnd ?? 0];
      if (columns && !(start === end && (columns < 0 ? start === 0 : end === target.value.length))) return false;
      if (rows && target instanceof HTMLTextAreaElement && target.value.includes("\n")) return false;
    }
    this.go(rows, columns);
    return true;
  }

  private edit(target: HTMLElement): boolean {
    this.editing = true;
    if (line(target)) target.setSelectionRange(target.value.length, target.value.length);
    else if (target instanceof HTMLSelectElement || target instanceof HTMLInputElement) {
      try {
        target.showPicker();
      } catch {
        return true; // a browser that cannot show it leaves the field to its own keys
      }
    }
    return true;
  }

  /** Esc: first the rectangle goes, then what was typed into the cell; then the page has its word. */
  private restore(cell: HTMLElement, target: HTMLElement): boolean {
    if (this.choice.there) {
      this.choice.clear();
      return true;
    }
    if (!this.editing) return false;
    if (this.before && !same(this.before, read(cell))) {
      write(cell, this.before);
      target.dispatchEvent(new Event("change", { bubbles: true }));
    }
    this.editing = false;
    if (line(target)) target.select();
    return true;
  }

  /** Empties the chosen cells. */
  wipe(): boolean {
    const cells = this.choice.cells().flat().filter((each) => field(each));
    this.before = null;
    this.table.step(cells, () => cells.forEach((each) => write(each, { values: controls(each).map((control) => (control instanceof HTMLInputElement && /checkbox|radio/.test(control.type) ? false : control.type === "hidden" && control.value === "false" ? "false" : "")), misfit: "" })));
    this.before = this.cell && read(this.cell);
    return true;
  }
}

const keys = new WeakMap<Table, Keys>();
export const keysOf = (table: Table): Keys => keys.get(table)!;
withEach((table) => keys.set(table, new Keys(table)));
