// The rows of one list: made, removed, moved, duplicated; their numbers, the row that waits, the lists below them.
import { type State, empty, field, read, write } from "./cells";
import { type Step, Steps } from "./undo";
import { total } from "./totals";
import { word } from "../dom";
import { toast } from "../toasts";

let made = 0;

/** A word of the list's own, `%` and `#` in it filled in order. */
export function said(block: HTMLElement, name: string, ...values: (string | number)[]): string {
  const outer = block.closest<HTMLElement>("[data-depth='1']") ?? block;
  const text = outer.querySelector("template[data-words]")?.getAttribute(`data-${name}`) ?? "";
  return ["%", "#"].reduce((filled, sign, index) => filled.replace(sign, String(values[index] ?? "")), text);
}

/** Puts a place into every attribute of a pattern, into the patterns within it too. */
function placed(root: DocumentFragment | Element, mark: string, place: string): void {
  for (const element of root.querySelectorAll("*")) {
    for (const attribute of [...element.attributes]) {
      if (attribute.value.includes(mark)) attribute.value = attribute.value.replaceAll(mark, place);
    }
  }
}

export class Table {
  readonly body: HTMLTableSectionElement;
  readonly name: string;
  readonly path: string;
  readonly steps: Steps;
  private timer = 0;

  constructor(readonly block: HTMLElement) {
    this.body = block.querySelector<HTMLTableSectionElement>(":scope > .frame > table > tbody")!;
    this.name = block.dataset.rows!;
    this.path = block.dataset.path!;
    const outer = block.parentElement?.closest<HTMLElement>("[data-rows]");
    this.steps = (outer && tables.get(outer)?.steps) || new Steps();
    tables.set(block, this);
    block.classList.add("live");
    const grid = this.body.parentElement!;
    grid.setAttribute("role", "grid");
    grid.setAttribute("aria-multiselectable", "true");
    this.wait();
    this.total();
  }

  rows(): HTMLTableRowElement[] {
    return [...this.body.children].filter((row): row is HTMLTableRowElement => row.classList.contains("entry"));
  }

  cells(row: Element): HTMLElement[] {
    return [...row.children].filter((cell): cell is HTMLElement => cell instanceof HTMLElement && cell.dataset.cell !== undefined);
  }

  /** The row with what stands below it: its message, its own lists. */
  group(row: Element): Element[] {
    const found = [row];
    for (let next = row.nextElementSibling; next && !next.classList.contains("entry"); next = next.nextElementSibling) found.push(next);
    return found;
  }

  pattern(kind: "row" | "nest"): DocumentFragment {
    const outer = this.block.closest<HTMLElement>("[data-depth='1']")!;
    const found = outer.querySelector<HTMLTemplateElement>(`template[data-pattern="${kind}"][data-path="${this.path}"]`)!;
    const copy = document.importNode(found.content, true);
    const places = this.name.split("/").slice(2).filter((_, at) => at % 2 === 0);
    places.forEach((place, at) => placed(copy, `__n${at + 1}__`, place));
    return copy;
  }

  /** A new empty row, not yet in the table. */
  make(): HTMLTableRowElement {
    const copy = this.pattern("row");
    placed(copy, `__n${Number(this.block.dataset.depth)}__`, String(100000 + made++));
    const row = copy.querySelector<HTMLTableRowElement>("tr.entry")!;
    queueMicrotask(() => row.dispatchEvent(new CustomEvent("kubik:new", { bubbles: true })));
    return row;
  }

  /** The last row always waits for a new one; it is sent only when something is typed into it. */
  wait(): HTMLTableRowElement {
    const last = this.rows().at(-1);
    if (last?.classList.contains("waiting")) return last;
    const stored = last?.querySelector<HTMLInputElement>(":scope > .no > input")?.value;
    const row = last && !stored && this.blank(last) ? last : this.make();
    if (row !== last) this.body.append(row);
    row.classList.add("waiting");
    this.number();
    return row;
  }

  blank(row: Element): boolean {
    return this.cells(row).every(empty) && this.group(row).every((part) => !part.querySelector("tr.entry:not(.waiting)"));
  }

  /** Something was typed into a row: the one that waited is a row now, and another one waits. */
  typed(row: HTMLTableRowElement): void {
    if (row.classList.contains("waiting") && !this.cells(row).every(empty)) {
      row.classList.remove("waiting");
      this.wait();
    }
    this.outdate([row]);
    this.total();
  }

