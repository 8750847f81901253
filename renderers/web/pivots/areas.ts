// Fields between and within the areas of a report: dragged with a mouse, moved by keys, or through the menu of each.
import { swallowClick } from "../presses";
import { condition, drawing, put, words } from "./state";

const FAR = 6; // pixels that make a press a drag

const AREAS = ["rows", "columns", "values"];

interface Spot {
  area: string;
  place: number;
}

const chips = (zone: Element): HTMLElement[] => [...zone.querySelectorAll<HTMLElement>("[data-chip]")];
const nameOf = (lifted: HTMLElement): string => lifted.querySelector(".ell")?.textContent?.trim() ?? "";

function told(report: HTMLElement, name: string, spot: Spot): string {
  return words(report, "moved").replace("%", name).replace("#", words(report, spot.area)).replace("@", String(spot.place + 1));
}

class Drag {
  private ghost: HTMLElement | null = null;
  private spot: Spot | null = null;

  constructor(
    readonly report: HTMLElement,
    readonly lifted: HTMLElement,
    readonly from: { x: number; y: number },
  ) {
    const { signal } = this.over;
    addEventListener("pointermove", (event) => this.move(event), { signal });
    addEventListener("pointerup", () => this.drop(), { signal });
    addEventListener("pointercancel", () => this.end(), { signal });
    addEventListener("keydown", (event) => event.code === "Escape" && this.end(), { signal });
  }

  private readonly over = new AbortController();

  private move(event: PointerEvent): void {
    if (!this.ghost) {
      if (Math.hypot(event.clientX - this.from.x, event.clientY - this.from.y) < FAR) return;
      this.begin();
    }
    this.ghost!.style.left = `${event.clientX + 8}px`;
    this.ghost!.style.top = `${event.clientY + 8}px`;
    this.mark(event.clientX, event.clientY);
  }

  private begin(): void {
    this.ghost = document.createElement("div");
    this.ghost.className = "rghost";
    this.ghost.textContent = nameOf(this.lifted);
    document.body.append(this.ghost);
    this.lifted.classList.add("lifted");
    for (const zone of this.report.querySelectorAll("[data-zone]")) zone.classList.add("hot");
    getSelection()?.removeAllRanges();
    swallowClick(); // the press that ends a drag opens no menu and puts no field
  }

  private mark(x: number, y: number): void {
    this.unmark();
    const zone = document.elementFromPoint(x, y)?.closest<HTMLElement>("[data-zone]");
    if (!zone) return void (this.spot = null);
    zone.classList.add("over");
    const others = chips(zone).filter((chip) => chip !== this.lifted);
    const before = others.findIndex((chip) => y < chip.getBoundingClientRect().top + chip.offsetHeight / 2);
    this.spot = { area: zone.dataset.zone!, place: before < 0 ? others.length : before };
    if (before >= 0) others[before]!.classList.add("before");
    else zone.querySelector(".rdrops")?.classList.add("last");
  }

  private unmark(): void {
    for (const each of this.report.querySelectorAll(".over, .before, .last")) each.classList.remove("over", "before", "last");
  }

  private drop(): void {
    const { spot, ghost, report, lifted } = this;
    this.end();
    if (!spot || !ghost) return;
    const field = lifted instanceof HTMLButtonElement ? lifted.value : "";
    if (spot.area === "filter") return field ? condition(report, field) : undefined;
    const changes = { to: spot.area, place: String(spot.place), ...(field ? { add: field } : { move: lifted.dataset.chip! }) };
    put(changes, `#chip-${spot.area}-${spot.place}`, told(report, nameOf(lifted), spot));
  }

  private end(): void {
    this.over.abort();
    this.unmark();
    this.ghost?.remove();
    this.lifted.classList.remove("lifted");
    for (const zone of this.report.querySelectorAll(".hot")) zone.classList.remove("hot");
  }
}

/** Where a chip goes by keys: a place up or down, from the end of an area into the next one. */
function next(report: HTMLElement, chip: HTMLElement, by: -1 | 1): Spot | null {
  const [area, number] = chip.dataset.chip!.split(".") as [string, string];
  const zone = chip.closest("[data-zone]")!;
  const place = Number(number) + by;
  if (place >= 0 && place < chips(zone).length) return { area, place };
  const other = AREAS[AREAS.indexOf(area) + by];
  if (!other) return null;
  return { area: other, place: by > 0 ? 0 : chips(report.querySelector(`[data-zone="${other}"]`)!).length };
}

function keys(report: HTMLElement, event: KeyboardEvent): void {
  const chip = (event.target as Element).closest<HTMLElement>("[data-chip]");
  if (!chip || (event.target as Element).tagName !== "SUMMARY") return;
  const by = event.code === "ArrowUp" ? -1 : event.code === "ArrowDown" ? 1 : 0;
  const drop = event.code === "Delete" || event.code === "Backspace";
  if ((by || drop) && drawing(() => document.activeElement?.dispatchEvent(new KeyboardEvent(event.type, event)))) {
    event.preventDefault();
    event.stopPropagation();
    return;
  }
  if (by && event.altKey) {
    event.preventDefault();
    event.stopPropagation();
    const spot = next(report, chip, by);
    if (spot) put({ move: chip.dataset.chip!, to: spot.area, place: String(spot.place) }, `#chip-${spot.area}-${spot.place}`, told(report, nameOf(chip), spot));
  } else if (by && !chip.querySelector("details")!.open) {
    event.preventDefault();
    const all = chips(report);
    all[all.indexOf(chip) + by]?.querySelector("summary")?.focus();
  } else if (drop) {
    event.preventDefault();
    const all = chips(report);
    const beside = all[all.indexOf(chip) + 1] ?? all[all.indexOf(chip) - 1];
    if (!chip.querySelector("[data-chip-drop]")) return;
    put({ move: chip.dataset.chip! }, beside ? `#chip-${chip.dataset.chip!.replace(".", "-")}, #${beside.querySelector("summary")!.id}` : "[data-rfind]");
  }
}

export function startAreas(report: HTMLElement): void {
  report.addEventListener("pointerdown", (event) => {
    if (event.button !== 0 || event.pointerType === "touch") return;
    const target = event.target as Element;
    const lifted = target.closest<HTMLElement>(".rchip > details > summary")?.closest<HTMLElement>("[data-chip]") ?? target.closest<HTMLElement>(".rfield");
    if (lifted) new Drag(report, lifted, { x: event.clientX, y: event.clientY });
  });
  report.addEventListener("keydown", (event) => keys(report, event), { capture: true });
  report.addEventListener("dragstart", (event) => event.preventDefault());
}
