// Drafts: what is typed and not saved is kept on the server, soon after it is typed and when the page goes away.
import { fresh, word } from "./dom";
import { fields, sendAside } from "./sending";
import { toast } from "./toasts";

const PAUSE = 1500;
const SMALL = 60_000; // what a browser still sends when its page is closed
const LATE = 10_000; // milliseconds that Save waits for a draft that does not arrive

interface Keeping {
  /** Nothing is to be kept any more: it is saved, or given up. */
  stop(): void;
  /** Whether everything typed is on the server. */
  kept(): boolean;
}

const open = new WeakMap<HTMLFormElement, Keeping>();

function start(form: HTMLFormElement): void {
  const state = form.querySelector<HTMLElement>("[data-state]");
  let timer = 0;
  let dirty = false;
  let stopped = false;
  let told = false;
  let failing = false; // what was sent last did not arrive: whoever leaves is asked
  let saving = false;
  let sending: AbortController | null = null;
  let held: (() => void) | null = null; // Save that waits: a draft on its way must not come behind it
  let late = 0;
  const address = `${form.dataset.here}/draft`;
  const wait = (): void => {
    clearTimeout(timer);
    timer = window.setTimeout(keep, PAUSE);
  };
  const send = async (body: URLSearchParams, more: RequestInit = {}): Promise<void> => {
    sending?.abort(); // older
    const mine = (sending = new AbortController());
    dirty = false;
    try {
      const answer = await sendAside(address, body, { ...more, signal: mine.signal });
      failing = !answer.ok;
      if (answer.status === 401 && !told) {
        told = true;
        if (!document.querySelector("#sign-in[open]")) toast(word("endedForm"), 20);
      }
      if (answer.ok) told = false;
      if (!answer.ok) dirty = true;
      else if (state && !stopped && !dirty) state.textContent = word("kept");
    } catch {
      if (!mine.signal.aborted) dirty = failing = true; // offline: tried again with the next key
    }
    if (sending !== mine) return;
    sending = null;
    if (dirty && !failing) wait();
    held?.();
  };
  const keep = (): void => {
    clearTimeout(timer);
    if (!stopped && dirty && !saving && !sending && form.isConnected) void send(fields(form));
  };
  const last = (): void => {
    clearTimeout(timer);
    if (stopped || !dirty) return;
    const body = fields(form);
    if (body.toString().length <= SMALL) void send(body, { keepalive: true });
  };
  const touched = (): void => {
    dirty = true;
    wait();
  };
  const giveUp = (): void => {
    dirty = true; // should what is saved now be refused
    sending?.abort();
  };
  form.addEventListener("submit", (event) => {
    if (!sending) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (!held) late = window.setTimeout(giveUp, LATE);
    held = () => {
      held = null;
      clearTimeout(late);
      form.requestSubmit(event.submitter);
    };
  }, true);
  for (const [name, now] of [["htmx:before:request", true], ["htmx:finally:request", false]] as const) {
    form.addEventListener(name, (event) => {
      if (event.target !== form) return;
      saving = now;
      if (!saving && dirty) wait(); // refused, or not arrived
    });
  }
  form.addEventListener("input", touched);
  form.addEventListener("change", touched);
  if (form.querySelector(".summary, .stale")) touched(); // refused: what was typed last may not be kept yet
  form.addEventListener("kubik:ended", () => (dirty = failing = true));
  const gone = new AbortController();
  const leave = (): void => (form.isConnected ? last() : gone.abort());
  window.addEventListener("pagehide", leave, { signal: gone.signal });
  document.addEventListener("visibilitychange", () => document.visibilityState === "hidden" && leave(), { signal: gone.signal });
  open.set(form, {
    stop: () => {
      stopped = true;
      held = null;
      clearTimeout(late);
      clearTimeout(timer);
      sending?.abort();
    },
    kept: () => {
      if (failing) return false;
      last();
      return !dirty;
    },
  });
}

/** Whether the whole of a form is on its way to the server, so that nobody needs to be asked about leaving. */
export const isKept = (form: HTMLFormElement): boolean => open.get(form)?.kept() ?? false;

/** The form is saved or left on purpose: nothing more of it is kept. */
export const stopKeeping = (form: HTMLFormElement): void => open.get(form)?.stop();

/** What was typed is given up. */
export function discard(form: HTMLFormElement): void {
  stopKeeping(form);
  const key = form.dataset.draft;
  if (key) void sendAside(`/drafts/${key}/discard`, new URLSearchParams(), { keepalive: true, redirect: "manual" }).catch(() => undefined);
}

export function startDrafts(root: ParentNode): void {
  fresh<HTMLFormElement>(root, "form[data-draft]", "drafted").forEach(start);
}
