// Tabs of a form: one panel at a time, the others a press or an arrow away; a fault is always found.
import { fresh } from "./dom";

function tabOf(nav: HTMLElement, id: string): HTMLElement | undefined {
  return [...nav.querySelectorAll<HTMLElement>("[data-tab]")].find((tab) => tab.dataset.tab === id);
}

function open(nav: HTMLElement, id: string, focus = false): void {
  for (const tab of nav.querySelectorAll<HTMLElement>("[data-tab]")) {
    const chosen = tab.dataset.tab === id;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    document.getElementById(tab.dataset.tab!)?.toggleAttribute("data-open", chosen);
  }
  if (focus) tabOf(nav, id)?.focus();
}

/** Brings a field into sight: its tab and its section are opened. */
export function reveal(element: Element | null): void {
  const panel = element?.closest<HTMLElement>("[data-panel]");
  const nav = element?.closest("form")?.querySelector<HTMLElement>("[data-tabs]");
  if (panel && nav) open(nav, panel.id);
  for (let above = element?.closest("details"); above; above = above.parentElement?.closest("details")) above.open = true;
}

function start(nav: HTMLElement): void {
  nav.setAttribute("role", "tablist");
  const tabs = [...nav.querySelectorAll<HTMLElement>("[data-tab]")];
  for (const tab of tabs) {
    const panel = document.getElementById(tab.dataset.tab!)!;
    tab.setAttribute("role", "tab");
    tab.id = `${panel.id}-tab`;
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("role", "tabpanel");
    panel.removeAttribute("aria-label");
    panel.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", (event) => {
      event.preventDefault();
      open(nav, panel.id, true);
    });
  }
  nav.addEventListener("keydown", (event) => {
    const at = tabs.indexOf(document.activeElement as HTMLElement);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[event.code];
    if (at < 0 || to === undefined) return;
    event.preventDefault();
    open(nav, tabs[(to + tabs.length) % tabs.length]!.dataset.tab!, true);
  });
  const shown = tabs.find((tab) => document.getElementById(tab.dataset.tab!)?.hasAttribute("data-open")) ?? tabs[0]!;
  open(nav, shown.dataset.tab!);
}

export function startTabs(root: ParentNode): void {
  fresh<HTMLElement>(root, "[data-tabs]", "tabbed").forEach(start);
}
