// A list as a grid: one cell has the focus, arrows move it, Enter or typing edits it, Enter and Tab save and go on.
import { Choice } from "../rows/select";
import { writing } from "../dom";
import { copied, paste } from "./clipboard";
import { Editor } from "./editor";
import { Faults, Note } from "./faults";
import { moves } from "./keys";
import { Model, type Fault } from "./model";
import { Saving } from "./saving";
import { written } from "../tsv";
import { said } from "./words";

const TOLD = "kubik-grid-keys";
const AROUND = 60; // rows about the focus that are known ahead

export class Grid {
  readonly table: HTMLTableElement;
  readonly model: Model;
  readonly choice: Choice;
  readonly saving = new Saving(this);
  readonly faults = new Faults();
  readonly note: Note;
  cell: HTMLElement | null = null;
  editor: Editor | null = null;
  /** The column in which a run of Tab began: Enter goes down to it. */
  began: string | null = null;
  private buffer: string | null = null;
  /** Keys pressed behind it: they end the edit that is still to begin, and go on in the next cells. */
  private later: KeyboardEvent[] = [];
  private drawing = false;

  constructor(readonly area: HTMLElement) {
    this.table = area.querySelector<HTMLTableElement>("#rows")!;
    const heads = [...this.table.querySelectorAll<HTMLElement>("thead th[data-field]")].map((head) => head.dataset.field!);
    const first = this.rows()[0];
    this.model = new Model(location.pathname.replace(/\/$/, ""), heads.length ? heads : first ? this.cells(first).map((cell) => cell.dataset.field!) : []);
    this.choice = new Choice(this);
    this.note = new Note(area);
    this.table.classList.add("cells");
    this.call();
    area.addEventListener("kubik:rows", () => this.call());
    this.rove();
    this.listen();
  }

  /** Tells readers of screens that the table is a grid, once there is something to walk through. */
  private call(): void {
    if (!this.rows().length) return;
    this.table.setAttribute("role", "grid");
    this.table.setAttribute("aria-multiselectable", "true");
  }

  rows(): HTMLTableRowElement[] {
    return [...this.table.querySelectorAll<HTMLTableRowElement>("tbody > tr[data-id]")];
  }

  cells(row: Element): HTMLElement[] {
    return [...row.children].filter((cell): cell is HTMLElement => cell instanceof HTMLElement && cell.dataset.field !== undefined);
  }

  nameOf(cell: HTMLElement): [string, string] {
    return [cell.closest<HTMLElement>("tr")!.dataset.id!, cell.dataset.field!];
  }

  cellOf(id: string, name: string): HTMLElement | null {
    return this.table.querySelector<HTMLElement>(`tr[data-id="${CSS.escape(id)}"] > [data-field="${CSS.escape(name)}"]`);
  }

  /** The cell that an event is of. */
  at(target: EventTarget | null): HTMLElement | null {
    const cell = target instanceof Element ? target.closest<HTMLElement>("td[data-field]") : null;
    return cell && this.table.contains(cell) ? cell : null;
  }

  private listen(): void {
    this.table.addEventListener("keydown", (event) => this.buffer !== null && this.at(event.target) && this.ahead(event), true);
    this.table.addEventListener("keydown", (event) => this.key(event));
    this.table.addEventListener("pointerdown", (event) => this.point(event));
    this.table.addEventListener("dblclick", (event) => {
      const cell = this.at(event.target);
      if (cell && !(event.target as Element).closest("a, button, input, .cell-edit")) void this.edit(cell);
    });
    this.table.addEventListener("focusin", (event) => this.enter(event));
    this.table.addEventListener("focusout", () => this.leave());
    this.area.addEventListener("kubik:rows", () => this.rove());
    this.area.addEventListener("kubik:again", (event) => void this.saving.again((event as CustomEvent<{ ids: string[] }>).detail.ids.filter((id) => this.table.querySelector(`tr[data-id="${CSS.escape(id)}"]`))));
    this.area.querySelector(".scroll")?.addEventListener("scroll", () => this.cell && this.note.place(this.cell), { passive: true });
    for (const kind of ["copy", "cut", "paste"] as const) this.table.addEventListener(kind, (event) => this.clip(event));
  }

  /** One cell can be reached by Tab: the one that had the focus, else the first. */
  private rove(): void {
    if (this.cell?.isConnected) return;
    const row = this.rows()[0];
    const first = row && (this.cells(row).find((cell) => cell.classList.contains("name")) ?? this.cells(row)[0]);
    if (first) first.tabIndex = 0;
  }

