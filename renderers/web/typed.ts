// Days, times and numbers as people type them: what is understood here is tidied when the field is left. The server
// reads the same (metamodel/fields/moments.py, clocks.py, numeric.py) and has the last word.

export const russian = (): boolean => document.documentElement.lang === "ru";

const pad = (count: number, size = 2): string => String(count).padStart(size, "0");

/** A day of the calendar in ISO 8601; null when there is none. */
function made(year: number, month: number, day: number): string | null {
  const found = new Date(Date.UTC(2000, month - 1, day));
  found.setUTCFullYear(year, month - 1, day);
  const there = found.getUTCMonth() === month - 1 && found.getUTCDate() === day && year >= 1 && year <= 9999;
  return there ? `${pad(year, 4)}-${pad(month)}-${pad(day)}` : null;
}

export const isoOf = (date: Date): string => `${pad(date.getFullYear(), 4)}-${pad(date.getMonth() + 1)}-${pad(date.getDate())}`;

export function later(iso: string, days: number): string {
  const [year, month, day] = iso.split("-").map(Number);
  const found = new Date(year!, month! - 1, day! + days);
  found.setFullYear(found.getFullYear());
  return isoOf(found);
}

/** Two digits are of the hundred years that end 20 years from now; none is the present year. */
function yearOf(written: string | undefined): number {
  const now = new Date().getFullYear();
  if (!written) return now;
  if (written.length === 4) return Number(written);
  const century = Math.floor(now / 100) * 100 + Number(written);
  return [century - 100, century, century + 100].find((year) => year > now - 80 && year <= now + 20) ?? century;
}

const NEAR: Record<string, number> = { сегодня: 0, today: 0, завтра: 1, tomorrow: 1, вчера: -1, yesterday: -1, послезавтра: 2, позавчера: -2 };

/** The day that a text says, in ISO 8601; null for none. */
export function readDay(text: string): string | null {
  const typed = text.trim().toLowerCase().replace(/\s*(г\.?|года)$/, "");
  const near = /^([+\u2212-])\s?(\d{1,4})$/.exec(typed);
  const days = near ? Number(near[2]) * (near[1] === "+" ? 1 : -1) : NEAR[typed];
  if (days !== undefined) return later(isoOf(new Date()), days);
  const iso = /^(\d{4})-(\d{2})-(\d{2})$/.exec(typed);
  if (iso) return made(Number(iso[1]), Number(iso[2]), Number(iso[3]));
  const figures = russian() ? /^(\d{2})(\d{2})(\d{4}|\d{2})$/.exec(typed) : null;
  const parted = figures ?? /^(\d{1,2})[., -]\s*(\d{1,2})(?:[., -]\s*(\d{4}|\d{2})?)?$/.exec(typed);
  if (parted) return made(yearOf(parted[3]), Number(parted[2]), Number(parted[1]));
  const slashes = /^(\d{1,2})\/(\d{1,2})(?:\/(\d{4}|\d{2}))?$/.exec(typed);
  if (!slashes) return null;
  const [first, second] = [Number(slashes[1]), Number(slashes[2])];
  const dayFirst = russian() || first > 12;
  return made(yearOf(slashes[3]), dayFirst ? second : first, dayFirst ? first : second);
}

/** A day as the page's language writes it in fields. */
export const writeDay = (iso: string): string => (russian() ? iso.split("-").reverse().join(".") : iso);

/** A time as `14:30`, with seconds where some were said; null for none. */
export function readClock(text: string): string | null {
  const typed = text.trim().toLowerCase();
  const found = /^(\d{1,2})(\d{2})$/.exec(typed) ?? /^(\d{1,2})(?:[:., -](\d{2})(?:[:.](\d{2}))?)?$/.exec(typed);
  if (!found) return null;
  const [hour, minute, second] = [Number(found[1]), Number(found[2] ?? 0), Number(found[3] ?? 0)];
  if (hour > 23 || minute > 59 || second > 59) return null;
  return `${pad(hour)}:${pad(minute)}${second ? `:${pad(second)}` : ""}`;
}

/** An instant as its day and its time, either empty where it was not said; null for none. */
export function readInstant(text: string): { day: string; clock: string } | null {
  const typed = text.trim().replace(/(\d)T(\d)/, "$1 $2");
  const at = typed.lastIndexOf(" ");
  const clock = at > 0 && typed.slice(at + 1).includes(":") ? readClock(typed.slice(at + 1)) : "";
  if (clock === null) return null;
  const day = readDay(clock ? typed.slice(0, at).replace(/,$/, "") : typed);
  return day === null ? null : { day, clock };
}

/** A plain number with its thousands parted; null for what is none or may be read in two ways. */
export function tidyNumber(text: string, sign = ""): string | null {
  let bare = text.trim().replace(/[\s\u00a0\u202f'’]/g, "").replace("\u2212", "-");
  if (sign === "₽") bare = bare.replace(/(руб\.?|р\.?)$/i, "");
  if (sign) bare = bare.endsWith(sign) ? bare.slice(0, -sign.length) : bare.replace(new RegExp(`^([+-]?)\\${sign[0]}(?=[\\d.,])`), "$1");
  const found = /^([+-]?)(\d{1,18})(?:([.,])(\d{0,9}))?$/.exec(bare);
  if (!found) return null;
  if (found[3] && !russian() && found[3] === ",") return null;
  if (found[3] === "." && russian() && /^[1-9]\d{0,2}$/.test(found[2]!) && found[4]!.length === 3) return null;
  const whole = found[2]!.replace(/^0+(?=\d)/, "").replace(/\B(?=(\d{3})+$)/g, russian() ? "\u00a0" : ",");
  const part = found[4] ? (russian() ? "," : ".") + found[4] : "";
  return (found[1] === "-" ? "\u2212" : "") + whole + part;
}

/** What the field says when it is left, where that is understood. */
function tidied(input: HTMLInputElement): string | null {
  const text = input.value;
  if (!text.trim()) return null;
  if (input.dataset.day !== undefined) return ((iso) => iso && writeDay(iso))(readDay(text));
  if (input.dataset.clock !== undefined) return readClock(text);
  if (input.dataset.number !== undefined) return tidyNumber(text, input.parentElement?.querySelector(".sign")?.textContent?.trim());
  if (input.dataset.instant === undefined) return null;
  const found = readInstant(text);
  return found && found.clock ? `${writeDay(found.day)} ${found.clock}` : null;
}

/** The day that stands in a field, for what follows it: kept in `data-iso`. */
export function keepIso(input: HTMLInputElement): void {
  input.dataset.iso = input.dataset.day === undefined ? (readInstant(input.value)?.day ?? "") : (readDay(input.value) ?? "");
}

let listening = false;

/** Tidies what is typed when a field is left; fields that come later are heard, too. */
export function startTyped(root: ParentNode): void {
  for (const input of root.querySelectorAll<HTMLInputElement>("[data-day], [data-instant]")) keepIso(input);
  if (listening) return;
  listening = true;
  document.addEventListener("input", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.matches("[data-day], [data-instant]")) keepIso(event.target);
  }, true);
  document.addEventListener("change", (event) => {
    const input = event.target;
    if (!(input instanceof HTMLInputElement) || !input.matches("[data-day], [data-instant], [data-clock], [data-number]")) return;
    const text = tidied(input);
    if (text !== null && text !== input.value) input.value = text;
    if (input.matches("[data-day], [data-instant]")) keepIso(input);
  }, true);
}
