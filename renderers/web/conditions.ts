// Fields and sections that stand or are required under a condition follow what is typed; the server has the last word.
// The conditions are those of renderers/forms/conditions.py, answered here in the same way.
import { exact } from "./exact";
import { changed, hold } from "./locks";
import { readDay } from "./typed";

type Term = ["f" | "c", string];
export type Condition =
  | ["in", string, string[]]
  | ["empty", string]
  | ["contains", string, string]
  | ["cmp", string, "number" | "date" | "text" | "same", Term, Term]
  | ["not" | "and" | "or", ...Condition[]];

/** What stands in a field, by its name. */
type Ask = (name: string) => string;

/** What stands in a field of the record. */
function textOf(form: HTMLFormElement, name: string): string {
  return textAt(form, `/${name}`);
}

/** What stands in a field, of the record or of a row, by the name it is sent under. */
export function textAt(form: HTMLFormElement, name: string): string {
  const found = form.elements.namedItem(name);
  const last = found instanceof RadioNodeList ? [...found].at(-1) : found;
  if (found instanceof RadioNodeList && last instanceof HTMLInputElement && last.type === "radio") return found.value;
  if (last instanceof HTMLInputElement && last.type === "checkbox") return String(last.checked);
  return (last as HTMLInputElement | null)?.value?.trim() ?? "";
}

/** The form in which texts are compared: without differences of case, width, ё and е. */
const fold = (text: string): string => text.normalize("NFKC").toLocaleLowerCase("und").replaceAll("ß", "ss").replaceAll("ё", "е");

function value(ask: Ask, kind: string, term: Term): string | bigint | null {
  const text = term[0] === "f" ? ask(term[1]) : term[1];
  if (text.trim() === "") return null;
  if (kind === "date") return term[0] === "f" ? readDay(text) : text;
  if (kind === "number") return exact(text, term[0] === "f" ? document.documentElement.lang : "en");
  return kind === "text" ? fold(text.trim()) : text;
}

const compare: Record<string, (order: number) => boolean> = {
  "=": (order) => order === 0,
  "<>": (order) => order !== 0,
  "<": (order) => order < 0,
  "<=": (order) => order <= 0,
  ">": (order) => order > 0,
  ">=": (order) => order >= 0,
};

/** The answer with null as in SQL. */
export function holds(ask: Ask, condition: Condition): boolean | null {
  if (condition[0] === "in") {
    const typed = ask(condition[1]);
    return typed === "" ? null : condition[2].includes(typed);
  }
  if (condition[0] === "empty") return ask(condition[1]) === "";
  if (condition[0] === "contains") {
    const typed = ask(condition[1]);
    return typed === "" ? null : fold(typed).includes(condition[2]);
  }
  if (condition[0] === "cmp") {
    const left = value(ask, condition[2], condition[3]);
    const right = value(ask, condition[2], condition[4]);
    if (left === null || right === null) return null;
    return compare[condition[1]]!(left < right ? -1 : left > right ? 1 : 0);
  }
  const [kind, ...rest] = condition;
  const answers = rest.map((inner) => holds(ask, inner));
  if (kind === "not") return answers[0] === null ? null : !answers[0];
  const decided = kind === "or";
  if (answers.includes(decided)) return decided;
  return answers.includes(null) ? null : !decided;
}

/** Shows and hides what stands under a condition, locks and opens what is read-only under one. */
export function follow(form: HTMLFormElement): void {
  const ask: Ask = (name) => textOf(form, name);
  for (const box of form.querySelectorAll<HTMLElement>("[data-visible-if]")) {
    box.hidden = !holds(ask, JSON.parse(box.dataset.visibleIf!) as Condition) && !box.querySelector(".wrong");
  }
  for (const star of form.querySelectorAll<HTMLElement>("[data-required-if]")) {
    star.hidden = !holds(ask, JSON.parse(star.dataset.requiredIf!) as Condition);
  }
  for (const box of form.querySelectorAll<HTMLElement>("[data-lock]")) {
    const condition = box.dataset.lockIf;
    if (condition) hold(box, holds(ask, JSON.parse(condition) as Condition) === true && !changed(form, box, box.dataset.lock!));
  }
}