  // --- focus

  private enter(event: FocusEvent): void {
    const cell = this.at(event.target);
    if (!cell || this.editor?.cell === cell) return;
    if (this.editor) void this.commit();
    if (this.cell && this.cell !== cell) this.cell.tabIndex = -1;
    this.cell = cell;
    cell.tabIndex = 0;
    this.hold(cell);
    const row = cell.closest("tr")!;
    const rows = this.rows();
    const here = rows.indexOf(row);
    void this.model.need(rows.slice(Math.max(0, here - 10), here + AROUND).map((each) => each.dataset.id!)).then(() => {
      const [id, name] = this.nameOf(cell);
      if (this.cell === cell && this.model.editable(id, name)) void this.model.widget(name, id).catch(() => null);
      if (this.cell === cell) this.describe(cell);
    });
    this.noteOf(cell);
  }

  /** What reads the page aloud is told which cells cannot be edited. */
  private describe(cell: HTMLElement): void {
    const [id, name] = this.nameOf(cell);
    if (!this.faults.at(id, name)) cell.toggleAttribute("aria-readonly", false);
    if (!this.model.editable(id, name)) cell.setAttribute("aria-readonly", "true");
  }

  private noteOf(cell: HTMLElement): void {
    const unsaved = this.faults.at(...this.nameOf(cell));
    if (unsaved) this.look(unsaved.fault);
    else if (!this.editor) this.note.hide();
  }

  private leave(): void {
    setTimeout(() => {
      const at = document.activeElement;
      if (this.drawing || !document.hasFocus() || this.table.contains(at) || at?.closest(".cell-note, .calendar, dialog")) return;
      if (this.editor) void this.commit();
      this.note.hide();
      this.choice.clear();
    });
  }

  /** Rows that are worked in are not taken out of the page. */
  private hold(cell: HTMLElement): void {
    for (const body of this.table.tBodies) body.toggleAttribute("data-keep", body.contains(cell) || body.querySelector(".chosen, .not-saved") !== null);
  }

