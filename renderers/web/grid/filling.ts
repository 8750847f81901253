// Many cells at once: emptied, or filled with what stands above them.
import type { Grid } from "./grid";
import { said } from "./words";

/** Empties the chosen cells, or fills them with what stands above. */
export function fill(grid: Grid, cell: HTMLElement, above: boolean): void {
  const chosen = grid.choice.there ? grid.choice.cells() : [[cell]];
  const many = above && chosen.length > 1;
  const [row, column] = grid.choice.place(chosen[0]![0]!);
  const source = above ? (many ? chosen[0]! : row > 0 ? grid.cells(grid.rows()[row - 1]!).slice(column, column + chosen[0]!.length) : []) : [];
  if (above && !source.length) return;
  const targets = many ? chosen.slice(1) : chosen;
  const ids = [...new Set([...targets.flat(), ...source].map((each) => grid.nameOf(each)[0]))];
  void grid.saving.when(ids, () => {
    const changes = targets.flatMap((line) => line.flatMap((target, at) => {
      const [id, name] = grid.nameOf(target);
      if (!grid.model.editable(id, name)) return [];
      const empty = grid.model.columns[name]!.kind === "boolean" ? "false" : "";
      const from = above && source[at] ? grid.saving.stands(grid.nameOf(source[at]!)[0], name) : { text: empty, typed: false };
      const shown = above ? (source[at]?.textContent?.trim() ?? "") : "";
      return from.text === grid.saving.stands(id, name).text ? [] : [{ id, name, entered: { ...from, shown } }];
    }));
    if (!changes.length && targets.flat().length === 1 && !grid.model.editable(...grid.nameOf(cell))) grid.refuse(cell);
    return { changes, told: changes.length > 1 ? said("changed", changes.length) : "" };
  });
}
