// Fields of files: sent at once with their progress, dropped, pasted, photographed, put in order; secrets shown for a while.
import { fresh, icon, token, word } from "./dom";
import { toast } from "./toasts";

interface Sent { id: number; name: string; size: number; type: string; url: string }

const SHOWN_SECONDS = 30;
const going = new Set<XMLHttpRequest>();
let behind: { form: HTMLFormElement; button: HTMLElement | null } | null = null; // sent as soon as its files are there
let reads = 0; // of panels
let hovered: HTMLElement | null = null;

const listOf = (group: HTMLElement): HTMLUListElement => group.querySelector(".file-list")!;
const itemsOf = (group: HTMLElement): HTMLElement[] => [...listOf(group).querySelectorAll<HTMLElement>("[data-file]")];
const mostOf = (group: HTMLElement): number => Number(group.dataset.most) || Infinity;

function say(group: HTMLElement, text: string): void {
  const said = group.querySelector<HTMLElement>("[data-said]");
  if (said) said.textContent = text;
}

/** The form learns that something was changed, as if it had been typed. */
function changed(group: HTMLElement): void {
  group.dispatchEvent(new Event("input", { bubbles: true }));
  group.dispatchEvent(new Event("change", { bubbles: true }));
}

function button(name: string, drawing: string, press: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = "btn ghost slim icon";
  made.setAttribute("aria-label", name);
  made.title = name;
  made.append(icon(drawing));
  made.addEventListener("click", press);
  return made;
}

function nameOf(item: HTMLElement): string {
  return item.querySelector("a, .file-name")?.textContent?.trim() ?? "";
}

function shift(group: HTMLElement, item: HTMLElement, by: number): void {
  const beside = by < 0 ? item.previousElementSibling : item.nextElementSibling;
  if (!beside) return;
  if (by < 0) beside.before(item);
  else beside.after(item);
  changed(group);
  item.querySelector<HTMLElement>(by < 0 ? "[data-up]" : "[data-down]")?.focus();
  say(group, `${nameOf(item)}: ${itemsOf(group).indexOf(item) + 1}`);
}

