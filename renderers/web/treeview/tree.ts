// A tree: levels brought when they are opened, rows walked by keys, a record moved under another by mouse, finger or keys.
import { word } from "../dom";
import { again } from "../list/keeping";
import { sendAside } from "../sending";
import { toast } from "../toasts";
import { startDragging } from "./dragging";

const UNDO = 10; // seconds that the undo notice stands
const rowOf = (id: string): string => `.treeview tr[data-id="${CSS.escape(id)}"]`;
const level = (row: HTMLElement): number => Number(row.dataset.level);

/** Moves are sent one after another, also those made before the tree is drawn anew. */
let moving: Promise<void> = Promise.resolve();

/** What is carried stays so when the tree is drawn anew. */
let carried: { tree: string; id: string } | null = null;

export class Tree {
  /** The row that is carried by keys. */
  private lifted: HTMLElement | null = null;

  constructor(readonly root: HTMLElement) {
    const first = this.rows()[0];
    if (first) first.tabIndex = 0;
    this.carry(carried?.tree === root.dataset.tree ? root.querySelector<HTMLElement>(`tr[data-id="${CSS.escape(carried!.id)}"]`) : null);
    root.addEventListener("click", (event) => void this.pressed(event));
    root.addEventListener("keydown", (event) => this.keyed(event));
    root.addEventListener("focusin", (event) => this.focused(event));
    startDragging(this);
  }

  rows(): HTMLElement[] {
    return [...this.root.querySelectorAll<HTMLElement>("tr[data-id]")];
  }

  name(row: HTMLElement): string {
    return row.querySelector<HTMLElement>(".tname > a:not(.tfold)")?.textContent?.trim() ?? "";
  }

  /** The rows below one, at whatever depth. */
  below(row: HTMLElement): HTMLElement[] {
    const found: HTMLElement[] = [];
    for (let next = row.nextElementSibling; next instanceof HTMLElement; next = next.nextElementSibling) {
      if (next.dataset.id !== undefined && level(next) <= level(row)) break;
      if (next.dataset.id === undefined && (next.dataset.of ?? "") !== row.dataset.id && !found.length) break;
      found.push(next);
    }
    return found;
  }

  above(row: HTMLElement): HTMLElement | null {
    for (let before = row.previousElementSibling; before instanceof HTMLElement; before = before.previousElementSibling) if (before.dataset.id !== undefined && level(before) < level(row)) return before;
    return null;
  }

  private focused(event: FocusEvent): void {
    const row = (event.target as Element).closest<HTMLElement>("tr[data-id]");
    if (!row) return;
    for (const each of this.rows()) each.tabIndex = each === row ? 0 : -1;
  }

  private async pressed(event: MouseEvent): Promise<void> {
    const target = event.target as Element;
    const more = target.closest<HTMLElement>("[data-more-rows]");
    if (more) {
      const line = more.closest("tr")!;
      const rows = await this.fetch(more.dataset.moreRows!);
      if (rows) line.replaceWith(...rows);
      return;
    }
    const fold = target.closest<HTMLElement>("[data-fold]");
    if (!fold || event.ctrlKey || event.metaKey || event.button) return;
    event.preventDefault();
    await this.turn(fold.closest("tr")!);
  }

  private async fetch(address: string): Promise<Element[] | null> {
    const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (!answer?.ok) {
      toast(word(answer ? "broken" : "offline"), 20);
      return null;
    }
    const part = document.createElement("template");
    part.innerHTML = `<table><tbody>${await answer.text()}</tbody></table>`;
    return [...part.content.querySelectorAll("tr")];
  }

  /** Opens a row or folds it; what was opened is remembered in the address. */
  async turn(row: HTMLElement): Promise<void> {
    const open = row.getAttribute("aria-expanded") === "true";
    this.expand(row, !open);
    if (open) return this.below(row).forEach((each) => each.remove());
    const rows = await this.fetch(row.dataset.part!);
    if (!rows) return this.expand(row, false);
    if (!row.isConnected || row.getAttribute("aria-expanded") !== "true" || this.below(row).length) return; // folded or drawn anew meanwhile
    for (const each of rows) if (each instanceof HTMLElement && each.dataset.id === undefined) each.dataset.of = row.dataset.id!;
    row.after(...rows);
  }

  private expand(row: HTMLElement, open: boolean): void {
    row.setAttribute("aria-expanded", String(open));
    if (row.isConnected) this.remember();
  }

