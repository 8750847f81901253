// A form that changes something is sent once: pressed again while it is on its way, or while its answer leads to another page, it is not sent again.
import { keep } from "./form";
import { fields } from "./sending";

interface Exchange {
  hx?: { redirect?: string; refresh?: string };
  request: { method: string };
  response?: { status: number };
  sourceElement: HTMLFormElement;
  text?: string;
}

/** What was sent of a form, whether as a page of its own, whether it was touched since, the button that was pressed again since, and where it goes then. */
interface Sent {
  was: string;
  page?: true;
  touched?: true;
  again?: HTMLElement | null;
  to?: string;
}

const FILE = 10_000; // milliseconds after which a page that still stands was answered with a file, or the way to the next one was stopped: it may ask again

/** What is sent of a form by a button. */
const pressed = (form: HTMLFormElement, button: HTMLElement | null): string => `${fields(form)}&${button?.getAttribute("value") ?? ""}`;

let sent = new WeakMap<EventTarget, Sent>();

const exchange = (event: Event): Exchange => (event as CustomEvent<{ ctx: Exchange }>).detail.ctx;

/** Where something else is said of requests at the same time, a later one takes the place of an earlier one. */
const alone = (form: Element): boolean => form.matches("form") && form.closest("[hx-sync], [hx-sync\\:inherited]") === null;

function begun(event: Event): void {
  const { request, sourceElement: form } = exchange(event);
  if (request.method.toUpperCase() === "POST" && alone(form)) sent.set(form, { was: fields(form).toString() });
}

/** What is refused was mended and sent again meanwhile: that is what counts. What was typed on meanwhile is not drawn over. */
function answered(event: Event): void {
  const { hx, response, sourceElement: form, text } = exchange(event);
  const first = sent.get(form);
  if (!first) return;
  const to = hx?.redirect || (hx?.refresh === "true" ? location.href : "");
  if (to) return void setTimeout(() => (first.to = to), FILE);
  sent.delete(form);
  const { was, touched, again } = first;
  const status = response?.status ?? 0;
  if (status < 400 || fields(form).toString() === was) return;
  if (again === undefined && (!touched || !form.matches("[data-form]") || (status !== 422 && status !== 412))) return;
  event.preventDefault();
  if (again === undefined) keep(form, text ?? "");
  else setTimeout(() => form.requestSubmit(again));
}

function touch(event: Event): void {
  const form = (event.target as Element).closest("form");
  const first = form && sent.get(form);
  if (first) first.touched = true;
}

/** Whether a form was typed on since it was sent. */
export function typedOn(form: HTMLFormElement): boolean {
  const first = sent.get(form);
  return first?.touched === true && first.was !== fields(form).toString();
}

/** No answer, or one that broke off. */
function failed(event: Event): void {
  const { sourceElement: form, text } = exchange(event);
  if (text === undefined) sent.delete(form);
}

export function startOnce(): void {
  window.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const first = sent.get(form);
    if (!first || (first.page && first.was !== pressed(form, event.submitter))) return;
    first.again = event.submitter;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (first.to) location.assign(first.to); // it is saved
  }, true);
  for (const change of ["input", "change"]) document.addEventListener(change, touch, true);
  document.addEventListener("htmx:before:request", begun);
  document.addEventListener("htmx:after:request", answered);
  document.addEventListener("htmx:finally:request", failed);
  window.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method !== "post" || (event.submitter?.getAttribute("formtarget") ?? form.target)) return; // a script's, a question, another window
    sent.set(form, { was: pressed(form, event.submitter), page: true });
    setTimeout(() => sent.delete(form), FILE);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) sent = new WeakMap(); // come back to
  });
}
