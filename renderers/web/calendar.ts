// The calendar beside a field for a day: a small dialog moved through by keys, week by week and month by month.
import { fresh, icon, word } from "./dom";
import { isoOf, keepIso, later, readDay, readInstant, writeDay } from "./typed";

const language = (): string => document.documentElement.lang || "en";

/** The first day of the week, Monday being 1: that of the page's language. */
function firstOfWeek(): number {
  const locale = new Intl.Locale(language()) as Intl.Locale & { getWeekInfo?: () => { firstDay: number }; weekInfo?: { firstDay: number } };
  return (locale.getWeekInfo?.() ?? locale.weekInfo)?.firstDay ?? 1;
}

const dateOf = (iso: string): Date => {
  const [year, month, day] = iso.split("-").map(Number);
  const date = new Date(2000, month! - 1, day!);
  date.setFullYear(year!, month! - 1, day!);
  return date;
};

/** The same day of another month, or its last. */
function inMonth(iso: string, months: number): string {
  const date = dateOf(iso);
  const day = date.getDate();
  date.setDate(1);
  date.setMonth(date.getMonth() + months);
  const last = new Date(date.getFullYear(), date.getMonth() + 1, 0).getDate();
  date.setDate(Math.min(day, last));
  return isoOf(date);
}

function button(name: string, label: string, act: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.append(icon(name));
  made.setAttribute("aria-label", label);
  made.title = label;
  made.addEventListener("click", act);
  return made;
}

class Calendar {
  readonly box = document.createElement("div");
  readonly title = document.createElement("h2");
  readonly body = document.createElement("tbody");
  readonly chosen: string;
  at: string;
  /** The focus that a new month takes away is no leaving. */
  drawing = false;

  constructor(readonly input: HTMLInputElement, readonly gone: () => void) {
    const instant = input.dataset.instant !== undefined;
    this.chosen = (instant ? readInstant(input.value)?.day : readDay(input.value)) ?? "";
    this.at = this.chosen || isoOf(new Date());
    this.box.className = "calendar";
    this.box.setAttribute("role", "dialog");
    this.box.setAttribute("aria-modal", "true");
    this.box.setAttribute("aria-label", word("calendar"));
    this.title.setAttribute("aria-live", "polite");
    const head = document.createElement("div");
    head.className = "month";
    head.append(button("chevron-left", word("monthBefore"), () => this.show(inMonth(this.at, -1), false)), this.title, button("chevron-right", word("monthAfter"), () => this.show(inMonth(this.at, 1), false)));
    const foot = document.createElement("div");
    foot.className = "present";
    const today = document.createElement("button");
    today.type = "button";
    today.className = "plain";
    today.textContent = word("today");
    today.addEventListener("click", () => this.choose(isoOf(new Date())));
    foot.append(today);
    this.box.append(head, this.table(), foot);
    this.box.addEventListener("keydown", (event) => this.key(event));
    this.box.addEventListener("focusout", (event) => {
      if (!this.drawing && !this.box.contains(event.relatedTarget as Node | null)) this.close(false);
    });
    (input.closest("dialog, .fdrop") ?? document.body).append(this.box);
    this.show(this.at, true);
    this.place();
  }

  table(): HTMLTableElement {
    const table = document.createElement("table");
    table.setAttribute("role", "grid");
    const row = table.createTHead().insertRow();
    const short = new Intl.DateTimeFormat(language(), { weekday: "short" });
    const long = new Intl.DateTimeFormat(language(), { weekday: "long" });
    for (let at = 0; at < 7; at += 1) {
      const day = new Date(2024, 0, firstOfWeek() + at); // the 1st of January 2024 is a Monday
      const head = document.createElement("th");
      head.scope = "col";
      head.textContent = short.format(day);
      head.abbr = long.format(day);
      row.append(head);
    }
    table.append(this.body);
    return table;
  }

  /** Draws the month of a day, and puts the focus on it. */
  show(iso: string, focus: boolean): void {
    this.at = iso;
    const date = dateOf(iso);
    const name = new Intl.DateTimeFormat(language(), { month: "long", year: "numeric" }).format(date).replace(/\s*г\.$/, "");
    if (this.title.textContent !== name) this.title.textContent = name;
    const first = new Date(date.getFullYear(), date.getMonth(), 1);
    first.setFullYear(date.getFullYear());
    const before = (((first.getDay() || 7) - firstOfWeek()) + 7) % 7;
    const start = later(isoOf(first), -before);
    const full = new Intl.DateTimeFormat(language(), { dateStyle: "full" });
    this.drawing = true;
    this.body.replaceChildren();
    for (let week = 0; week < 6; week += 1) {
      const row = this.body.insertRow();
      for (let day = 0; day < 7; day += 1) row.append(this.day(later(start, week * 7 + day), date.getMonth(), full));
    }
    if (focus) this.body.querySelector<HTMLElement>("[tabindex='0']")?.focus();
    this.drawing = false;
  }