  private remember(): void {
    const address = new URL(location.href);
    address.searchParams.delete("open");
    const open = this.root.querySelectorAll<HTMLElement>('tr[aria-expanded="true"]');
    if (!open.length) address.searchParams.append("open", ""); // all folded is a word, too
    for (const row of open) address.searchParams.append("open", row.dataset.id!);
    history.replaceState(history.state, "", address);
  }

  private keyed(event: KeyboardEvent): void {
    const row = (event.target as Element).closest<HTMLElement>("tr[data-id]");
    if (!row || event.target !== row || event.altKey || event.metaKey) return;
    if (event.ctrlKey) {
      if (event.code === "KeyX" && !row.classList.contains("fixed")) this.lift(row);
      else if (event.code === "KeyV" && this.lifted) this.drop(row);
      else return;
      return event.preventDefault();
    }
    const rows = this.rows();
    const at = rows.indexOf(row);
    const expanded = row.getAttribute("aria-expanded");
    const go = (to: HTMLElement | null | undefined) => to?.focus();
    switch (event.key) {
      case "ArrowDown": go(rows[at + 1]); break;
      case "ArrowUp": go(rows[at - 1]); break;
      case "Home": go(rows[0]); break;
      case "End": go(rows.at(-1)); break;
      case "ArrowRight":
        if (expanded === "false") void this.turn(row);
        else if (expanded === "true") go(this.below(row).find((each) => each.dataset.id !== undefined));
        break;
      case "ArrowLeft":
        if (expanded === "true") void this.turn(row);
        else go(this.above(row));
        break;
      case "Enter":
        if (this.lifted) this.drop(row);
        else row.querySelector<HTMLAnchorElement>(".tname > a:not(.tfold)")?.click();
        break;
      case "Escape":
        if (!this.lifted) return;
        this.lift(null);
        break;
      default:
        if (event.code !== "KeyT" || !this.lifted) return;
        this.drop(null);
    }
    event.preventDefault();
  }

  private carry(row: HTMLElement | null): void {
    this.lifted?.classList.remove("lifted");
    this.lifted = row;
    carried = row && { tree: this.root.dataset.tree!, id: row.dataset.id! };
    row?.classList.add("lifted");
  }

  private lift(row: HTMLElement | null): void {
    this.carry(row);
    if (row) this.say("sayLifted", this.name(row));
  }

  private drop(under: HTMLElement | null): void {
    const row = this.lifted;
    this.lift(null);
    if (row && row !== under) this.move(row, under?.dataset.id ?? "", under ? this.name(under) : "");
  }

  say(name: string, ...values: string[]): void {
    const text = this.root.dataset[name] ?? "";
    this.root.querySelector("[data-said]")!.textContent = ["%", "#"].reduce((filled, sign, index) => filled.replace(sign, values[index] ?? ""), text);
  }

  move(row: HTMLElement, under: string, place: string, undoing = false): void {
    const [id, name, at] = [row.dataset.id!, this.name(row), document.activeElement];
    moving = moving.then(() => this.send(row, [id, name], at, under, place, undoing)).catch(reportError);
  }

  /** Sends a move, shows the tree as it is then, and offers to take it back. */
  private async send(row: HTMLElement, [id, name]: [string, string], at: Element | null, under: string, place: string, undoing: boolean): Promise<void> {
    const answer = await sendAside(`${this.root.dataset.tree}/${id}`, new URLSearchParams({ view: this.root.dataset.view!, under })).catch(() => null);
    if (!answer) return toast(word("offline"), 20);
    const said = (await answer.json().catch(() => ({}))) as { reason?: string; was?: number | null };
    if (!answer.ok) return toast(said.reason || word("broken"), 12);
    if (!new URLSearchParams(location.search).has("open")) this.remember(); // what is open by itself stays so
    const address = new URL(location.href);
    if (under && !address.searchParams.getAll("open").includes(under)) address.searchParams.append("open", under);
    history.replaceState(history.state, "", address);
    await again((had) => (had === at ? rowOf(id) : had.closest(".treeview") && rowOf(had.closest<HTMLElement>("tr")?.dataset.id ?? id)));
    const root = document.querySelector<HTMLElement>(".treeview");
    const words = root?.dataset[under ? "sayMoved" : "sayTop"] ?? "";
    root?.querySelector("[data-said]")?.replaceChildren(words.replace("%", name).replace("#", place));
    if (!undoing) toast(this.root.dataset.moved!, UNDO, { label: this.root.dataset.undo!, run: () => this.move(row, said.was ? String(said.was) : "", "", true) });
  }
}
