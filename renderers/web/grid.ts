// Cells of lists edited in place: the scripts of it are loaded where a list is that a keyboard or a mouse can work in.
import { brought, fresh } from "./dom";

const script = brought(() => import("./grid/grid"));

export function startGrids(root: ParentNode): void {
  for (const area of fresh<HTMLElement>(root, "#list[data-list]", "gridded")) {
    if (area.querySelector("#rows [data-field]") && area.querySelector("[data-grid]")) script(({ Grid }) => area.isConnected && new Grid(area));
  }
}