  /** Where nothing is counted while one types, what the server computed of other values is not shown any more. */
  outdate(rows: HTMLElement[]): void {
    if (this.block.closest<HTMLFormElement>("form")?.dataset.live) return;
    const filled = rows.filter((row) => !row.classList.contains("waiting"));
    for (const cell of filled.flatMap((row) => [...row.querySelectorAll<HTMLElement>(":scope > td > .cv > [data-computed]")])) {
      cell.dataset.plain = "?";
      cell.textContent = "…";
      cell.title = word("counted");
    }
  }

  number(): void {
    const rows = this.rows();
    rows.forEach((row, index) => {
      const cell = row.querySelector<HTMLElement>(":scope > .no > span");
      const number = String(index + 1);
      if (!cell || cell.textContent === number) return;
      cell.textContent = number;
      for (const named of row.querySelectorAll("[aria-label]")) {
        const label = named.getAttribute("aria-label")!;
        const renamed = named.closest(".tools-cell") ? label.replace(/\d+|__n\d__/, number) : label.replace(/(\d+|__n\d__)(?=\D*$)/, number);
        if (renamed !== label) named.setAttribute("aria-label", renamed);
      }
    });
    const count = this.block.querySelector(":scope > .block-head > [data-count]");
    const filled = rows.filter((row) => !row.classList.contains("waiting")).length;
    if (count) count.textContent = String(filled);
    const above = this.above();
    const told = above?.querySelector(`[data-below="${this.name.split("/").at(-1)}"] .num`);
    if (told) told.textContent = filled ? String(filled) : "";
  }

  /** The row that this list stands in. */
  above(): HTMLElement | null {
    const nest = this.block.closest<HTMLElement>("tr.nest");
    return nest ? document.querySelector<HTMLElement>(`tr[data-row="${CSS.escape(nest.dataset.nest!)}"]`) : null;
  }

  total(): void {
    if (this.timer) return;
    this.timer = window.setTimeout(() => {
      this.timer = 0;
      total(this.block, this.rows());
    }, 60);
  }

  /** Everything settles after a change that no key made: numbers, sums, and one event for the form. */
  settle(): void {
    for (const row of this.body.querySelectorAll<HTMLTableRowElement>(":scope > tr.waiting")) {
      if (row !== this.rows().at(-1) || !this.blank(row)) row.classList.remove("waiting");
    }
    this.wait();
    this.number();
    this.total();
    this.block.dispatchEvent(new Event("change", { bubbles: true }));
  }

  /** Does something that can be taken back. */
  step(cells: HTMLElement[], does: () => void, order = false): Step {
    const before = new Map<HTMLElement, State>(cells.map((cell) => [cell, read(cell)]));
    const step: Step = { body: this.body, cells: before };
    if (order) step.order = [...this.body.children];
    does();
    this.outdate(cells.map((cell) => cell.closest<HTMLElement>("tr.entry")!));
    this.steps.push(step);
    this.settle();
    return step;
  }

  remove(rows: HTMLTableRowElement[]): void {
    const all = this.rows();
    const at = all.indexOf(rows[0]!);
    const gone = rows.filter((row) => !row.classList.contains("waiting"));
    if (!gone.length) return;
    this.step([], () => gone.forEach((row) => this.group(row).forEach((part) => part.remove())), true);
    const left = this.rows();
    this.focus(left[Math.min(at, left.length - 1)]!, 0);
    toast(said(this.block, "removed", gone.length), 10, { label: said(this.block, "undo"), run: () => this.undo(true) });
  }

  move(rows: HTMLTableRowElement[], to: number): void {
    const others = this.rows().filter((row) => !rows.includes(row) && !row.classList.contains("waiting"));
    const target = others[to] ?? this.rows().find((row) => row.classList.contains("waiting"));
    const focused = document.activeElement as HTMLElement | null;
    if (rows.some((row) => row.classList.contains("waiting"))) return;
    this.step([], () => {
      for (const part of rows.flatMap((row) => this.group(row))) target ? target.before(part) : this.body.append(part);
    }, true);
    focused?.focus({ preventScroll: true });
    rows[0]!.scrollIntoView({ block: "nearest" });
    toast(said(this.block, "moved", this.rows().indexOf(rows[0]!) + 1, this.rows().length - 1), 2);
  }

