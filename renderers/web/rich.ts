// Rich texts: the editor is loaded when there is one on the page.
import { fresh } from "./dom";

export function startRich(root: ParentNode): void {
  const areas = fresh<HTMLTextAreaElement>(root, "textarea[data-rich]", "riched").filter((area) => !area.closest("template"));
  if (areas.length === 0) return;
  void import("./rich/editor").then(({ mount }) => {
    for (const area of areas) if (area.isConnected) mount(area);
  });
}
