// A list as a grid: one cell has the focus, arrows move it, Enter or typing edits it, Enter and Tab save and go on.
import { word } from "../dom";
import { Choice } from "../rows/select";
import { toast } from "../toasts";
import { clip } from "./clipboard";
import { Editor } from "./editor";
import { Faults, Note } from "./faults";
import { moves } from "./keys";
import { startLeaving } from "./leaving";
import { Model, type Fault } from "./model";
import { point } from "./pointing";
import { Saving } from "./saving";
import { said } from "./words";

const TOLD = "kubik-grid-keys";
const AROUND = 60; // rows about the focus that are known ahead

/** An edit that is about to begin: what is typed until its widget is there, and the keys and presses behind that. */
interface Opening {
  cell: HTMLElement;
  typed: string;
  later: (KeyboardEvent | (() => void))[];
}

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
  private opening: Opening | null = null;
  /** Cells are being put in place: the focus they lose is not the person leaving. */
  drawing = false;

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
    this.table.addEventListener("keydown", (event) => this.opening && this.at(event.target) && this.ahead(this.opening, event), true);
    this.table.addEventListener("keydown", (event) => this.key(event));
    this.table.addEventListener("pointerdown", (event) => point(this, event));
    this.table.addEventListener("dblclick", (event) => {
      const cell = this.at(event.target);
      if (cell && !(event.target as Element).closest("a, button, input, .cell-edit")) void this.edit(cell);
    });
    this.table.addEventListener("focusin", (event) => this.enter(event));
    this.table.addEventListener("focusout", () => this.leave());
    this.area.addEventListener("kubik:rows", () => this.rove());
    this.area.addEventListener("kubik:again", (event) => void this.saving.renew((event as CustomEvent<{ ids: string[] }>).detail.ids.filter((id) => this.table.querySelector(`tr[data-id="${CSS.escape(id)}"]`))));
    this.area.querySelector(".scroll")?.addEventListener("scroll", () => this.cell && this.note.place(this.cell), { passive: true });
    const swapped = (): void => (this.area.isConnected ? void this.commit() : document.removeEventListener("htmx:before:swap", swapped));
    document.addEventListener("htmx:before:swap", swapped); // what is typed goes before the list is drawn anew
    startLeaving(this);
    for (const kind of ["copy", "cut", "paste"] as const) this.table.addEventListener(kind, (event) => clip(this, event));
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

  /** Whether a cell is in edit, or is about to be: nobody takes the focus from it. */
  get busy(): boolean {
    return this.editor !== null || this.opening !== null;
  }

  /** Whether something was typed that is not saved, or done that the server has not answered. */
  get unsaved(): boolean {
    return this.saving.open || Boolean(this.opening && (this.opening.typed || this.opening.later.length)) || Boolean(this.editor?.changed);
  }

  /** Does what a press means, behind the keys that wait for a widget. */
  press(does: () => void): void {
    if (this.opening) this.opening.later.push(does);
    else does();
  }

  go(rows: number, columns: number): void {
    if (this.cell) this.focusCell(this.near(this.cell, rows, columns));
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
  private ahead(opening: Opening, event: KeyboardEvent): void {
    event.preventDefault();
    event.stopPropagation();
    const ends = ["Enter", "NumpadEnter", "Tab"].includes(event.code);
    if (opening.later.length || ends) opening.later.push(event);
    else if (event.code === "Escape") this.opening = null;
    else if (event.code === "Backspace") opening.typed = opening.typed.slice(0, -1);
    else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) opening.typed += event.key;
  }

  /** The keys and presses that waited, as if they came now. */
  private replay(later: Opening["later"]): void {
    for (const each of later) {
      if (typeof each === "function") this.press(each);
      else if (this.opening) this.ahead(this.opening, each);
      else if (this.editor) this.editing(each);
      else if (this.cell) moves(this, each, this.cell);
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
    if (this.editor?.cell === cell || this.opening) return;
    if (this.editor) void this.commit();
    this.focusCell(cell);
    const [id, name] = this.nameOf(cell);
    const opening: Opening = (this.opening = { cell, typed: keys ?? "", later: [] });
    await this.model.need([id]);
    await this.saving.passed(id, name); // what stands there is known when it was saved
    const able = this.model.editable(id, name);
    const ticks = able && this.model.columns[name]!.kind === "boolean" && keys === null;
    const html = able && !ticks ? await this.model.widget(name, id).catch(() => null) : null;
    if (this.opening !== opening) return; // given up
    this.opening = null;
    const at = document.activeElement;
    if (!able) this.refuse(cell);
    else if (ticks) this.tick(cell);
    else if (html === null || !cell.isConnected) this.unopened(opening, html === null);
    else if (at === cell || opening.typed || opening.later.length) this.open(opening, html, keys);
    this.replay(opening.later);
    if (at === cell) return;
    void this.commit(); // somebody went elsewhere meanwhile, and stays there
    if (at === document.body) (document.activeElement as HTMLElement | null)?.blur();
    else (at as HTMLElement | null)?.focus({ preventScroll: true });
  }

  private open({ cell, typed, later }: Opening, html: string, keys: string | null): void {
    const [id, name] = this.nameOf(cell);
    const again = keys === null ? this.faults.at(id, name) : undefined;
    const text = again ? again.entered.shown + typed : keys === null && !typed ? null : typed;
    this.editor = new Editor(cell, name, id, this.model, html, text, again !== undefined);
    if (later.length) return;
    if (!localStorage.getItem(TOLD)) this.note.keys(cell);
    else if (again) this.look(again.fault);
  }

  /** There is no widget, or no cell any more: what was typed is read as if it were pasted. */
  private unopened({ cell, typed }: Opening, failed: boolean): void {
    const [id, name] = this.nameOf(cell);
    if (failed) toast(word("broken"), 10);
    if (typed) void this.saving.save([{ id, name, entered: { text: typed, typed: true, shown: typed } }]);
  }

  /** Why a cell cannot be edited, beside it and aloud. */
  refuse(cell: HTMLElement): void {
    const why = this.model.why(...this.nameOf(cell)) || said("unknown");
    this.note.why(cell, why);
    this.announce(why);
  }

  tick(cell: HTMLElement): void {
    const [id, name] = this.nameOf(cell);
    void this.saving.when([id], () => {
      if (this.model.editable(id, name)) {
        const on = this.saving.stands(id, name).text === "true";
        return { changes: [{ id, name, entered: { text: String(!on), typed: false, shown: on ? "—" : "✓" } }] };
      }
      this.refuse(cell);
      return { changes: [] };
    });
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

  announce(text: string): void {
    const live = this.area.querySelector<HTMLElement>("[data-grid-says]");
    if (live) live.textContent = text;
  }
}
