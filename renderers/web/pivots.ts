// Reports: areas of fields, the table as a grid of figures, the chart; what was open and in focus stays so when it is drawn anew.
import { fresh } from "./dom";
import { startAreas } from "./pivots/areas";
import { startFieldList } from "./pivots/fields";
import { startPanel } from "./pivots/panel";
import { startTable } from "./pivots/table";

/** The charts are drawn by a library that is larger than all else here: it comes only where one stands. */
async function draw(box: HTMLElement): Promise<void> {
  const { drawChart } = await import("./pivots/vega");
  await drawChart(box);
}

export function startReports(root: ParentNode): void {
  for (const report of fresh<HTMLElement>(root, "[data-report]", "reported")) {
    startAreas(report);
    startFieldList(report);
    const table = report.querySelector<HTMLTableElement>("[data-pivot]");
    if (table) startTable(table);
    startPanel(report);
  }
  for (const box of fresh<HTMLElement>(root, "[data-vega]", "drawn")) void draw(box);
}
