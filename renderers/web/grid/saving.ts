// Cells on their way to the server: one request for all that were changed together, one save after another.
import { askMove } from "../move";
import { sendAside } from "../sending";
import { token, word } from "../dom";
import { toast } from "../toasts";
import type { Entered } from "./editor";
import type { Grid } from "./grid";
import type { Fault, Saved, Step } from "./model";
import { said } from "./words";

export interface Change {
  id: string;
  name: string;
  entered: Entered;
  /** The version it is put on top of, when that is not the one the grid knows: somebody's change was looked at. */
  version?: number;
  was?: string;
}

const MOST = 100;

export class Saving {
  private readonly done: Step[][] = [];
  private readonly undone: Step[][] = [];
  private waiting: Promise<unknown> = Promise.resolve();

  constructor(readonly grid: Grid) {}

  /** Saves cells; what is told when some were saved, and whether it is told at all. */
  save(changes: Change[], told = ""): Promise<void> {
    for (const change of changes) {
      const cell = this.grid.cellOf(change.id, change.name);
      if (!cell) continue;
      this.grid.faults.drop(cell, change.id, change.name, false);
      this.pending(cell, change.entered.shown);
    }
    return this.next(() => this.send(changes, told));
  }

  /** The last save is taken back, or made again. */
  turn(back: boolean): Promise<void> {
    return this.next(() => this.undo(back));
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
    if (!saved) return this.failed(changes);
    this.grid.model.take(saved.rows);
    if (saved.steps.length) {
      this.done.push(saved.steps);
      if (this.done.length > MOST) this.done.shift();
      this.undone.length = 0;
    }
    await this.show([...rows.keys()]);
    const moved = await this.asked(changes, saved.faults);
    const faults = saved.faults.filter((fault) => !moved.has(fault));
    for (const fault of faults) {
      const change = changes.find((each) => each.id === String(fault.id) && each.name === fault.name);
      if (change) this.grid.faults.put(this.grid.cellOf(change.id, change.name), fault, change.entered);
    }
    this.tell(changes.length, faults, told);
  }

  private tell(count: number, faults: Fault[], told: string): void {
    const undo = { label: said("undo"), run: () => void this.turn(true) };
    if (faults.length && count === 1) {
      this.grid.announce(faults[0]!.message);
      this.grid.look(faults[0]!);
    } else if (faults.length) {
      toast([told, said("kept", faults.length)].filter(Boolean).join(". "), 10, count > faults.length ? undo : undefined);
    } else if (told) toast(told, 6, undo);
    else this.grid.announce(said("saved"));
  }

  /** A stage that asks for more: its dialog, when one cell alone was changed. */
  private async asked(changes: Change[], faults: Fault[]): Promise<Set<Fault>> {
    const fault = faults.find((each) => each.move);
    if (!fault || changes.length !== 1) return new Set();
    const moved = await askMove(`${this.grid.model.entity}/${fault.id}/move?${new URLSearchParams({ to: fault.move!, _stay: "1" })}`);
    await this.again([String(fault.id)]);
    this.grid.focusCell(this.grid.cellOf(String(fault.id), fault.name));
    if (moved) this.grid.announce(said("saved"));
    return new Set([fault]);
  }

  private async undo(back: boolean): Promise<void> {
    const steps = (back ? this.done : this.undone).pop();
    if (!steps) return toast(said(back ? "nothingUndone" : "nothingRedone"), 3);
    const turned = await this.post("undo", "steps", steps);
    if (!turned) return void (back ? this.done : this.undone).push(steps);
    if (turned.steps.length) (back ? this.undone : this.done).push(turned.steps);
    this.grid.model.take(turned.rows);
    await this.show(steps.map((step) => String(step.id)));
    const first = steps[0];
    if (first) this.grid.focusCell(this.grid.cellOf(String(first.id), first.names[0] ?? ""));
    const words = said(back ? "undone" : "redone");
    toast(turned.faults.length ? `${words}. ${turned.faults[0]!.message}` : words, turned.faults.length ? 10 : 4);
  }

  private async post(what: string, name: string, content: unknown): Promise<Saved | null> {
    const { entity, names } = this.grid.model;
    const answer = await sendAside(`${entity}/cells/${what}`, new URLSearchParams({ [name]: JSON.stringify(content), fields: names.join(",") })).catch(() => null);
    if (answer?.ok) return (await answer.json()) as Saved;
    const reason = answer && answer.status < 500 ? ((await answer.json().catch(() => ({}))) as { reason?: string }).reason : "";
    toast(reason || word(answer ? (answer.status === 401 ? "ended" : "broken") : "offline"), 20);
    return null;
  }

  /** Nothing came back: what was typed stays, marked. */
  private failed(changes: Change[]): void {
    for (const change of changes) {
      const cell = this.grid.cellOf(change.id, change.name);
      cell?.removeAttribute("aria-busy");
      this.grid.faults.put(cell, { id: Number(change.id), name: change.name, message: word("offline") }, change.entered);
    }
  }

  /** Rows are known anew, and drawn anew. */
  async again(ids: string[]): Promise<void> {
    for (const id of ids) this.grid.model.rows.delete(id);
    await this.grid.model.need(ids);
    await this.show(ids);
  }

  /** Draws rows as the list draws them now; what was not saved stays on top. */
  private async show(ids: string[]): Promise<void> {
    const query = new URLSearchParams(location.search);
    query.delete("cursor");
    query.set("part", "cells");
    for (const id of ids) query.append("id", id);
    const answer = await fetch(`${this.grid.model.entity}?${query}`, { headers: { "HX-Request": "true", Accept: "text/html", "X-CSRF-Token": token() } }).catch(() => null);
    if (!answer?.ok) return;
    const holder = document.createElement("template");
    holder.innerHTML = `<table>${await answer.text()}</table>`;
    for (const drawn of holder.content.querySelectorAll<HTMLTableRowElement>("tr[data-id]")) this.grid.redraw(drawn);
    this.grid.area.dispatchEvent(new CustomEvent("kubik:changed", { bubbles: true, detail: { ids } }));
  }
}
