// Cells that were not saved: what was typed stays in them, marked, with the reason and the ways out of it.
import { said } from "./words";
import type { Entered } from "./editor";
import type { Fault } from "./model";

export interface Unsaved {
  fault: Fault;
  entered: Entered;
  /** The cell as it was drawn before. */
  before: string;
}

const key = (id: string, name: string): string => `${id} ${name}`;

export class Faults {
  private readonly all = new Map<string, Unsaved>();

  get size(): number {
    return this.all.size;
  }

  at(id: string, name: string): Unsaved | undefined {
    return this.all.get(key(id, name));
  }

  put(cell: HTMLElement | null, fault: Fault, entered: Entered, before = cell?.innerHTML ?? ""): Unsaved {
    const id = String(fault.id);
    const known = this.at(id, fault.name);
    const unsaved = { fault, entered, before: known?.before ?? before };
    this.all.set(key(id, fault.name), unsaved);
    if (cell) this.draw(cell, unsaved);
    return unsaved;
  }

  /** Draws a cell as it was typed, marked: after the row came back from the server, too. */
  draw(cell: HTMLElement, unsaved: Unsaved): void {
    const shown = document.createElement("span");
    shown.className = "unsaved";
    shown.textContent = unsaved.entered.shown || "—";
    cell.replaceChildren(shown);
    cell.classList.add("not-saved");
    cell.setAttribute("aria-invalid", "true");
    cell.setAttribute("aria-description", unsaved.fault.message);
    cell.title = unsaved.fault.message;
  }

  drop(cell: HTMLElement | null, id: string, name: string, restore: boolean): void {
    const known = this.at(id, name);
    this.all.delete(key(id, name));
    if (!cell) return;
    cell.classList.remove("not-saved");
    for (const attribute of ["aria-invalid", "aria-description", "title"]) cell.removeAttribute(attribute);
    if (restore && known) cell.innerHTML = known.before;
  }

  /** The faults of a row, to be drawn again. */
  ofRow(id: string): Unsaved[] {
    return [...this.all.values()].filter((unsaved) => String(unsaved.fault.id) === id);
  }
}

/** What stands below the cell that has the focus: its keys, why it cannot be edited, why it was not saved. */
export class Note {
  private readonly box = document.createElement("div");

  constructor(area: HTMLElement) {
    this.box.className = "cell-note";
    this.box.id = "cell-note";
    this.box.hidden = true;
    this.box.addEventListener("pointerdown", (event) => event.preventDefault());
    area.append(this.box);
  }

  hide(): void {
    this.box.hidden = true;
  }

  keys(cell: HTMLElement): void {
    const parts = [["Enter", "save"], ["Tab", "next"], ["Esc", "cancel"]].map(([name, what]) => {
      const part = document.createElement("span");
      const kbd = document.createElement("kbd");
      kbd.textContent = name!;
      part.append(kbd, ` ${said(what!)}`);
      return part;
    });
    this.show(cell, "", parts);
  }

  why(cell: HTMLElement, text: string): void {
    this.show(cell, "why", [document.createTextNode(text)]);
  }

  wrong(cell: HTMLElement, unsaved: Unsaved, choose: (text: string, shown: string) => void, keep: (mine: boolean) => void): void {
    const words = document.createElement("span");
    words.textContent = unsaved.fault.message;
    const offers = (unsaved.fault.candidates ?? []).map((each) => this.button(each.title, () => choose(each.id, each.title)));
    const clash = unsaved.fault.clash ? [this.button(said("mine"), () => keep(true)), this.button(said("theirs"), () => keep(false))] : [];
    this.show(cell, "wrong", [words, ...offers, ...clash]);
  }

  private button(label: string, run: () => void): HTMLButtonElement {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "btn slim";
    button.textContent = label;
    button.addEventListener("click", () => {
      this.hide();
      run();
    });
    return button;
  }

  private show(cell: HTMLElement, kind: string, parts: Node[]): void {
    this.box.className = `cell-note ${kind}`;
    this.box.replaceChildren(...parts);
    this.box.hidden = false;
    this.place(cell);
  }

  /** Under the cell, or above it where there is no room. */
  place(cell: HTMLElement): void {
    if (this.box.hidden) return;
    const at = cell.getBoundingClientRect();
    const own = this.box.getBoundingClientRect();
    const below = at.bottom + own.height + 12 < window.innerHeight;
    this.box.style.left = `${Math.max(8, Math.min(at.right - own.width, window.innerWidth - own.width - 8))}px`;
    this.box.style.top = `${below ? at.bottom + 6 : at.top - own.height - 6}px`;
  }
}
