// A row as the list draws it now, cell by cell: the focus, the choice and what was not saved stay.
import type { Grid } from "./grid";

/** A row as the list draws it now takes the place of the one that stands here. */
export function redraw(grid: Grid, drawn: HTMLTableRowElement): void {
  const id = drawn.dataset.id!;
  const row = grid.table.querySelector<HTMLTableRowElement>(`tr[data-id="${CSS.escape(id)}"]`);
  if (!row) return;
  grid.drawing = true;
  for (const now of grid.cells(drawn)) {
    const cell = grid.cells(row).find((each) => each.dataset.field === now.dataset.field);
    if (!cell || cell === grid.editor?.cell) continue;
    const awaited = grid.saving.awaited(id, now.dataset.field!);
    if (awaited) {
      awaited.before = now.innerHTML;
      continue;
    }
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
  for (const unsaved of grid.faults.ofRow(id)) {
    const cell = grid.cellOf(id, unsaved.fault.name);
    if (!cell) continue;
    unsaved.before = cell.innerHTML;
    grid.faults.draw(cell, unsaved);
  }
  grid.drawing = false;
}
