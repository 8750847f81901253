// What is done with the chosen rows: asked and previewed in a dialog, done, and taken back from the notice.
import { ahead } from "./ahead";
import { token, word } from "./dom";
import { again } from "./list/keeping";
import type { Picking } from "./picking";
import { fields, sendAside } from "./sending";
import { toast } from "./toasts";

declare const window: Window & { htmx: { process(element: Element): void } };

const UNDO = 10; // seconds

interface Done {
  words: string;
  undo: string;
  href: string;
  ids: number[];
}

export function startBulk(picking: Picking): void {
  picking.bar.addEventListener("submit", (event) => {
    const button = event.submitter as HTMLButtonElement | null;
    event.preventDefault();
    picking.bar.querySelector("details[open]")?.removeAttribute("open");
    const body = picking.content();
    if (button?.dataset.pickExport !== undefined) {
      location.href = `${button.getAttribute("formaction")}?${exported(picking, body)}`;
      return;
    }
    if (button?.dataset.pickMerge !== undefined) {
      const asked = new URLSearchParams({ ids: body.get("ids") ?? "", _back: location.pathname + location.search });
      location.href = `${button.getAttribute("formaction")}?${asked}`;
      return;
    }
    body.set("do", button?.value ?? "update");
    void open(picking, body, button);
  });
}

/** The address of an export: the state of the list, and which of its records. */
function exported(picking: Picking, body: URLSearchParams): URLSearchParams {
  const query = new URLSearchParams(body.get("state") ?? "");
  if (!picking.all) query.set("ids", body.get("ids") ?? "");
  return query;
}

async function open(picking: Picking, body: URLSearchParams, from: HTMLElement | null): Promise<void> {
  const dialog = document.createElement("dialog");
  dialog.className = "action bulk-dialog";
  dialog.setAttribute("aria-labelledby", "bulk-title");
  document.body.append(dialog);
  dialog.addEventListener("close", () => {
    dialog.remove();
    if (from?.isConnected && !picking.bar.hidden) from.focus();
  });
  dialog.addEventListener("click", (event) => {
    if (!(event.target as Element).closest("[data-close]")) return;
    event.preventDefault();
    dialog.close();
  });
  let adding: Promise<void> = Promise.resolve();
  dialog.addEventListener("change", (event) => {
    const field = (event.target as Element).closest<HTMLSelectElement>("[data-bulk-add]")?.value;
    if (!field) return;
    adding = adding.then(async () => {
      const select = dialog.querySelector<HTMLSelectElement>("[data-bulk-add]"); // drawn anew with the field before
      if (!select) return;
      select.value = field;
      if (select.value) await next(picking, dialog, select.form!, "ask");
    }).catch(reportError);
  });
  dialog.addEventListener(
    "submit",
    (event) => {
      event.preventDefault();
      event.stopImmediatePropagation();
      const form = event.target as HTMLFormElement;
      let button = (event as SubmitEvent).submitter as HTMLButtonElement | null;
      if (!button || button.matches(".no-script")) button = form.querySelector<HTMLButtonElement>("[data-save]") ?? button; // Enter in a field goes on
      if (!dialog.hasAttribute("aria-busy")) void next(picking, dialog, form, button?.name === "_step" ? button.value : "ask", button);
    },
    true,
  );
  dialog.innerHTML = `<p class="dlg-body" role="status">${word("loading")}</p>`;
  dialog.showModal();
  await send(picking, dialog, picking.bar.getAttribute("action")!, body);
}

/** Sends a step; what is typed meanwhile is for the form that is answered. */
const send = (picking: Picking, dialog: HTMLDialogElement, address: string, body: URLSearchParams): Promise<void> => ahead(dialog, () => bring(picking, dialog, address, body));

/** The next step of the form: what was filled in goes along. */
async function next(picking: Picking, dialog: HTMLDialogElement, form: HTMLFormElement, step: string, button: HTMLButtonElement | null = null): Promise<void> {
  const body = fields(form);
  body.set("_step", step);
  if (step !== "ask") body.delete("_add");
  if (button && button.name !== "_step" && button.name) body.set(button.name, button.value);
  await send(picking, dialog, form.getAttribute("action")!, body);
}

async function bring(picking: Picking, dialog: HTMLDialogElement, address: string, body: URLSearchParams): Promise<Element | null> {
  dialog.setAttribute("aria-busy", "true");
  const answer = await sendAside(address, body, { headers: { Accept: "text/html", "HX-Request": "true", "X-CSRF-Token": token() } }).catch(() => null);
  dialog.removeAttribute("aria-busy");
  const told = answer?.headers.get("HX-Trigger");
  if (answer?.status === 204 && told) {
    dialog.close();
    done(picking, (JSON.parse(told) as { "kubik:bulk": Done })["kubik:bulk"]);
    return null;
  }
  const to = answer?.headers.get("HX-Redirect");
  if (to) {
    location.href = to;
    return null;
  }
  const part = answer && answer.status < 500 ? new DOMParser().parseFromString(await answer.text(), "text/html") : null;
  const form = part?.querySelector<HTMLFormElement>("form[data-bulk-form]");
  if (!form) {
    const said = [...(part?.querySelector(".fragment-error > div")?.children ?? [])].map((each) => each.textContent?.trim()).filter(Boolean).join(". ");
    toast(said || word(answer ? (answer.status === 401 ? "ended" : "broken") : "offline"), 20);
    if (!dialog.querySelector("form")) dialog.close();
    return null;
  }
  dialog.replaceChildren(document.adoptNode(form));
  window.htmx.process(dialog);
  dialog.dispatchEvent(new CustomEvent("kubik:new", { bubbles: true }));
  const first = dialog.querySelector<HTMLElement>("[aria-invalid=true], .bulk-field:last-of-type :is(.input, input:not([type=hidden])), .field :is(.input, input:not([type=hidden])), .move-targets button, [data-save]");
  (first ?? dialog.querySelector<HTMLElement>("[data-close]"))?.focus();
  return document.activeElement;
}

/** Done: the rows are drawn as they are now, and for ten seconds it can be taken back where it is told. */
function done(picking: Picking, told: Done): void {
  const undo = async (): Promise<void> => {
    const answer = await sendAside(told.undo, new URLSearchParams()).catch(() => null);
    const back = answer?.ok ? ((await answer.json()) as { words?: string; href?: string }) : null;
    if (back?.href) return void (location.href = back.href);
    toast(back?.words ?? word(answer ? "broken" : "offline"), 6);
    refresh(picking, told.ids);
  };
  toast(told.words, UNDO, { label: document.querySelector<HTMLElement>("[data-grid]")?.dataset.undo ?? "", run: () => void undo() });
  picking.clear();
  refresh(picking, told.ids);
}

function refresh(picking: Picking, ids: number[]): void {
  if (ids.length && ids.length <= 200 && picking.area.isConnected) picking.area.dispatchEvent(new CustomEvent("kubik:again", { detail: { ids: ids.map(String) } }));
  else void again();
}
