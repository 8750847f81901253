// A list is left when what was done in its cells is saved: a link waits for that, whoever leaves in another way is asked.
import type { Grid } from "./grid";

const LOOK = 30; // milliseconds between two looks whether an edit that was on its way has begun to be saved

const leads = (link: HTMLAnchorElement, press: MouseEvent): boolean =>
  !link.target && !link.hasAttribute("download") && !link.getAttribute("href")!.startsWith("#") && press.button === 0 && !press.ctrlKey && !press.metaKey && !press.shiftKey && !press.altKey;

/** Goes where a link leads when all is saved; what was refused stays, with its reason. */
async function follow(grid: Grid, address: string): Promise<void> {
  const before = grid.faults.size;
  while (grid.unsaved) {
    await grid.commit();
    await grid.saving.idle();
    await new Promise((resolve) => setTimeout(resolve, LOOK));
  }
  await grid.saving.idle();
  if (grid.faults.size <= before) location.assign(address);
}

export function startLeaving(grid: Grid): void {
  const over = new AbortController();
  let waits = false; // pressed again meanwhile, a link is followed at once
  const unsaved = (): boolean => {
    if (!grid.unsaved && !grid.area.isConnected) over.abort();
    return grid.unsaved;
  };
  window.addEventListener("click", (event) => {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
    if (event.defaultPrevented || !link || waits || !leads(link, event) || !unsaved()) return;
    event.preventDefault();
    waits = true;
    void follow(grid, link.href).finally(() => (waits = false));
  }, { signal: over.signal });
  window.addEventListener("beforeunload", (event) => unsaved() && event.preventDefault(), { signal: over.signal });
}
