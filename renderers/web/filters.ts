// Filters above lists and boards: chips with a popover each, the choice of a field, expressions.
import { fresh } from "./dom";
import { startBuilder } from "./filters/builder";
import { startChoosing } from "./filters/choose";
import { startWriting } from "./filters/expression";
import { refocus, startPopover } from "./filters/popover";

export function startFilters(root: ParentNode): void {
  fresh<HTMLDetailsElement>(root, "details.fmenu", "fmenued").forEach(startPopover);
  fresh<HTMLElement>(root, "[data-fbuilder]", "fbuilt").forEach(startBuilder);
  fresh<HTMLElement>(root, "[data-fchoose]", "fchosen").forEach(startChoosing);
  fresh<HTMLElement>(root, "[data-fexpression]", "fwritten").forEach(startWriting);
  // on a page of its own the operator is taken by its button
  for (const select of fresh<HTMLSelectElement>(root, ".fpage [data-fop]", "fopped")) {
    const again = select.form?.querySelector<HTMLButtonElement>("[data-fagain]");
    if (!again) continue;
    again.hidden = true;
    select.addEventListener("change", () => select.form?.requestSubmit(again));
  }
  for (const bar of fresh<HTMLDetailsElement>(root, "details.filters[data-filters]", "fbarred")) {
    const close = bar.querySelector<HTMLElement>("[data-fclose]");
    if (close) close.hidden = false;
    close?.addEventListener("click", () => {
      bar.open = false;
      bar.querySelector("summary")?.focus();
    });
    refocus(bar);
  }
}