  focusCell(cell: HTMLElement | null): void {
    if (!cell) return;
    if (this.cell && this.cell !== cell) this.cell.tabIndex = -1;
    cell.tabIndex = 0;
    cell.focus({ preventScroll: true });
    cell.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** The cell some rows and columns away; the last one there is, when there are no more. */
  near(cell: HTMLElement, rows: number, columns: number): HTMLElement {
    const all = this.rows();
    const [row, column] = this.choice.place(cell);
    const to = all[Math.max(0, Math.min(all.length - 1, row + rows))]!;
    const cells = this.cells(to);
    return cells[Math.max(0, Math.min(cells.length - 1, column + columns))]!;
  }

  go(rows: number, columns: number): void {
    if (this.cell) this.focusCell(this.near(this.cell, rows, columns));
  }

  // --- pointer

  private point(event: PointerEvent): void {
    const cell = this.at(event.target);
    if (!cell || event.button !== 0 || event.pointerType === "touch" || (event.target as Element).closest("a, button, input, label, .cell-edit")) return;
    event.preventDefault();
    this.began = null;
    if (event.shiftKey && this.cell) {
      this.choice.between(this.cell, cell);
      this.focusCell(this.cell);
      return;
    }
    this.choice.clear();
    this.focusCell(cell);
    const over = (moved: PointerEvent): void => {
      const to = this.at(document.elementFromPoint(moved.clientX, moved.clientY));
      if (to && (to !== cell || this.choice.there)) this.choice.between(cell, to);
    };
    this.table.addEventListener("pointermove", over);
    addEventListener("pointerup", () => this.table.removeEventListener("pointermove", over), { once: true });
  }

  // --- keys

  private key(event: KeyboardEvent): void {
    if (event.isComposing || event.defaultPrevented) return;
    const cell = this.at(event.target);
    if (!cell) return;
    if (this.editor) {
      if (!this.editing(event)) return;
    } else if (event.target !== cell || !moves(this, event, cell)) return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** Keys while the widget is on its way: letters wait for it, what ends an edit and all behind it waits, too. */
  private ahead(event: KeyboardEvent): void {
    event.preventDefault();
    event.stopPropagation();
    const ends = ["Enter", "NumpadEnter", "Tab"].includes(event.code);
    if (this.later.length || ends) this.later.push(event);
    else if (event.code === "Escape") this.buffer = null;
    else if (event.code === "Backspace") this.buffer = this.buffer!.slice(0, -1);
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) this.buffer += event.key;
  }

  /** The keys that waited, as if they were pressed now. */
  private replay(): void {
    for (const event of this.later.splice(0)) {
      if (this.buffer !== null) this.ahead(event);
      else if (this.editor) this.editing(event);
      else if (this.cell) moves(this, event, this.cell);
    }
  }

  /** Keys of a cell in edit; whether they were taken. */
  private editing(event: KeyboardEvent): boolean {
    const editor = this.editor!;
    const plain = !event.ctrlKey && !event.metaKey && !event.altKey;
    if (event.code === "Escape") {
      if (editor.listing) return false;
      this.cancel();
      return true;
    }
    if (event.code === "Tab" && plain) {
      this.began ??= editor.name;
      this.finish(0, event.shiftKey ? -1 : 1);
      return true;
    }
    if ((event.code === "Enter" || event.code === "NumpadEnter") && plain) {
      if (editor.listing && editor.form.querySelector("[aria-selected=true][role=option]")) return false;
      if (event.shiftKey && event.target instanceof HTMLTextAreaElement) return false;
      this.finish(event.shiftKey ? -1 : 1, 0);
      return true;
    }
    event.stopPropagation(); // letters are letters here, not keys of the page
    return false;
  }

  private finish(rows: number, columns: number): void {
    const from = this.editor!.cell;
    const below = rows && this.began ? this.near(from, rows, 0).closest("tr")! : null;
    const to = below ? this.cells(below).find((cell) => cell.dataset.field === this.began) : this.near(from, rows, columns);
    if (rows) this.began = null;
    void this.commit();
    this.focusCell(to ?? from);
  }

  // --- edit

  /** Opens a cell; ``keys`` takes the place of what stands there. */
  async edit(cell: HTMLElement, keys: string | null = null): Promise<void> {
    if (this.editor?.cell === cell || this.buffer !== null) return;
    if (this.editor) await this.commit();
    this.focusCell(cell);
    const [id, name] = this.nameOf(cell);
    const again = this.faults.at(id, name);
    this.buffer = keys ?? "";
    await this.model.need([id]);
    if (!this.model.editable(id, name)) {
      this.buffer = null;
      this.later = [];
      return this.refuse(cell);
    }
    if (this.model.columns[name]!.kind === "boolean" && keys === null) {
      this.buffer = null;
      this.tick(cell);
      return this.replay();
    }
    const editor = await Editor.open(cell, name, id, this.model, () => (keys === null && !this.buffer ? null : this.buffer), keys === null ? again?.entered : undefined);
    const given_up = this.buffer === null;
    this.buffer = null;
    this.editor = editor;
    if (given_up || !editor) {
      this.later = [];
      return this.cancel();
    }
    if (this.later.length) return this.replay();
    if (editor && !localStorage.getItem(TOLD)) this.note.keys(cell);
    else if (again && editor) this.look(again.fault);
  }

  /** Why a cell cannot be edited, beside it and aloud. */
  refuse(cell: HTMLElement): void {
    const why = this.model.why(...this.nameOf(cell)) || said("unknown");
    this.note.why(cell, why);
    this.announce(why);
  }

  tick(cell: HTMLElement): void {
    const [id, name] = this.nameOf(cell);
    if (!this.model.editable(id, name)) return this.refuse(cell);
    const on = this.model.rows.get(id)!.values[name] === "true";
    void this.saving.save([{ id, name, entered: { text: String(!on), typed: false, shown: on ? "—" : "✓" } }]);
  }

  /** Esc: what stood there before. */
  cancel(): void {
    const editor = this.editor;
    if (!editor) return;
    this.editor = null;
    this.drawing = true;
    editor.close();
    this.drawing = false;
    this.note.hide();
    this.focusCell(editor.cell);
  }

  /** Saves what was typed. */
  async commit(): Promise<void> {
    const editor = this.editor;
    if (!editor) return;
    this.editor = null;
    const entered = editor.read();
    const changed = editor.changed;
    editor.close();
    this.note.hide();
    if (!changed) return;
    localStorage.setItem(TOLD, "1");
    const [id, name] = this.nameOf(editor.cell);
    await this.saving.save([{ id, name, entered, ...this.resolved(id, name) }]);
  }

  /** A cell that somebody else changed meanwhile: what is typed now is put on top of theirs. */
  private resolved(id: string, name: string): { version?: number; was?: string } {
    const clash = this.faults.at(id, name)?.fault.clash;
    return clash ? { version: clash.version, was: this.model.rows.get(id)?.values[name] ?? "" } : {};
  }

  /** The message of a cell that was not saved, with the ways out. */
  look(fault: Fault): void {
    const [id, name] = [String(fault.id), fault.name];
    const [cell, unsaved] = [this.cellOf(id, name), this.faults.at(id, name)];
    if (!cell || !unsaved) return;
    const save = (text: string, shown: string): void => void this.saving.save([{ id, name, entered: { text, typed: false, shown }, ...this.resolved(id, name) }]);
    this.note.wrong(cell, unsaved, save, (mine) => {
      if (mine) void this.saving.save([{ id, name, entered: unsaved.entered, ...this.resolved(id, name) }]);
      else this.faults.drop(cell, id, name, true);
    });
  }

  // --- many

  /** Empties the chosen cells, or fills them with what stands above. */
  fill(cell: HTMLElement, above: boolean): void {
    const chosen = this.choice.there ? this.choice.cells() : [[cell]];
    const many = above && chosen.length > 1;
    const [row, column] = this.choice.place(chosen[0]![0]!);
    const source = above ? (many ? chosen[0]! : row > 0 ? this.cells(this.rows()[row - 1]!).slice(column, column + chosen[0]!.length) : []) : [];
    if (above && !source.length) return;
    const targets = many ? chosen.slice(1) : chosen;
    const ids = [...new Set([...targets.flat(), ...source].map((each) => this.nameOf(each)[0]))];
    void this.model.need(ids).then(() => {
      const changes = targets.flatMap((line) => line.flatMap((target, at) => {
        const [id, name] = this.nameOf(target);
        if (!this.model.editable(id, name)) return [];
        const from = source[at] && this.model.rows.get(this.nameOf(source[at]!)[0]);
        const empty = this.model.columns[name]!.kind === "boolean" ? "false" : "";
        const text = above ? (from?.values[name] ?? "") : empty;
        const shown = above ? (source[at]?.textContent?.trim() ?? "") : "";
        return text === (this.model.rows.get(id)!.values[name] ?? "") ? [] : [{ id, name, entered: { text, typed: false, shown } }];
      }));
      if (changes.length) void this.saving.save(changes, changes.length > 1 ? said("changed", changes.length) : "");
      else if (targets.flat().length === 1 && !this.model.editable(...this.nameOf(cell))) this.refuse(cell);
    });
  }

  private clip(event: ClipboardEvent): void {
    const cell = this.at(event.target);
    if (!cell || this.editor || writing(event.target)) return;
    event.preventDefault();
    if (event.type === "paste") {
      const text = event.clipboardData?.getData("text/plain") ?? "";
      if (text) void paste(this, cell, text.replace(/\r?\n$/, ""));
      return;
    }
    const chosen = this.choice.there ? this.choice.cells() : [[cell]];
    event.clipboardData?.setData("text/plain", written(chosen.map((line) => line.map((each) => copied(this, each)))));
    if (event.type === "cut") this.fill(cell, false);
    else this.announce(said("copied", chosen.flat().length));
  }

  // --- drawing

  /** A row as the list draws it now takes the place of the one that stands here. */
  redraw(drawn: HTMLTableRowElement): void {
    const id = drawn.dataset.id!;
    const row = this.table.querySelector<HTMLTableRowElement>(`tr[data-id="${CSS.escape(id)}"]`);
    if (!row) return;
    this.drawing = true;
    for (const now of this.cells(drawn)) {
      const cell = this.cells(row).find((each) => each.dataset.field === now.dataset.field);
      if (!cell || cell === this.editor?.cell) continue;
      cell.removeAttribute("aria-busy");
      if (cell.innerHTML !== now.innerHTML) {
        const focused = cell !== document.activeElement && cell.contains(document.activeElement);
        cell.innerHTML = now.innerHTML;
        if (focused) cell.focus({ preventScroll: true });
      }
      const kept = ["chosen", "in-edit"].filter((name) => cell.classList.contains(name));
      cell.className = [now.className, ...kept].filter(Boolean).join(" ");
      for (const name of ["aria-invalid", "aria-description", "title"]) cell.removeAttribute(name);
    }
    if (drawn.dataset.version) row.dataset.version = drawn.dataset.version;
    for (const unsaved of this.faults.ofRow(id)) {
      const cell = this.cellOf(id, unsaved.fault.name);
      if (cell) this.faults.draw(cell, unsaved);
    }
    this.drawing = false;
  }

  announce(text: string): void {
    const live = this.area.querySelector<HTMLElement>("[data-grid-says]");
    if (live) live.textContent = text;
  }
}
