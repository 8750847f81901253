// Sign-in over an open form: the session has ended, what was typed has not.
import { token, word } from "./dom";

let waiting: (() => void) | undefined;

/** The new session's protection token, wherever the page holds it. */
export function renew(fresh: string): void {
  const meta = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]');
  if (meta) meta.content = fresh;
  for (const field of document.querySelectorAll<HTMLInputElement>('input[name="_csrf_token"]')) field.value = fresh;
}

/** Whether the form waits for a code, its password having been right. */
function awaitsCode(form: HTMLFormElement, waits: boolean): void {
  const code = form.querySelector<HTMLElement>("[data-code]")!;
  code.hidden = !waits;
  const box = code.querySelector<HTMLInputElement>("input")!;
  box.required = waits;
  form.dataset.to = waits ? "/sign-in/code" : "/sign-in";
  if (waits) box.focus();
}

let sending = false; // pressed twice: a code is good once

async function send(dialog: HTMLDialogElement, form: HTMLFormElement): Promise<void> {
  const refused = form.querySelector<HTMLElement>("[data-refused]")!;
  const body = new URLSearchParams({ _csrf_token: token() });
  for (const [name, value] of new FormData(form)) if (typeof value === "string") body.set(name, value);
  const ask = (): Promise<Response> => fetch(form.dataset.to ?? "/sign-in", { method: "POST", body, headers: { "HX-Request": "true", "X-CSRF-Token": token() } });
  let answer = await ask();
  const fresh = answer.headers.get("X-CSRF-Token");
  if (answer.status === 403 && fresh) {
    renew(fresh);
    body.set("_csrf_token", fresh);
    answer = await ask();
  }
  const told = (await answer.json()) as { person?: string; csrf?: string; error?: string; more?: string; anew?: boolean };
  if (told.more === "code") {
    refused.hidden = true;
    awaitsCode(form, true);
    return;
  }
  if (told.more !== undefined) told.error = form.dataset.elsewhere;
  if (told.anew) awaitsCode(form, false);
  if (!answer.ok || told.csrf === undefined) {
    refused.textContent = told.error ?? "";
    refused.hidden = false;
    form.querySelector<HTMLInputElement>(form.dataset.to === "/sign-in/code" ? "[name=code]" : "[name=password]")!.select();
    return;
  }
  renew(told.csrf);
  const open = document.querySelector<HTMLFormElement>("form[data-form]");
  if (open && open.dataset.person !== told.person) {
    open.dispatchEvent(new CustomEvent("kubik:leave", { bubbles: true })); // the form is another person's
    location.assign("/");
    return;
  }
  dialog.close();
  awaitsCode(form, false);
  form.reset();
  const then = waiting;
  waiting = undefined;
  then?.();
}

/** Asks to sign in; `then` goes on where it stopped. False when the page has no such dialog. */
export function signInAgain(then?: () => void): boolean {
  const dialog = document.querySelector<HTMLDialogElement>("#sign-in");
  if (!dialog) return false;
  waiting = then ?? waiting;
  if (dialog.open) return true;
  const form = dialog.querySelector<HTMLFormElement>("[data-sign-in]")!;
  if (form.dataset.wired === undefined) {
    form.dataset.wired = "";
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      event.stopPropagation();
      if (sending) return;
      sending = true;
      const told = form.querySelector<HTMLElement>("[data-refused]")!;
      void send(dialog, form).catch(() => {
        told.textContent = word("offline");
        told.hidden = false;
      }).finally(() => (sending = false));
    });
    form.querySelector("[data-later]")?.addEventListener("click", () => dialog.close());
  }
  form.querySelector<HTMLElement>("[data-refused]")!.hidden = true;
  dialog.showModal();
  form.querySelector<HTMLInputElement>("[name=login]")!.focus();
  return true;
}
