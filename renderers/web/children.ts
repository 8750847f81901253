// Child rows in a form: every list becomes a table that is worked like a spreadsheet; see rows/.
import { fresh } from "./dom";
import { tableOf } from "./rows/table";
import "./rows/keys";
import "./rows/clipboard";
import "./rows/pointer";
import "./rows/sheet";
import "./rows/conditions";
import "./rows/frame";
import "./rows/widths";

export function startChildren(root: ParentNode): void {
  for (const block of fresh<HTMLElement>(root, "[data-rows]", "rowed")) {
    const table = tableOf(block);
    block.closest("form")?.addEventListener("kubik:recalculated", () => table.total());
  }
}
