// Fields that are read-only under a condition: they lock and open while one types. What a person changed in this form stays
// open: the server has the last word on it.
import { icon, word } from "./dom";

interface Holder {
  id?: number;
  values?: Record<string, string>;
  rows?: Record<string, Holder[]>;
}

type Texts = Record<string, string>;

const opened = new WeakMap<HTMLFormElement, Map<string, Texts>>();

/** What a form was opened with: texts by the name of the field, those of child rows under the names of lists and their id. */
function was(form: HTMLFormElement): Map<string, Texts> {
  const found = opened.get(form);
  if (found) return found;
  const made = new Map<string, Texts>();
  const take = (holder: Holder, path: string): void => {
    made.set(path, holder.values ?? {});
    for (const [name, rows] of Object.entries(holder.rows ?? {})) for (const row of rows) take(row, `${path.replace(/:\d*$/, "")}/${name}:${row.id ?? ""}`);
  };
  const written = form.querySelector<HTMLInputElement>("input[name='_was']")?.value;
  if (written) take(JSON.parse(written) as Holder, "");
  opened.set(form, made);
  return made;
}

type Control = HTMLInputElement | HTMLSelectElement | HTMLTextAreaElement;

/** What would be sent of a field, as one text. */
function text(box: Element, name: string): string {
  const all = [...box.querySelectorAll<Control>("[name]")];
  const sent = all.filter((each) => !(each instanceof HTMLInputElement && /checkbox|radio|file/.test(each.type)) || (each.type !== "file" && each.checked));
  const several = sent.filter((each) => each.name === `${name}[]`).map((each) => each.value);
  if (several.length) return several.filter(Boolean).join("\n");
  return sent.filter((each) => each.name === name).at(-1)?.value ?? "";
}

/** Whether a person changed the field, or the list, since the form was opened. */
export function changed(form: HTMLFormElement, box: Element, name: string): boolean {
  const named = (part: string): Control | null => box.querySelector<Control>(`[name="${CSS.escape(`${name}~${part}`)}"]`);
  if (box.matches("[data-rows]")) return false;
  if (named("follows")) return false;
  const typed = named("text");
  if (typed && typed.value.trim() !== (named("was")?.value ?? "").trim()) return true;
  const steps = name.split("/");
  const field = steps.pop()!;
  const id = steps.length > 1 ? ((form.elements.namedItem(`${steps.join("/")}/id`) as HTMLInputElement | null)?.value ?? "") : "";
  const path = steps.filter((_, at) => at % 2 === 1).map((each) => `/${each}`).join("");
  const before = steps.length > 1 ? (id && was(form).get(`${path}:${id}`)) || {} : was(form).get("") ?? {};
  const blank = box.querySelector("input[type=checkbox]") && !box.querySelector("[data-files]") ? "false" : "";
  return text(box, name) !== (before[field] ?? blank);
}

/** Locks the field in a box, or opens it; one at which something is wrong stays open. */
export function hold(box: HTMLElement, locked: boolean): void {
  const held = locked && !box.querySelector(":scope > .wrong, [aria-invalid=true]");
  if (!held && !box.classList.contains("held")) return; // it is open already
  box.classList.toggle("held", held);
  for (const control of box.querySelectorAll<HTMLElement>("input:not([type=hidden]), textarea, select, button, [contenteditable]")) {
    if (control.closest("[data-refresh]")) continue;
    const stays = control.closest(".held") !== null; // a cell may be locked by its own condition, or by that of its list
    if (control.hasAttribute("contenteditable")) control.setAttribute("contenteditable", String(!stays));
    const line = control instanceof HTMLTextAreaElement || (control instanceof HTMLInputElement && !/checkbox|radio|file|color|range/.test(control.type));
    if (line) (control as HTMLInputElement).readOnly = stays;
    else if (stays) control.setAttribute("aria-disabled", "true");
    else control.removeAttribute("aria-disabled");
    if (!box.matches("[data-cell]")) continue;
    if (held) control.setAttribute("aria-description", word("held"));
    else if (control.getAttribute("aria-description") === word("held")) control.removeAttribute("aria-description");
  }
  for (const sign of box.querySelectorAll<HTMLElement>(":scope > .label > [data-lock-sign], :scope > [data-lock-words], :scope > .block-head [data-lock-sign]")) sign.hidden = !held;
  if (!box.matches("td")) return;
  const lock = box.querySelector(":scope > .cv > .lock");
  if (!held) lock?.remove();
  else if (!lock) {
    const sign = icon("lock");
    sign.classList.add("lock");
    box.querySelector(":scope > .cv")?.append(sign);
  }
  box.title = held ? word("held") : box.classList.contains("by-hand") ? word("byHand") : "";
}

const passes = (event: Event): boolean => {
  if (!(event instanceof KeyboardEvent)) return (event.target as Element).closest("a[href]") !== null;
  if (event.ctrlKey || event.metaKey || event.altKey) return event.code === "KeyC" || event.code === "KeyS" || event.code === "KeyA";
  const line = event.target instanceof HTMLTextAreaElement || (event.target instanceof HTMLInputElement && event.target.readOnly && event.target.getAttribute("role") !== "combobox");
  return line || /^(Tab|Escape|Shift|F\d+)/.test(event.code) || event.key === "Shift";
};

/** What is locked answers nothing that would change it; it can be focused, read and copied. */
for (const kind of ["pointerdown", "mousedown", "click", "keydown", "drop", "paste", "cut"]) {
  document.addEventListener(
    kind,
    (event) => {
      const box = event.target instanceof Element ? event.target.closest<HTMLElement>(".held") : null;
      if (!box || passes(event)) return;
      if (kind === "pointerdown" && !(event.target as Element).closest("[data-grip]")) return;
      if (kind === "mousedown" && event.target instanceof HTMLInputElement && event.target.readOnly) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
}
