// What every request carries, and what happens when one does not succeed: nothing that was typed is touched.
import { token, word } from "./dom";
import { renew, signInAgain } from "./sign_in";
import { toast } from "./toasts";

interface Exchange {
  request: { headers: Record<string, string>; method: string };
  response?: { status: number; raw?: Response };
  sourceElement: HTMLElement;
  text?: string;
}

const exchange = (event: Event): Exchange => (event as CustomEvent<{ ctx: Exchange }>).detail.ctx;

/** The words of an error partial. */
function said(text: string | undefined): string {
  const parsed = new DOMParser().parseFromString(text ?? "", "text/html").querySelector(".fragment-error > div");
  return [...(parsed?.children ?? [])].map((part) => part.textContent?.trim()).filter(Boolean).join(". ");
}

/** Signed in again in another tab: the protection token is another one, everything else is good; sent once more. */
function renewed(response: Response | undefined, sent: string | undefined, source: HTMLElement): boolean {
  const fresh = response?.headers.get("X-CSRF-Token");
  if (!fresh || sent === fresh) return false; // another request may have taken it over already
  renew(fresh);
  const form = source.closest<HTMLFormElement>("form[data-form]");
  if (!form) return false;
  setTimeout(() => form.requestSubmit(form.querySelector<HTMLButtonElement>("[data-save]")));
  return true;
}

function tell(event: Event): void {
  const { response, request, sourceElement, text } = exchange(event);
  const status = response?.status ?? 0;
  if (status === 403 && renewed(response?.raw, request.headers["X-CSRF-Token"], sourceElement)) return;
  if (status === 412 || status === 409 || status === 422) return; // the form itself says
  if (status === 401) {
    const form = sourceElement.closest<HTMLFormElement>("form[data-form]");
    form?.dispatchEvent(new CustomEvent("kubik:ended"));
    if (request.method.toUpperCase() === "GET" && !form) location.reload();
    else if (!form || !signInAgain(() => form.requestSubmit(form.querySelector<HTMLButtonElement>("[data-save]")))) toast(word("ended"), 60);
    return;
  }
  toast(said(text) || word("broken"), 20);
}

export function startServer(): void {
  document.addEventListener("htmx:config:request", (event) => {
    exchange(event).request.headers["X-CSRF-Token"] = token();
  });
  document.addEventListener("htmx:response:error", tell);
  document.addEventListener("htmx:error", (event) => {
    if (exchange(event)) toast(word("offline"), 20);
  });
}
