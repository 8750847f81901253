// The panel of a report: its menus float over the page, it is a sheet on a phone, and it stands as it stood before.
import { recall, remember } from "./state";

const EDGE = 8;
const narrow = () => matchMedia("(max-width: 767px)").matches;

/** The menu of a field beside it, never beyond the window. */
function place(menu: HTMLDetailsElement): void {
  const box = menu.querySelector<HTMLElement>(":scope > .drop, :scope > .fdrop");
  if (!box || !menu.open || narrow()) return;
  const beside = menu.querySelector("summary")!.getBoundingClientRect();
  box.style.position = "fixed";
  box.style.right = "auto";
  box.style.left = `${beside.left}px`;
  if (box.classList.contains("drop")) box.style.width = `${Math.max(beside.width, 224)}px`;
  box.style.maxHeight = `${innerHeight - 2 * EDGE}px`;
  box.style.overflowY = "auto";
  box.style.top = `${Math.max(EDGE, Math.min(beside.bottom + 4, innerHeight - EDGE - box.offsetHeight))}px`;
}

function sheet(panel: HTMLDetailsElement): void {
  const close = panel.querySelector<HTMLElement>("[data-rclose]");
  const shut = () => {
    panel.open = false;
    panel.querySelector("summary")?.focus();
  };
  if (close) {
    close.hidden = !narrow();
    close.addEventListener("click", shut);
  }
  panel.addEventListener("keydown", (event) => {
    if (event.code !== "Escape" || !panel.open || !narrow() || panel.querySelector("details.menu[open]")) return;
    event.stopPropagation();
    shut();
  });
}

export function startPanel(report: HTMLElement): void {
  const panel = report.querySelector<HTMLDetailsElement>("[data-rpanel]");
  const side = report.querySelector<HTMLElement>(".rside");
  if (!panel || !side) return;
  sheet(panel);
  for (const menu of side.querySelectorAll<HTMLDetailsElement>("details.menu")) {
    menu.addEventListener("toggle", () => place(menu));
    const box = menu.querySelector<HTMLElement>(":scope > .fdrop");
    if (box) new ResizeObserver(() => place(menu)).observe(box);
  }
  side.addEventListener("scroll", () => side.querySelectorAll<HTMLDetailsElement>("details.menu[open]").forEach(place));
  report.addEventListener(
    "click",
    (event) => {
      const link = (event.target as Element).closest<HTMLElement>("a[hx-get]");
      if (!link || link.matches("[data-radd]")) return;
      const menu = link.closest<HTMLDetailsElement>("details.menu");
      const head = menu?.querySelector("summary")?.id;
      remember(report, menu?.id ? `#${menu.id} > summary` : head ? `#${head}` : link.id ? `#${link.id}` : "");
    },
    { capture: true },
  );
  const kept = recall();
  if (!kept) return;
  panel.open = kept.open;
  side.scrollTop = kept.scroll;
  for (const name of kept.inner) side.querySelector<HTMLElement>(`.rfield[value="${CSS.escape(name)}"]`)?.parentElement?.querySelector<HTMLDetailsElement>(":scope > .rinner")?.setAttribute("open", "");
  const says = report.querySelector<HTMLElement>("[data-report-says]");
  if (says && kept.say) setTimeout(() => (says.textContent = kept.say), 50);
  const [find, typed] = [report.querySelector<HTMLInputElement>("[data-rfind]"), kept.report.querySelector<HTMLInputElement>("[data-rfind]")?.value ?? ""];
  if (find && typed) {
    find.value = typed;
    find.dispatchEvent(new Event("input"));
  }
  if (typed !== kept.find) find?.focus(); // somebody is writing there
  else if (kept.focus) {
    const found = kept.focus.split(", ").map((each) => report.querySelector<HTMLElement>(each)).find((each) => each !== null);
    found?.focus({ preventScroll: true });
  }
}
