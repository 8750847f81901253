// The dialog of a move: what the stage requires and the record lacks is asked over the page. Used by boards and by the
// stage bar of a card.
import { savedInPlace } from "./card";
import { token, word } from "./dom";
import { keep } from "./form";
import { fields } from "./sending";
import { toast } from "./toasts";

declare const window: Window & { htmx: { process(element: Element): void } };

const FORM = "form[data-move-form]";

/** The form of an answer; none where it has no such form, or broke off. */
async function fragment(answer: Response): Promise<HTMLFormElement | null> {
  const html = await answer.text().catch(() => "");
  return new DOMParser().parseFromString(html, "text/html").querySelector<HTMLFormElement>(FORM);
}

function show(dialog: HTMLDialogElement, form: HTMLFormElement): void {
  dialog.replaceChildren(document.adoptNode(form));
  window.htmx.process(dialog);
  dialog.dispatchEvent(new CustomEvent("kubik:new", { bubbles: true }));
  dialog.querySelector<HTMLElement>("[aria-invalid=true], .field .input, .field input:not([type=hidden])")?.focus();
}

/** The address that takes the move back, when the answer names one. */
function undoOf(answer: Response): string | true {
  const trigger = JSON.parse(answer.headers.get("HX-Trigger") ?? "{}") as { "kubik:moved"?: { undo?: string } };
  return trigger["kubik:moved"]?.undo ?? true;
}

/** Opens the dialog of a move: the address of its undo (or true) when it was made, false when it was given up. */
export async function askMove(href: string): Promise<string | boolean> {
  const answer = await fetch(href, { headers: { "HX-Request": "true" } }).catch(() => null);
  const form = answer?.ok && !answer.redirected ? await fragment(answer) : null;
  if (!form) {
    if (answer) location.href = href;
    else toast(word("offline"), 20);
    return false;
  }
  return ask(form);
}

/** Shows the form of a move over the page until it is made or given up. */
function ask(form: HTMLFormElement): Promise<string | boolean> {
  const dialog = document.createElement("dialog");
  dialog.className = "action";
  dialog.setAttribute("aria-labelledby", "move-title");
  document.body.append(dialog);
  return new Promise((resolve) => {
    let done: string | boolean = false;
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(done);
    });
    dialog.addEventListener("click", (event) => {
      if (!(event.target as Element).closest("[data-close]")) return;
      event.preventDefault();
      dialog.close();
    });
    dialog.addEventListener(
      "submit",
      (event) => {
        event.preventDefault();
        event.stopImmediatePropagation();
        const sent = event.target as HTMLFormElement;
        if (dialog.hasAttribute("aria-busy")) { // pressed twice: one move
          dialog.dataset.again = "";
          return;
        }
        void send(dialog, sent).then((moved) => {
          if (!moved) return;
          done = moved;
          dialog.close();
        });
      },
      true,
    );
    dialog.showModal();
    show(dialog, form);
  });
}

/** Sends the form; what was refused stands in the dialog again, with what was typed. What was typed on meanwhile is not drawn over: sent again meanwhile, it is what counts. */
async function send(dialog: HTMLDialogElement, form: HTMLFormElement): Promise<string | boolean> {
  const body = fields(form);
  const was = body.toString();
  delete dialog.dataset.again;
  body.set("_stay", "1");
  const address = form.getAttribute("action") ?? location.pathname;
  const headers = { "HX-Request": "true", "X-CSRF-Token": token() };
  dialog.setAttribute("aria-busy", "true");
  const answer = await fetch(address, { method: "POST", body, headers }).catch(() => null);
  const again = answer && answer.status !== 204 && answer.status < 500 ? await fragment(answer) : null;
  dialog.removeAttribute("aria-busy");
  if (answer?.status === 204) return undoOf(answer);
  const typed = fields(form).toString() !== was;
  if (again && typed && dialog.dataset.again !== undefined) return send(dialog, form);
  if (again && typed && again.querySelector(".summary, .note.red")) keep(form, again.outerHTML);
  else if (again) show(dialog, again);
  else toast(word(answer ? (answer.status === 401 ? "ended" : "broken") : "offline"), 20);
  return false;
}

/** A stage pressed on a card: the move is made at once, or what is missing is asked. */
async function press(form: HTMLFormElement, button: HTMLButtonElement): Promise<void> {
  form.setAttribute("aria-busy", "true");
  await savedInPlace();
  const body = new URLSearchParams({ to: button.value, _stay: "1", _notice: "1" });
  const now = form.isConnected ? form : (document.querySelector<HTMLFormElement>("form[data-moves]") ?? form); // drawn anew by what was saved
  for (const [name, value] of new FormData(now)) if (typeof value === "string") body.append(name, value);
  const headers = { "HX-Request": "true", "X-CSRF-Token": token() };
  const answer = await fetch(form.getAttribute("action") ?? "", { method: "POST", body, headers }).catch(() => null);
  const asked = answer && answer.status !== 204 && answer.status < 500 ? await fragment(answer) : null;
  form.removeAttribute("aria-busy");
  if (answer?.status === 204) return location.reload();
  if (!asked) return toast(word(answer ? (answer.status === 401 ? "ended" : "broken") : "offline"), 20);
  if (await ask(asked)) location.reload();
  else button.focus();
}

let started = false;

export function startMoves(): void {
  if (started) return;
  started = true;
  document.addEventListener("submit", (event) => {
    const form = event.target as HTMLFormElement;
    const button = event.submitter;
    if (!form.matches("form[data-moves]") || !(button instanceof HTMLButtonElement) || event.defaultPrevented) return;
    event.preventDefault();
    if (!form.hasAttribute("aria-busy")) void press(form, button);
  });
}
