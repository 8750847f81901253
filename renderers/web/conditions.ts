// Fields that are shown or required under a condition follow what is typed; the server has the last word.

type Condition = ["in", string, string[]] | ["empty", string] | ["not" | "and" | "or", ...Condition[]];

function text(form: HTMLFormElement, name: string): string {
  const all = [...form.elements].filter((field): field is HTMLInputElement => (field as HTMLInputElement).name === `/${name}`);
  const last = all.at(-1);
  if (last?.type === "checkbox") return String(last.checked);
  return last?.value.trim() ?? "";
}

/** The answer with null as in SQL. */
function holds(form: HTMLFormElement, condition: Condition): boolean | null {
  if (condition[0] === "in") {
    const typed = text(form, condition[1]);
    return typed === "" ? null : condition[2].includes(typed);
  }
  if (condition[0] === "empty") return text(form, condition[1]) === "";
  const [kind, ...rest] = condition;
  const answers = rest.map((inner) => holds(form, inner));
  if (kind === "not") return answers[0] === null ? null : !answers[0];
  const decided = kind === "or";
  if (answers.includes(decided)) return decided;
  return answers.includes(null) ? null : !decided;
}

/** Shows and hides what stands under a condition. */
export function follow(form: HTMLFormElement): void {
  for (const box of form.querySelectorAll<HTMLElement>("[data-visible-if]")) {
    box.hidden = !holds(form, JSON.parse(box.dataset.visibleIf!) as Condition) && !box.querySelector(".wrong");
  }
  for (const star of form.querySelectorAll<HTMLElement>("[data-required-if]")) {
    star.hidden = !holds(form, JSON.parse(star.dataset.requiredIf!) as Condition);
  }
}
