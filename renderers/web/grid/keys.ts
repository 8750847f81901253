// The keys of a grid while no cell is in edit.
import { fill } from "./filling";
import type { Grid } from "./grid";

const ARROWS: Record<string, [number, number]> = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const FAR = 1_000_000;

/** The place of a page up or down: as many rows as are in sight. */
const page = (grid: Grid): number => {
  const scroller = grid.area.querySelector<HTMLElement>(".scroll");
  const row = grid.rows()[0];
  return Math.max(1, Math.floor(((scroller?.clientHeight ?? 600) - 40) / (row?.offsetHeight || 32)) - 1);
};

/** Does what a key means; whether it means anything here. */
export function moves(grid: Grid, event: KeyboardEvent, cell: HTMLElement): boolean {
  const command = event.ctrlKey || event.metaKey;
  const arrow = ARROWS[event.code];
  if (arrow && !event.altKey) {
    grid.began = null;
    const [rows, columns] = command ? [arrow[0] * FAR, arrow[1] * FAR] : arrow;
    if (event.shiftKey) grid.choice.extend(cell, rows, columns);
    else {
      grid.choice.clear();
      grid.go(rows, columns);
    }
    return true;
  }
  if (command && !event.altKey) return commands(grid, event, cell);
  if (event.altKey) {
    if (event.code !== "Enter") return false;
    cell.closest("tr")!.querySelector<HTMLAnchorElement>("td.name a")?.click();
    return true;
  }
  return plain(grid, event, cell);
}

function commands(grid: Grid, event: KeyboardEvent, cell: HTMLElement): boolean {
  switch (event.code) {
    case "KeyD":
      fill(grid, cell, true);
      return true;
    case "KeyZ":
      void grid.saving.turn(!event.shiftKey);
      return true;
    case "KeyY":
      void grid.saving.turn(false);
      return true;
    case "Home":
      grid.go(-FAR, -FAR);
      return true;
    case "End":
      grid.go(FAR, FAR);
      return true;
  }
  return false;
}

function plain(grid: Grid, event: KeyboardEvent, cell: HTMLElement): boolean {
  switch (event.code) {
    case "Enter":
    case "NumpadEnter":
    case "F2":
      void grid.edit(cell);
      return true;
    case "Home":
    case "End":
      grid.go(0, event.code === "Home" ? -FAR : FAR);
      return true;
    case "PageUp":
    case "PageDown":
      grid.go(event.code === "PageUp" ? -page(grid) : page(grid), 0);
      return true;
    case "Delete":
    case "Backspace":
      fill(grid, cell, false);
      return true;
    case "Escape":
      return escape(grid, cell);
    case "Tab":
      return tab(grid, event, cell);
    case "Space":
      return space(grid, event, cell);
  }
  return letter(grid, event, cell);
}

/** Esc: first the rectangle goes, then what was not saved; then the page has its word. */
function escape(grid: Grid, cell: HTMLElement): boolean {
  if (grid.choice.there) {
    grid.choice.clear();
    return true;
  }
  const [id, name] = grid.nameOf(cell);
  if (!grid.faults.at(id, name)) return false;
  grid.faults.drop(cell, id, name, true);
  grid.note.hide();
  return true;
}

/** Tab goes through the cells of a row, and out of the table behind the last one. */
function tab(grid: Grid, event: KeyboardEvent, cell: HTMLElement): boolean {
  const by = event.shiftKey ? -1 : 1;
  const to = grid.near(cell, 0, by);
  if (to !== cell) {
    if (by > 0) grid.began ??= cell.dataset.field!;
    grid.focusCell(to);
    return true;
  }
  const edge = document.createElement("span");
  edge.tabIndex = -1;
  grid.table[by > 0 ? "after" : "before"](edge);
  edge.focus({ preventScroll: true });
  edge.addEventListener("blur", () => edge.remove());
  return false;
}

/** Space: yes or no; in other cells it chooses the row, as everywhere in a list, and at once: what is pressed next comes behind it. */
function space(grid: Grid, event: KeyboardEvent, cell: HTMLElement): boolean {
  const [, name] = grid.nameOf(cell);
  if (event.shiftKey || !grid.table.querySelector(`th[data-field="${CSS.escape(name)}"][data-ticks]`)) return false;
  grid.tick(cell);
  return true;
}

function letter(grid: Grid, event: KeyboardEvent, cell: HTMLElement): boolean {
  if (event.key.length !== 1 || event.key === " ") return false;
  if (event.key === "?" || (event.shiftKey && event.code === "Slash")) return false;
  void grid.edit(cell, event.key);
  return true;
}
