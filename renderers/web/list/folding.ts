// Groups of a list: folded and unfolded, the state kept; their heads told anew when records changed.
import type { Pages } from "./pages";
import { keep } from "./keeping";

function within(key: string, group: string): boolean {
  return key === group || key.startsWith(`${group}/`);
}

/** Shows what belongs to the groups that are open, all the way up. */
function show(pages: Pages): void {
  const closed = [...pages.table.querySelectorAll<HTMLElement>('tbody.group [data-fold][aria-expanded="false"]')].map((button) => button.closest<HTMLElement>("tbody")!.dataset.group!);
  for (const body of pages.table.tBodies) {
    const own = body.dataset.group;
    const of = body.dataset.of ?? own;
    if (of !== undefined) body.hidden = closed.some((key) => within(of, key) && key !== own);
  }
}

export function startFolding(pages: Pages): void {
  pages.table.addEventListener("click", (event) => {
    const head = (event.target as Element).closest<HTMLElement>("tr.group th");
    const button = head?.querySelector<HTMLElement>("[data-fold]");
    if (!head || !button || (event.target as Element).closest("a")) return;
    const open = button.getAttribute("aria-expanded") === "true";
    button.setAttribute("aria-expanded", String(!open));
    show(pages);
    keep(pages.area, [[open ? "closed" : "opened", head.closest<HTMLElement>("tbody")!.dataset.group!]]);
  });
  pages.area.addEventListener("kubik:loaded", () => show(pages));
}

/** The heads of an answer in the place of those shown; rows stay as they are. */
export function retell(pages: Pages, text: string): void {
  const holder = document.createElement("template");
  holder.innerHTML = `<table>${text}</table>`;
  for (const made of holder.content.querySelectorAll<HTMLElement>("tbody.group")) {
    const shown = pages.table.querySelector<HTMLElement>(`tbody.group[data-group="${CSS.escape(made.dataset.group!)}"]`);
    const open = shown?.querySelector("[data-fold]")?.getAttribute("aria-expanded");
    if (!shown) continue;
    shown.replaceChildren(...made.children);
    if (open) shown.querySelector("[data-fold]")?.setAttribute("aria-expanded", open);
  }
  const foot = holder.content.querySelector<HTMLElement>("tfoot");
  if (foot) pages.foot(foot);
}
