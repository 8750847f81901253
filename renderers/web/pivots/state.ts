// What a report keeps while it is drawn anew, and how fields are put, moved and taken out.
declare const window: Window & { htmx: { ajax(method: string, path: string, options: object): Promise<void> } };

export interface Kept {
  report: HTMLElement;
  open: boolean;
  scroll: number;
  find: string;
  inner: string[];
  focus: string;
  say: string;
}

let kept: Kept | null = null;
let putting: Promise<void> = Promise.resolve();
let left = 0;

/** Remembers how the panel stands; ``focus`` is the selector of what has the focus afterwards. */
export function remember(report: HTMLElement, focus = "", say = ""): void {
  kept = {
    report,
    open: report.querySelector<HTMLDetailsElement>("[data-rpanel]")?.open ?? false,
    scroll: report.querySelector(".rside")?.scrollTop ?? 0,
    find: report.querySelector<HTMLInputElement>("[data-rfind]")?.value ?? "",
    inner: [...report.querySelectorAll<HTMLElement>(".rinner[open]")].map((each) => each.parentElement!.querySelector<HTMLButtonElement>(":scope > .rfield")?.value ?? ""),
    focus,
    say,
  };
}

export function recall(): Kept | null {
  const found = kept;
  kept = null;
  return found;
}

/** Whether the report is still to be drawn as it was changed; `then` is done when it is. */
export function drawing(then: () => void): boolean {
  if (left) void putting.then(then);
  return left > 0;
}

/** Asks the server for the report with a field somewhere else: of what was asked before that is drawn, nothing is lost. */
export function put(changes: Record<string, string>, focus: string, say = ""): void {
  left += 1;
  putting = putting.then(() => ask(changes, focus, say)).catch(reportError).finally(() => (left -= 1));
}

async function ask(changes: Record<string, string>, focus: string, say: string): Promise<void> {
  const report = document.querySelector<HTMLElement>("[data-report]");
  if (!report) return;
  const address = new URL(report.dataset.put ?? "", location.href);
  for (const [name, value] of Object.entries(changes)) if (value) address.searchParams.set(name, value);
  remember(report, focus, say);
  await window.htmx.ajax("GET", address.pathname + address.search, { source: report, target: "#list", swap: "outerHTML" });
}

/** A condition about a field: its form opens beside the others. */
export function condition(report: HTMLElement, field: string): void {
  const menu = report.querySelector<HTMLDetailsElement>("details.fmenu:has([data-fadd])");
  const box = menu?.querySelector<HTMLElement>("[data-fpart]");
  if (!menu || !box) return;
  const plain = box.dataset.fpart!;
  box.dataset.fpart = `${plain}&_field=${encodeURIComponent(field)}`;
  delete box.dataset.loaded;
  menu.open = true;
  menu.addEventListener("toggle", function closed() {
    if (menu.open) return;
    box.dataset.fpart = plain;
    delete box.dataset.loaded;
    menu.removeEventListener("toggle", closed);
  });
}

/** A word of the page for what is told to screen readers. */
export function words(report: HTMLElement, name: string): string {
  return report.querySelector<HTMLElement>("[data-report-words]")?.getAttribute(`data-word-${name}`) ?? "";
}
