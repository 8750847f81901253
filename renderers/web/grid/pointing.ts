// The mouse in a grid: a press puts the focus, a drag or Shift chooses a range.
import type { Grid } from "./grid";

export function point(grid: Grid, event: PointerEvent): void {
  const cell = grid.at(event.target);
  if (!cell || event.button !== 0 || event.pointerType === "touch" || (event.target as Element).closest("a, button, input, label, .cell-edit")) return;
  event.preventDefault();
  grid.press(() => {
    grid.began = null;
    if (event.shiftKey && grid.cell) {
      grid.choice.between(grid.cell, cell);
      grid.focusCell(grid.cell);
    } else {
      grid.choice.clear();
      grid.focusCell(cell);
    }
  });
  if (event.shiftKey) return;
  const over = (moved: PointerEvent): void => {
    const to = grid.at(document.elementFromPoint(moved.clientX, moved.clientY));
    if (to && (to !== cell || grid.choice.there)) grid.choice.between(cell, to);
  };
  grid.table.addEventListener("pointermove", over);
  addEventListener("pointerup", () => grid.table.removeEventListener("pointermove", over), { once: true });
}
