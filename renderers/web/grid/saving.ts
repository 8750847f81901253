// Cells on their way to the server: one request for all that were changed together, one save after another.
import { centsOf } from "../list/cents";
import { askMove } from "../move";
import { sendAside } from "../sending";
import { token, word } from "../dom";
import { toast } from "../toasts";
import type { Entered } from "./editor";
import type { Unsaved } from "./faults";
import type { Grid } from "./grid";
import type { Fault, Saved, Step } from "./model";
import { redraw } from "./redrawing";
import { said } from "./words";

export interface Change {
  id: string;
  name: string;
  entered: Entered;
  /** The version it is put on top of, when that is not the one the grid knows: somebody's change was looked at. */
  version?: number;
  was?: string;
  /** The cell as it was drawn before. */
  before?: string;
}

/** What an act comes to once its rows are known, and what is told of it. */
interface Found {
  changes: Change[];
  told?: string;
}

/** One thing that a person did: what was saved of it, and what was refused and stands marked in its cells. */
interface Act {
  steps: Step[];
  refused: Unsaved[];
}

const MOST = 100;

const key = (id: string, name: string): string => `${id} ${name}`;

export class Saving {
  private readonly done: Act[] = [];
  private readonly undone: Act[] = [];
  private waiting: Promise<unknown> = Promise.resolve();
  /** How many acts have their turn and are not known whole, or are taken back. */
  private acts = 0;
  /** What is on its way, by cell. */
  private readonly going = new Map<string, Change>();
  /** What had the focus when the last act was taken back. */
  private stood: Element | null = null;

  constructor(readonly grid: Grid) {}

  /** Saves cells; what is told when some were saved, and whether it is told at all. */
  save(changes: Change[], told = ""): Promise<void> {
    this.begin(changes);
    return this.next(() => this.send(changes, told));
  }

  /** Saves what `find` answers once these rows are known; its turn is now, and what is done meanwhile comes behind it. */
  when(ids: string[], find: () => Found): Promise<void> {
    this.acts += 1;
    const found = this.grid.model.need(ids).then(() => {
      const act = find();
      this.begin(act.changes);
      return act;
    }).finally(() => (this.acts -= 1));
    return this.next(async () => {
      const { changes, told } = await found;
      if (changes.length) await this.send(changes, told ?? "");
    });
  }

  /** The last save is taken back, or made again. */
  turn(back: boolean): Promise<void> {
    const at = document.activeElement;
    this.acts += 1;
    return this.next(() => this.undo(back, at).finally(() => (this.acts -= 1)));
  }

  /** Rows that somebody changed elsewhere are known and drawn anew, behind what is on its way. */
  renew(ids: string[]): Promise<void> {
    return this.next(() => this.again(ids));
  }

  /** Whether something was done that the server has not answered. */
  get open(): boolean {
    return this.acts > 0 || this.going.size > 0;
  }

  /** When everything that was done until now is saved and shown. */
  async idle(): Promise<void> {
    await this.waiting.catch(() => null);
  }

  /** What stands in a cell when all is saved that is on its way. */
  stands(id: string, name: string): { text: string; typed: boolean } {
    return this.awaited(id, name)?.entered ?? { text: this.grid.model.rows.get(id)?.values[name] ?? "", typed: false };
  }

  /** Until what is on its way into a cell was saved. */
  async passed(id: string, name: string): Promise<void> {
    if (this.awaited(id, name)) await this.waiting.catch(() => null); // whoever asked for it hears of a fault
  }

  /** What is on its way into a cell. */
  awaited(id: string, name: string): Change | undefined {
    return this.going.get(key(id, name));
  }

  private begin(changes: Change[]): void {
    for (const change of changes) {
      const [cell, before] = [this.grid.cellOf(change.id, change.name), this.awaited(change.id, change.name)?.before];
      this.going.set(key(change.id, change.name), change);
      if (!cell) continue;
      change.before = this.grid.faults.at(change.id, change.name)?.before ?? before ?? cell.innerHTML;
      this.grid.faults.drop(cell, change.id, change.name, false);
      this.pending(cell, change.entered.shown);
    }
  }

  private came(changes: Change[]): void {
    for (const change of changes) if (this.awaited(change.id, change.name) === change) this.going.delete(key(change.id, change.name));
  }