  day(iso: string, month: number, full: Intl.DateTimeFormat): HTMLTableCellElement {
    const cell = document.createElement("td");
    const date = dateOf(iso);
    const made = document.createElement("button");
    made.type = "button";
    made.textContent = String(date.getDate());
    made.dataset.iso = iso;
    made.tabIndex = iso === this.at ? 0 : -1;
    made.setAttribute("aria-label", full.format(date));
    if (date.getMonth() !== month) made.className = "other";
    if (iso === isoOf(new Date())) made.setAttribute("aria-current", "date");
    cell.setAttribute("aria-selected", String(iso === this.chosen));
    made.addEventListener("click", () => this.choose(iso));
    cell.append(made);
    return cell;
  }

  key(event: KeyboardEvent): void {
    if (event.code === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      return this.close(true);
    }
    if (event.code === "Tab") return this.turn(event);
    if (event.ctrlKey || event.metaKey || event.altKey || !(event.target as HTMLElement).dataset.iso) return;
    const week = ((dateOf(this.at).getDay() || 7) - firstOfWeek() + 7) % 7;
    const moves: Record<string, () => string> = {
      ArrowLeft: () => later(this.at, -1), ArrowRight: () => later(this.at, 1), ArrowUp: () => later(this.at, -7), ArrowDown: () => later(this.at, 7),
      Home: () => later(this.at, -week), End: () => later(this.at, 6 - week),
      PageUp: () => inMonth(this.at, event.shiftKey ? -12 : -1), PageDown: () => inMonth(this.at, event.shiftKey ? 12 : 1),
    };
    const move = moves[event.code];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    this.show(move(), true);
  }

  /** Tab goes round inside. */
  turn(event: KeyboardEvent): void {
    const all = [...this.box.querySelectorAll<HTMLButtonElement>("button:not([tabindex='-1'])")];
    const next = (all.indexOf(document.activeElement as HTMLButtonElement) + (event.shiftKey ? -1 : 1) + all.length) % all.length;
    event.preventDefault();
    event.stopPropagation();
    all[next]?.focus();
  }

  choose(iso: string): void {
    const clock = this.input.dataset.instant === undefined ? "" : (readInstant(this.input.value)?.clock || "00:00");
    this.input.value = `${writeDay(iso)}${clock && ` ${clock}`}`;
    keepIso(this.input);
    this.close(true);
    for (const name of ["input", "change"]) this.input.dispatchEvent(new Event(name, { bubbles: true }));
  }

  close(focus: boolean): void {
    if (!this.box.isConnected) return;
    this.drawing = true;
    this.gone();
    this.box.remove();
    if (focus) this.input.focus();
  }

  /** Under the field, or above it where there is no room. */
  place(): void {
    const at = this.input.getBoundingClientRect();
    const { offsetHeight: height, offsetWidth: width } = this.box;
    const below = window.innerHeight - at.bottom > height + 8 || at.top < height + 8;
    this.box.style.top = `${Math.max(8, Math.min(below ? at.bottom + 4 : at.top - height - 4, window.innerHeight - height - 8))}px`;
    this.box.style.left = `${Math.max(8, Math.min(at.left, window.innerWidth - width - 8))}px`;
  }
}

let open: Calendar | null = null;

function toggle(input: HTMLInputElement): void {
  if (open?.input === input) return open.close(true);
  open?.close(false);
  open = new Calendar(input, () => (open = null));
}

let listening = false;

/** The buttons beside days; F4 opens the calendar from the field itself, outside of rows Alt and the arrow down, too. */
export function startCalendars(root: ParentNode): void {
  for (const pick of fresh<HTMLButtonElement>(root, "[data-calendar]", "picking")) {
    pick.hidden = false;
    pick.addEventListener("pointerdown", (event) => event.preventDefault());
    pick.addEventListener("click", () => {
      const input = pick.parentElement?.querySelector<HTMLInputElement>("input");
      if (input) toggle(input);
    });
  }
  if (listening) return;
  listening = true;
  document.addEventListener("keydown", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !input.matches("[data-day], [data-instant]")) return;
    const arrow = event.altKey && event.code === "ArrowDown" && !input.closest("[data-row]"); // rows are moved by it
    if (!arrow && (event.code !== "F4" || event.altKey || event.ctrlKey)) return;
    event.preventDefault();
    event.stopPropagation();
    toggle(input);
  }, true);
  addEventListener("scroll", (event) => {
    if (open && event.target instanceof Node && !open.box.contains(event.target)) open.place();
  }, true);
}