  /** One place up or down. */
  shift(rows: HTMLTableRowElement[], by: 1 | -1): void {
    const filled = this.rows().filter((row) => !row.classList.contains("waiting"));
    const at = filled.indexOf(rows[0]!) + by;
    if (rows.length && at >= 0 && at + rows.length <= filled.length) this.move(rows, at);
  }

  duplicate(row: HTMLTableRowElement): void {
    if (row.classList.contains("waiting")) return;
    const copy = this.make();
    this.step([], () => {
      this.group(row).at(-1)!.after(copy);
      this.copy(row, copy);
    }, true);
    this.focus(copy, 0);
  }

  /** The content of a row, and of the rows below it, in another one. */
  copy(from: HTMLTableRowElement, to: HTMLTableRowElement): void {
    const cells = this.cells(to);
    this.cells(from).forEach((cell, at) => field(cell) && write(cells[at]!, read(cell)));
    for (const inner of this.inner(from)) {
      const filled = inner.rows().filter((row) => !row.classList.contains("waiting"));
      if (!filled.length) continue;
      const other = this.open(to, inner.name.split("/").at(-1)!);
      for (const row of filled) {
        const made = other.make();
        other.rows().at(-1)!.before(made);
        other.copy(row, made);
      }
      other.number();
      other.total();
    }
  }

  /** The lists that stand in a row. */
  inner(row: Element): Table[] {
    const nest = this.group(row).find((part) => part.classList.contains("nest"));
    return [...(nest?.querySelectorAll<HTMLElement>(":scope > td > [data-rows]") ?? [])].map((block) => tableOf(block));
  }

  /** Shows the lists of a row, made when there are none yet; answers the one of that name. */
  open(row: HTMLTableRowElement, name: string): Table {
    let nest = this.group(row).find((part): part is HTMLElement => part.classList.contains("nest"));
    if (!nest) {
      const copy = this.pattern("nest");
      placed(copy, `__n${Number(this.block.dataset.depth)}__`, row.dataset.row!.split("/").at(-1)!);
      nest = copy.querySelector<HTMLElement>("tr.nest")!;
      this.group(row).at(-1)!.after(nest);
    }
    this.fold(row, false);
    const block = [...nest.querySelectorAll<HTMLElement>(":scope > td > [data-rows]")].find((each) => each.dataset.rows === `${row.dataset.row}/${name}`)!;
    return tableOf(block);
  }

  fold(row: HTMLTableRowElement, away: boolean): void {
    const nest = this.group(row).find((part): part is HTMLElement => part.classList.contains("nest"));
    if (nest) nest.hidden = away;
    row.classList.toggle("open", !away);
    for (const button of row.querySelectorAll(":scope > .below > [data-below]")) button.setAttribute("aria-expanded", String(!away));
  }

  focus(row: HTMLTableRowElement, column: number): void {
    const cells = this.cells(row);
    const cell = cells[column] && field(cells[column]!) ? cells[column]! : cells.find((each) => field(each));
    if (cell) this.block.dispatchEvent(new CustomEvent("rows:focus", { detail: cell }));
  }

  undo(back: boolean): void {
    const focused = document.activeElement?.closest<HTMLElement>("td[data-cell]");
    const row = focused?.closest<HTMLTableRowElement>("tr.entry");
    const place = row ? [this.rows().indexOf(row), this.cells(row).indexOf(focused!)] : null;
    const step = this.steps.turn(back);
    if (!step) return void toast(said(this.block, back ? "nothing-undone" : "nothing-redone"), 2);
    const block = step.body.closest<HTMLElement>("[data-rows]")!;
    const table = tableOf(block);
    table.settle();
    const cell = [...step.cells.keys(), focused].find((each) => each?.isConnected);
    if (cell) block.dispatchEvent(new CustomEvent("rows:focus", { detail: cell }));
    else if (place && table === this) this.focus(this.rows()[Math.min(place[0]!, this.rows().length - 1)]!, place[1]!);
  }
}

const tables = new WeakMap<HTMLElement, Table>();
const makers: ((table: Table) => void)[] = [];

/** What every table gets besides its rows: keys, the clipboard, the pointer. */
export const withEach = (maker: (table: Table) => void): void => void makers.push(maker);

export function tableOf(block: HTMLElement): Table {
  const found = tables.get(block);
  if (found) return found;
  const made = new Table(block);
  makers.forEach((maker) => maker(made));
  return made;
}