/** Buttons of a file that stands in the field; its box that is ticked to stay is of no use any more. */
function finish(group: HTMLElement, item: HTMLElement): void {
  const box = item.querySelector<HTMLInputElement>("input[type=checkbox]");
  if (box) box.classList.add("hush");
  if (mostOf(group) > 1) {
    const up = button(word("fileUp", nameOf(item)), "chevron-up", () => shift(group, item, -1));
    const down = button(word("fileDown", nameOf(item)), "chevron-down", () => shift(group, item, 1));
    up.dataset.up = down.dataset.down = "";
    item.append(up, down);
    item.addEventListener("keydown", (event) => {
      if (!event.altKey || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
      event.preventDefault();
      event.stopPropagation();
      shift(group, item, event.key === "ArrowUp" ? -1 : 1);
    });
  }
  item.append(button(word("fileRemove", nameOf(item)), "x", () => {
    item.remove();
    changed(group);
    group.querySelector<HTMLElement>(".file-input")?.focus();
  }));
}

function hidden(name: string, value: string): HTMLInputElement {
  const made = document.createElement("input");
  made.type = "hidden";
  made.name = name;
  made.value = value;
  return made;
}

/** A file that was taken, in the place of its progress. */
function stand(group: HTMLElement, item: HTMLElement, file: Sent): void {
  const field = group.dataset.files ?? "";
  const link = document.createElement("a");
  link.className = "ell";
  link.href = file.url;
  link.target = "_blank";
  link.rel = "noopener";
  link.textContent = file.name;
  const shown: HTMLElement[] = [];
  if (group.dataset.picture !== undefined) {
    const small = document.createElement("img");
    small.className = "small";
    small.alt = "";
    small.dataset.thumb = "";
    small.src = `/files/${file.id}/thumb/96`;
    shown.push(small);
  }
  item.replaceChildren(...shown, link, hidden(field, String(file.id)), hidden(`${field}~was`, `${file.id} ${file.name}`));
  finish(group, item);
  say(group, word("fileSent", file.name));
  changed(group);
}

function refusal(answer: string): string {
  try {
    const problem = JSON.parse(answer) as { detail?: string; errors?: { message: string }[] };
    return problem.errors?.[0]?.message ?? problem.detail ?? word("fileLost");
  } catch {
    return word("fileLost");
  }
}

function refused(group: HTMLElement, item: HTMLElement, name: string, why: string): void {
  item.classList.add("bad");
  const told = document.createElement("span");
  told.className = "wrong";
  told.textContent = `${name}: ${why}`;
  item.replaceChildren(told, button(word("fileRemove", name), "x", () => item.remove()));
  say(group, told.textContent);
}

/** Sends one file; a press on its cross takes it back. */
function send(group: HTMLElement, file: File): void {
  const item = document.createElement("li");
  item.className = "file-item";
  item.dataset.file = "";
  const name = document.createElement("span");
  name.className = "file-name ell";
  name.textContent = file.name;
  const bar = document.createElement("progress");
  bar.max = 100;
  bar.value = 0;
  bar.setAttribute("aria-label", file.name);
  const request = new XMLHttpRequest();
  const cancel = button(word("fileCancel", file.name), "x", () => { behind = null; request.abort(); item.remove(); });
  item.append(name, bar, cancel);
  listOf(group).append(item);
  const most = Number(group.dataset.bytes);
  if (most && file.size > most) {
    refused(group, item, file.name, word("fileLarge"));
    return;
  }
  const body = new FormData();
  body.append("file", file);
  request.open("POST", group.dataset.attach ?? "/api/files");
  request.setRequestHeader("X-CSRF-Token", token());
  request.setRequestHeader("Accept-Language", document.documentElement.lang);
  request.upload.addEventListener("progress", (event) => { if (event.lengthComputable) bar.value = (100 * event.loaded) / event.total; });
  request.addEventListener("load", () => {
    if (request.status !== 201) refused(group, item, file.name, refusal(request.responseText));
    else if (group.dataset.attach) hung(group, item);
    else stand(group, item, JSON.parse(request.responseText) as Sent);
  });
  request.addEventListener("error", () => refused(group, item, file.name, word("fileLost")));
  request.addEventListener("loadend", () => {
    going.delete(request);
    goOn();
  });
  going.add(request);
  request.send(body);
}

const onTheWay = (around: ParentNode): boolean => around.querySelector("[data-files] progress") !== null;

/** A form that was sent while its files were on their way goes behind them; what was refused is looked at first. */
function goOn(): void {
  if (!behind || onTheWay(behind.form)) return;
  const { form, button } = behind;
  behind = null;
  if (form.isConnected && !form.querySelector("[data-files] .bad")) form.requestSubmit(button?.isConnected ? button : null);
}

/** A file that hangs on the record now: its panel is read again, when the last of them is there. */
async function hung(group: HTMLElement, item: HTMLElement): Promise<void> {
  item.remove();
  const panel = group.closest<HTMLElement>("[data-fragment]");
  const turn = ++reads;
  if (!panel || onTheWay(panel)) return;
  const answer = await fetch(panel.dataset.fragment ?? "", { headers: { "HX-Request": "true" } }).catch(() => null);
  const html = answer?.ok ? await answer.text() : "";
  const read = new DOMParser().parseFromString(html, "text/html").querySelector(`#${panel.id}`);
  if (!read || turn !== reads || onTheWay(panel)) return; // the next one reads it
  panel.replaceWith(read);
  read.dispatchEvent(new CustomEvent("kubik:new", { bubbles: true }));
}

function take(group: HTMLElement, files: Iterable<File>): void {
  const most = mostOf(group);
  for (const file of files) {
    if (most === 1) for (const item of itemsOf(group)) item.remove();
    else if (itemsOf(group).length >= most) {
      toast(word("fileMany", most));
      return;
    }
    send(group, file);
  }
}

function startGroup(group: HTMLElement): void {
  for (const item of itemsOf(group)) finish(group, item);
  group.querySelector<HTMLElement>("[data-drop-words]")?.removeAttribute("hidden");
  for (const input of group.querySelectorAll<HTMLInputElement>(".file-input")) {
    input.addEventListener("change", (event) => {
      event.stopPropagation();
      take(group, [...(input.files ?? [])]);
      input.value = "";
    });
    input.addEventListener("input", (event) => event.stopPropagation());
  }
  group.addEventListener("dragover", (event) => {
    if (!event.dataTransfer?.types.includes("Files")) return;
    event.preventDefault();
    group.classList.add("over");
  });
  group.addEventListener("dragleave", () => group.classList.remove("over"));
  group.addEventListener("drop", (event) => {
    group.classList.remove("over");
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    take(group, event.dataTransfer.files);
  });
  group.addEventListener("mouseenter", () => { hovered = group; });
  group.addEventListener("mouseleave", () => { if (hovered === group) hovered = null; });
}

document.addEventListener("paste", (event) => {
  const files = event.clipboardData?.files;
  if (!files?.length) return;
  const focused = (event.target as Element | null)?.closest?.<HTMLElement>("[data-files]") ?? document.activeElement?.closest<HTMLElement>("[data-files]");
  const every = document.querySelectorAll<HTMLElement>("[data-files]");
  const group = focused ?? hovered ?? (every.length === 1 ? every[0] : null);
  if (!group) return;
  event.preventDefault();
  take(group, files);
});

// a form is not sent while its files are still on their way
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (!going.size || !onTheWay(form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  behind = { form, button: event.submitter };
  toast(word("fileWait"));
}, true);

// a picture that cannot be drawn small is an icon
document.addEventListener("error", (event) => {
  const picture = event.target as HTMLElement;
  if (picture.dataset?.thumb === undefined) return;
  const shown = icon("photo");
  const label = picture.getAttribute("alt");
  if (!label) {
    picture.replaceWith(shown);
    return;
  }
  const words = document.createElement("span");
  words.className = "ell";
  words.textContent = label;
  picture.replaceWith(shown, words);
}, true);

/** A secret on a card: told on request, hidden again after a while; copied without being looked at. */
function startSecret(secret: HTMLElement): void {
  const here = secret.closest<HTMLElement>("[data-here]")?.dataset.here ?? "";
  const found = /^\/e\/([^/]+)\/(\d+)$/.exec(here);
  if (!found || !secret.closest(".value")) return;
  const dots = secret.querySelector<HTMLElement>(".dots")!;
  const address = `/api/records/${found[1]}/${found[2]}/reveal/${secret.dataset.secret}`;
  let shown: HTMLElement | null = null;
  let asking = false;
  let timer = 0;
  const ask = async (): Promise<string | null> => {
    const answer = await fetch(address, { method: "POST", headers: { "X-CSRF-Token": token(), "Accept-Language": document.documentElement.lang }, cache: "no-store" }).catch(() => null);
    const body = (await answer?.json().catch(() => null)) as { value?: string | null; detail?: string } | null | undefined;
    if (answer?.ok && body) return body.value ?? "";
    if (!answer || answer.ok) toast(word("offline"), 20); // no answer, or one that broke off
    else toast(body?.detail ?? word("fileLost"));
    return null;
  };
  const hide = (): void => {
    window.clearTimeout(timer);
    shown?.replaceWith(dots);
    shown = null;
    eye.setAttribute("aria-pressed", "false");
  };
  const show = async (): Promise<void> => {
    if (shown) return hide();
    if (asking) return; // pressed twice: what is shown twice would be hidden once
    asking = true;
    const text = await ask().finally(() => (asking = false));
    if (text === null) return;
    shown = document.createElement("code");
    shown.textContent = text;
    dots.replaceWith(shown);
    eye.setAttribute("aria-pressed", "true");
    timer = window.setTimeout(hide, SHOWN_SECONDS * 1000);
  };
  const eye = button(word("secretShow"), "eye", () => void show());
  eye.setAttribute("aria-pressed", "false");
  const copy = button(word("secretCopy"), "copy", () => void ask().then(async (text) => {
    if (text === null) return;
    await navigator.clipboard.writeText(text);
    toast(word("secretCopied"));
  }));
  secret.append(eye, copy);
}

/** A file that hangs on a record is taken off it, and can be brought back from the bin. */
function startAttachment(line: HTMLElement): void {
  const address = line.dataset.attachment;
  if (!address) return;
  let going = false;
  const take = async (): Promise<void> => {
    if (going) return; // pressed twice
    going = true;
    const answer = await fetch(address, { method: "DELETE", headers: { "X-CSRF-Token": token(), "Accept-Language": document.documentElement.lang } }).catch(() => null).finally(() => (going = false));
    if (!answer) toast(word("offline"), 20);
    else if (answer.ok) document.querySelector(`[data-attachment="${address}"]`)?.closest("li")?.remove(); // drawn anew meanwhile
    else toast(refusal(await answer.text().catch(() => "")));
  };
  line.append(button(word("fileRemove", line.querySelector(".ell")?.textContent?.trim() ?? ""), "x", () => void take()));
}

export function startFiles(root: ParentNode): void {
  for (const line of fresh(root, "[data-attachment]", "attachmentReady")) startAttachment(line);
  for (const group of fresh(root, "[data-files]", "filesReady")) startGroup(group);
  for (const secret of fresh(root, "[data-secret]", "secretReady")) startSecret(secret);
}
