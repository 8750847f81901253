// Forms: the focus after a refusal, dates that are none, the guard over what is not saved.
import { fresh, word } from "./dom";
import { follow } from "./conditions";
import { discard, isKept, stopKeeping } from "./drafts";
import { changed as touched, hold } from "./locks";
import { typedOn } from "./once";
import { reveal } from "./tabs";
import { toast } from "./toasts";

let leaving = false;

function content(form: HTMLFormElement): string {
  return [...new FormData(form).entries()]
    .filter(([name]) => !name.startsWith("_"))
    .map(([name, value]) => `${name}=${String(value)}`)
    .join("\n");
}

/** Whether something is typed that the server does not have. */
function changed(form: HTMLFormElement): boolean {
  return form.dataset.dirty !== undefined || form.dataset.first !== content(form);
}

/** A date field that holds half a date sends nothing: told here, so that it is not taken for an empty one. */
function badDates(form: HTMLFormElement): boolean {
  let first: HTMLInputElement | null = null;
  for (const input of form.querySelectorAll<HTMLInputElement>("input[type=date], input[type=datetime-local]")) {
    const id = `${input.id}-unfinished`;
    document.getElementById(id)?.remove();
    if (!input.validity.badInput) continue;
    first ??= input;
    const told = document.createElement("p");
    told.id = id;
    told.className = "wrong";
    told.textContent = word("badDate");
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", id);
    input.after(told);
  }
  if (first) {
    reveal(first);
    first.focus();
    toast(word("badFields"));
  }
  return first !== null;
}

function start(form: HTMLFormElement): void {
  form.dataset.first = content(form);
  for (const box of form.querySelectorAll<HTMLElement>("[data-lock].held")) hold(box, !touched(form, box, box.dataset.lock!));
  follow(form);
  const state = form.querySelector<HTMLElement>("[data-state]");
  for (const event of ["input", "change"]) {
    form.addEventListener(event, (fired) => {
      if (state) state.textContent = word("leave");
      if (!(fired.target as Element).closest("[data-rows]")) follow(form); // conditions ask fields of the record itself
    });
  }
  form.addEventListener("kubik:put", () => follow(form));
  form.addEventListener("kubik:leave", () => {
    leaving = true;
    stopKeeping(form);
  });
  form.addEventListener(
    "submit",
    (event) => {
      if (!badDates(form)) return;
      event.preventDefault();
      event.stopImmediatePropagation();
    },
    true,
  );
  for (const link of form.querySelectorAll("[data-cancel]")) link.addEventListener("click", () => {
    leaving = true;
    discard(form);
  });
  if (!form.querySelector("dialog:modal")) {
    const focus = form.querySelector<HTMLElement>("[data-focus]");
    const first = form.querySelector<HTMLElement>(".field .input");
    (focus ?? (form.closest(".main")?.contains(document.activeElement) ? null : first))?.focus();
  }
  const summary = form.querySelector<HTMLElement>(".summary");
  if (summary) lead(summary);
}

/** Each line of what is to be put right leads to its field. */
function lead(summary: HTMLElement): void {
  for (const link of summary.querySelectorAll<HTMLAnchorElement>("a")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      const field = document.getElementById(link.hash.slice(1));
      reveal(field);
      field?.scrollIntoView({ block: "center" });
      field?.focus();
    });
  }
}

/** Refused while one typed on: the form that stands keeps what was typed, and says above what is to be put right. */
export function keep(form: HTMLFormElement, answer: string): void {
  const drawn = new DOMParser().parseFromString(answer, "text/html");
  toast(drawn.querySelector(".summary h2, .stale h2, .note.red")?.textContent?.trim() || word("broken"), 12);
  const summary = drawn.querySelector<HTMLElement>(".summary");
  if (!summary) return; // saved by somebody first: the next Save compares
  form.querySelector(".summary")?.remove();
  form.querySelector(".column, .dlg-body")?.prepend(document.adoptNode(summary));
  lead(summary);
}

let guarded = false;

export function startForms(root: ParentNode): void {
  fresh<HTMLFormElement>(root, "form[data-form]", "formed").forEach(start);
  if (guarded) return;
  guarded = true;
  window.addEventListener("beforeunload", (event) => {
    const form = document.querySelector<HTMLFormElement>("form[data-form]");
    if (form && !leaving && changed(form) && !isKept(form)) event.preventDefault();
  });
  // what is saved is not lost: the answer to a good save leads away; what was typed on behind it is a draft, or asked about
  document.addEventListener("htmx:after:request", (event) => {
    const { ctx } = (event as CustomEvent<{ ctx: { hx?: Record<string, string>; response?: { status: number; raw?: Response } } }>).detail;
    if ((ctx.response?.status ?? 500) >= 300 || !ctx.response?.raw?.headers.get("HX-Redirect")) return;
    const forms = [...document.querySelectorAll<HTMLFormElement>("form[data-form]")];
    const open = new Set(forms.filter((form) => form.dataset.draft !== undefined && typedOn(form)));
    leaving = open.size === 0;
    for (const form of forms) if (!open.has(form)) stopKeeping(form);
  });
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (form.matches("[data-form]") || form.method === "dialog") return;
    if (form.method === "post") leaving = true;
  });
}
