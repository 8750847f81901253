// Rich texts: the editor is loaded when there is one on the page.
import { brought, fresh } from "./dom";

const script = brought(() => import("./rich/editor"));

/** What is typed before the editor has come stands behind what is written, and so does what is typed into the editor then. */
function behind(area: HTMLTextAreaElement): void {
  const end = area.value.search(/(<\/\w+>)*\s*$/);
  const put = (): void => area.setSelectionRange(end, end);
  if (document.activeElement === area) put();
  else area.addEventListener("focus", put, { once: true });
}

export function startRich(root: ParentNode): void {
  const areas = fresh<HTMLTextAreaElement>(root, "textarea[data-rich]", "riched").filter((area) => !area.closest("template"));
  if (areas.length === 0) return;
  areas.forEach(behind);
  script(({ mount }) => {
    for (const area of areas) if (area.isConnected) mount(area);
  });
}