  private next(action: () => Promise<void>): Promise<void> {
    const coming = this.waiting.then(action, action);
    this.waiting = coming;
    return coming;
  }

  private pending(cell: HTMLElement, shown: string): void {
    const text = document.createElement("span");
    text.textContent = shown;
    cell.replaceChildren(text);
    cell.setAttribute("aria-busy", "true");
  }

  private async send(changes: Change[], told: string): Promise<void> {
    const rows = new Map<string, { id: number; version: number; values: Record<string, string>; typed: Record<string, string>; was: Record<string, string> }>();
    for (const change of changes) {
      const known = this.grid.model.rows.get(change.id);
      if (!known) continue;
      const row = rows.get(change.id) ?? { id: Number(change.id), version: change.version ?? known.version, values: {}, typed: {}, was: {} };
      row[change.entered.typed ? "typed" : "values"][change.name] = change.entered.text;
      row.was[change.name] = change.was ?? known.values[change.name] ?? "";
      for (const need of this.grid.model.columns[change.name]?.needs ?? []) row.was[need] ??= known.values[need] ?? "";
      rows.set(change.id, row);
    }
    const saved = await this.post("save", "rows", [...rows.values()]);
    this.came(changes);
    if (!saved) return this.failed(changes);
    this.grid.model.take(saved.rows);
    if (!this.grid.area.isConnected) return this.elsewhere([...rows.keys()], saved.faults);
    await this.show([...rows.keys()]);
    const moved = await this.asked(changes, saved.faults);
    const faults = saved.faults.filter((fault) => !moved.has(fault));
    const refused = faults.flatMap((fault) => {
      const change = changes.find((each) => each.id === String(fault.id) && each.name === fault.name);
      return change ? [this.grid.faults.put(this.grid.cellOf(change.id, change.name), fault, change.entered)] : [];
    });
    this.did({ steps: saved.steps, refused });
    this.tell(changes.length, faults, told);
  }

  /** The list was drawn anew before this was saved: the new one shows it. */
  private elsewhere(ids: string[], faults: Fault[]): void {
    document.querySelector("#list")?.dispatchEvent(new CustomEvent("kubik:again", { detail: { ids } }));
    if (faults[0]) toast(faults[0].message, 20);
  }

  private did(act: Act): void {
    if (!act.steps.length && !act.refused.length) return;
    this.done.push(act);
    if (this.done.length > MOST) this.done.shift();
    this.undone.length = 0;
  }

  private tell(count: number, faults: Fault[], told: string): void {
    const undo = { label: said("undo"), run: () => void this.turn(true) };
    if (faults.length && count === 1) {
      this.grid.announce(faults[0]!.message);
      this.grid.look(faults[0]!);
    } else if (faults.length) {
      toast([told, said("kept", faults.length)].filter(Boolean).join(". "), 10, undo);
    } else if (told) toast(told, 6, undo);
    else this.grid.announce(said("saved"));
  }

  /** A stage that asks for more: its dialog, when one cell alone was changed. */
  private async asked(changes: Change[], faults: Fault[]): Promise<Set<Fault>> {
    const fault = faults.find((each) => each.move);
    if (!fault || changes.length !== 1) return new Set();
    const moved = await askMove(`${this.grid.model.entity}/${fault.id}/move?${new URLSearchParams({ to: fault.move!, _stay: "1" })}`);
    await this.again([String(fault.id)]);
    if (!this.grid.busy) this.grid.focusCell(this.grid.cellOf(String(fault.id), fault.name));
    if (moved) this.grid.announce(said("saved"));
    return new Set([fault]);
  }

