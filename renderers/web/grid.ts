// Cells of lists edited in place: the scripts of it are loaded where a list is that a keyboard or a mouse can work in.
import { fresh } from "./dom";

export function startGrids(root: ParentNode): void {
  for (const area of fresh<HTMLElement>(root, "#list[data-list]", "gridded")) {
    if (area.querySelector("#rows [data-field]") && area.querySelector("[data-grid]")) void import("./grid/grid").then(({ Grid }) => area.isConnected && new Grid(area));
  }
}
