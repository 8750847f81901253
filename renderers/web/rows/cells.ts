// A cell of child rows: what stands in it as one value, what it says as text, and a text put into it as people type.
import { keepIso, readClock, readDay, readInstant, tidyNumber, writeDay } from "../typed";
import { amount } from "./numbers";

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** What stands in a cell: a value for each of its fields, and whether something is marked wrong in it. */
export interface State {
  values: (string | boolean)[];
  misfit: string;
}

/** What is sent of a cell; not the marks that say that nobody typed it. */
export const controls = (cell: Element): Control[] => [...cell.querySelectorAll<Control>("input[name], select[name], textarea[name]")].filter((control) => !/~(follows|again)$/.test(control.name));

/** The field that takes the focus; none in a cell that is only read, is locked now or does not stand. */
export function field(cell: Element): HTMLElement | null {
  return cell.matches(".off") || cell.closest(".held") ? null : inside(cell);
}

function inside(cell: Element): HTMLElement | null {
  return cell.querySelector<HTMLElement>("input:not([type=hidden]):not([hidden]), select, textarea:not([hidden]), [contenteditable=true], [tabindex='0']");
}

const ticked = (control: Control): control is HTMLInputElement => control instanceof HTMLInputElement && /checkbox|radio/.test(control.type);

export function read(cell: HTMLElement): State {
  return { values: controls(cell).map((control) => (ticked(control) ? control.checked : control.value)), misfit: cell.dataset.misfit ?? "" };
}

export const same = (a: State, b: State): boolean => a.misfit === b.misfit && a.values.length === b.values.length && a.values.every((value, at) => value === b.values[at]);

export function write(cell: HTMLElement, state: State): void {
  controls(cell).forEach((control, at) => {
    const value = state.values[at];
    if (value === undefined) return;
    if (ticked(control)) control.checked = value === true;
    else set(control, String(value));
  });
  const box = cell.querySelector("[data-combo]");
  box?.classList.toggle("filled", Boolean(box.querySelector<HTMLInputElement>("[data-value]")?.value));
  misfit(cell, state.misfit);
}

/** A value, kept even where the field's own kind could not hold it. */
function set(control: Control, value: string): void {
  if (control instanceof HTMLSelectElement) {
    if (![...control.options].some((option) => option.value === value)) control.add(new Option(value, value));
  } else if (control instanceof HTMLInputElement && /^(date|time|datetime-local|number|color)$/.test(control.type)) {
    control.value = value;
    if (control.value !== value) control.type = "text";
  }
  control.value = value;
  if (control instanceof HTMLInputElement && control.matches("[data-day], [data-instant]")) keepIso(control);
}

/** Whether nothing is in the cell; a box that is not ticked is nothing. */
export const empty = (cell: Element): boolean => controls(cell).every((control) => (ticked(control) ? !control.checked : !control.value.trim() || control.type === "hidden" && control.value === "false"));

/** Marks a value that does not fit, with the reason; an empty reason takes the mark away. */
export function misfit(cell: HTMLElement, why: string): void {
  const target = field(cell);
  if (why) {
    cell.dataset.misfit = why;
    target?.setAttribute("aria-invalid", "true");
    target?.setAttribute("aria-description", why);
    if (target) target.title = why;
  } else if (cell.dataset.misfit) {
    delete cell.dataset.misfit;
    for (const name of ["aria-invalid", "aria-description", "title"]) target?.removeAttribute(name);
  }
}

/** What the cell says, as it is copied. */
export function text(cell: HTMLElement): string {
  const target = cell.matches(".off") ? null : inside(cell);
  if (cell.matches(".off")) return "";
  if (target instanceof HTMLSelectElement) return [...target.selectedOptions].map((option) => option.label.trim()).join(", ");
  if (target instanceof HTMLInputElement && ticked(target)) return target.checked ? "1" : "0";
  if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) return target.value;
  const unit = cell.querySelector(".unit:not(.lead)");
  const said = [...cell.querySelectorAll(".computed")].map((each) => each.textContent ?? "").join(" ") || (cell.textContent ?? "");
  const whole = said.replace(/[\t\r\n ]+/g, " ").trim();
  return unit?.textContent && whole.endsWith(unit.textContent) ? `${whole.slice(0, -unit.textContent.length).trim()}\u00a0${unit.textContent}` : whole;
}

const folded = (value: string): string => value.normalize("NFKC").toLocaleLowerCase().replaceAll("ё", "е").replace(/\s+/g, " ").trim();

/** Whether two texts say the same. */
export const alike = (a: string, b: string): boolean => folded(a) === folded(b);

const YES = ["1", "да", "yes", "true", "истина", "x", "х", "+", "✓", "v", "on"];
const NO = ["", "0", "нет", "no", "false", "ложь", "-", "−", "off"];

/** A day, a time or both as the page's language writes it; null when it is none. */
function moment(target: HTMLInputElement, value: string): string | null {
  if (target.dataset.clock !== undefined) return readClock(value);
  if (target.dataset.day !== undefined) return ((iso) => iso && writeDay(iso))(readDay(value) ?? readDay(value.split(/[ T]/)[0]!));
  const found = readInstant(value);
  return found && `${writeDay(found.day)}${found.clock ? ` ${found.clock}` : ""}`;
}

/** Puts a text into a cell as if a person had typed it; answers why it does not fit, or nothing. */
export function put(cell: HTMLElement, typed: string, reason: (kind: "choice" | "number" | "moment" | "long" | "yes") => string): string {
  const target = field(cell);
  const value = target instanceof HTMLTextAreaElement ? typed : typed.replace(/\s*[\r\n]+\s*/g, " ").trim();
  let why = "";
  const combo = cell.querySelector<HTMLElement>("[data-combo]");
  if (combo) {
    combo.querySelector<HTMLInputElement>("[data-value]")!.value = "";
    combo.querySelector<HTMLInputElement>("[data-title]")!.value = "";
    combo.classList.remove("filled");
    (target as HTMLInputElement).value = value;
  } else if (target instanceof HTMLSelectElement) {
    const found = [...target.options].find((option) => alike(option.label, value) || option.value === value);
    if (!found) why = reason("choice");
    set(target, found ? found.value : value);
  } else if (target instanceof HTMLInputElement && ticked(target)) {
    if (!YES.includes(folded(value)) && !NO.includes(folded(value))) why = `${reason("yes")}: ${value}`;
    target.checked = YES.includes(folded(value));
  } else if (target instanceof HTMLInputElement && target.matches("[data-day], [data-instant], [data-clock]")) {
    const found = value ? moment(target, value) : "";
    if (found === null) why = reason("moment");
    set(target, found ?? value);
  } else if (target instanceof HTMLInputElement || target instanceof HTMLTextAreaElement) {
    if (target.matches("[data-number]") && value && amount(value) === null) why = reason("number");
    if (target.maxLength > 0 && value.length > target.maxLength) why = reason("long");
    target.value = (target.matches("[data-number]") && tidyNumber(value)) || value;
  }
  misfit(cell, why);
  return why;
}