  private async undo(back: boolean, at: Element | null): Promise<void> {
    const [from, to] = back ? [this.done, this.undone] : [this.undone, this.done];
    const act = this.last(from, back);
    if (!act) return toast(said(back ? "nothingUndone" : "nothingRedone"), 3);
    const { faults } = this.grid;
    const named = (fault: Fault): HTMLElement | null => this.grid.cellOf(String(fault.id), fault.name);
    const turned = act.steps.length ? await this.post("undo", "steps", act.steps) : { steps: [], rows: {}, faults: [] };
    if (!turned) return void from.push(act);
    if (back) for (const { fault } of act.refused) faults.drop(named(fault), String(fault.id), fault.name, true);
    this.grid.model.take(turned.rows);
    if (act.steps.length) await this.show(act.steps.map((step) => String(step.id)));
    const refused = back ? act.refused : act.refused.map(({ fault, entered }) => faults.put(named(fault), fault, entered));
    if (turned.steps.length || refused.length) to.push({ steps: turned.steps, refused });
    const first = act.steps[0];
    const now = document.activeElement;
    if (!this.grid.busy && (now === at || now === this.stood || now === document.body)) {
      this.grid.focusCell(first ? this.grid.cellOf(String(first.id), first.names[0] ?? "") : named(refused[0]!.fault)); // unless somebody went elsewhere meanwhile
      this.stood = document.activeElement;
    }
    this.grid.note.hide();
    const words = said(back ? "undone" : "redone");
    toast(turned.faults.length ? `${words}. ${turned.faults[0]!.message}` : words, turned.faults.length ? 10 : 4);
  }

  /** The last act that something still stands of: what was refused and given up or mended since is no part of it. */
  private last(acts: Act[], back: boolean): Act | null {
    for (let act = acts.pop(); act; act = acts.pop()) {
      const refused = back ? act.refused.filter((each) => this.grid.faults.at(String(each.fault.id), each.fault.name) === each) : act.refused;
      if (act.steps.length || refused.length) return { steps: act.steps, refused };
    }
    return null;
  }

  private async post(what: string, name: string, content: unknown): Promise<Saved | null> {
    const { entity, names } = this.grid.model;
    const answer = await sendAside(`${entity}/cells/${what}`, new URLSearchParams({ [name]: JSON.stringify(content), fields: names.join(",") })).catch(() => null);
    const saved = answer?.ok ? ((await answer.json().catch(() => null)) as Saved | null) : null;
    if (saved) return saved;
    const lost = !answer || answer.ok; // did not come, or broke off
    const reason = !lost && answer.status < 500 ? ((await answer.json().catch(() => ({}))) as { reason?: string }).reason : "";
    toast(reason || word(lost ? "offline" : answer.status === 401 ? "ended" : "broken"), 20);
    return null;
  }

  /** Nothing came back: what was typed stays, marked. */
  private failed(changes: Change[]): void {
    const refused = changes.map((change) => {
      const cell = this.grid.cellOf(change.id, change.name);
      cell?.removeAttribute("aria-busy");
      return this.grid.faults.put(cell, { id: Number(change.id), name: change.name, message: word("offline") }, change.entered, change.before);
    });
    this.did({ steps: [], refused });
  }

  /** The cells of rows wait for nothing any more, but for what is on its way into them. */
  private settle(ids: string[]): void {
    for (const id of ids) {
      const row = this.grid.table.querySelector<HTMLTableRowElement>(`tr[data-id="${CSS.escape(id)}"]`);
      for (const cell of row ? this.grid.cells(row) : []) if (!this.awaited(id, cell.dataset.field!)) cell.removeAttribute("aria-busy");
    }
  }

  /** Rows are known anew, and drawn anew. */
  async again(ids: string[]): Promise<void> {
    for (const id of ids) this.grid.model.rows.delete(id);
    await this.grid.model.need(ids);
    await this.show(ids);
  }

  /** Draws rows as the list draws them now; what was not saved stays on top. Where they do not come, what was typed stands. */
  private async show(ids: string[]): Promise<void> {
    const query = new URLSearchParams(location.search);
    query.delete("cursor");
    query.set("part", "cells");
    for (const id of ids) query.append("id", id);
    const answer = await fetch(`${this.grid.model.entity}?${query}${centsOf(this.grid.table)}`, { headers: { "HX-Request": "true", Accept: "text/html", "X-CSRF-Token": token() } }).catch(() => null);
    const drawn = answer?.ok ? await answer.text().catch(() => null) : null;
    if (drawn === null) return this.settle(ids);
    const holder = document.createElement("template");
    holder.innerHTML = `<table>${drawn}</table>`;
    for (const row of holder.content.querySelectorAll<HTMLTableRowElement>("tr[data-id]")) redraw(this.grid, row);
    this.grid.area.dispatchEvent(new CustomEvent("kubik:changed", { bubbles: true, detail: { ids } }));
  }
}
