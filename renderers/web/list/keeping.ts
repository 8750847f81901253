// How a person likes to see a list, kept on the server without a word; the list at another address, and as it is now.
import { token } from "../dom";
import { released } from "../presses";

declare const window: Window & { htmx: { ajax(method: string, path: string, options: object): Promise<void> } };

type Kept = { look: string; pairs: [string, string][] };
type Asked = { fetch?: typeof fetch; target?: Element | null; after?: Promise<void> | null };

const STORE = "kubik-look"; // what the server has not answered yet, for the next page when this one is left

const waiting = JSON.parse(sessionStorage.getItem(STORE) ?? "[]") as Kept[];
const asking = new Set<Asked>(); // what is on its way into the place of the list
let sending: Promise<void> | null = null;
let leaving = false; // the next page may have been asked for before the server knew of it: that one tells it again

addEventListener("beforeunload", () => (leaving = true));

/** One after the other, as they were done; what gathered meanwhile goes together. */
async function send(): Promise<void> {
  while (waiting.length) {
    const look = waiting[0]!.look;
    const end = waiting.findIndex((each) => each.look !== look);
    const sent = end < 0 ? waiting.length : end;
    const body = new URLSearchParams(waiting.slice(0, sent).flatMap((each) => each.pairs));
    const answer = await fetch(look, { method: "POST", headers: { "X-CSRF-Token": token() }, body, keepalive: true }).catch(() => null);
    if (!answer) break; // offline, or the page is being left: said again with the next thing, or by the next page
    waiting.splice(0, sent);
    if (!leaving) store();
  }
  sending = null;
}

function store(): void {
  if (waiting.length) sessionStorage.setItem(STORE, JSON.stringify(waiting));
  else sessionStorage.removeItem(STORE);
}

export function keep(area: HTMLElement, pairs: [string, string][]): void {
  waiting.push({ look: area.dataset.look ?? "", pairs });
  leaving = false;
  store();
  sending ??= send();
}

const asked = (event: Event): Asked => (event as CustomEvent<{ ctx: Asked }>).detail.ctx;

document.addEventListener("htmx:config:request", (event) => {
  const one = asked(event);
  const before = (one.after = sending);
  one.fetch = async (...request) => {
    await before; // whatever is asked after something was done to the list is asked when the server knows of it
    const answer = await fetch(...request);
    await released(); // nothing is exchanged under a press: it would be lost
    return answer;
  };
});
document.addEventListener("htmx:before:request", (event) => asked(event).target?.id === "list" && asking.add(asked(event)));
document.addEventListener("htmx:finally:request", (event) => asking.delete(asked(event)));

/** The page was left before the server had answered: it is told again, and the list drawn as it should be. */
export function goOn(): void {
  if (!waiting.length || sending) return;
  const mine = (sending = send());
  void mine.then(() => {
    if (![...asking].some((one) => one.after === mine)) return again(); // what was asked since waited for it, and comes as it should be
  });
}

/** The list with another part of its state, in the place of this one. */
export async function go(changes: Record<string, string>): Promise<void> {
  const address = new URL(location.href);
  address.searchParams.delete("cursor");
  for (const [name, value] of Object.entries(changes)) address.searchParams.set(name, value);
  await visit(address.pathname + address.search);
}

/** The list at an address; what was asked of it before is given up, as when a link in it is pressed. */
export async function visit(path: string): Promise<void> {
  await ask(path, { push: path });
}

async function ask(path: string, how: object = {}): Promise<void> {
  await window.htmx.ajax("GET", path, { source: "#list", target: "#list", swap: "outerHTML", ...how });
}

/** The list as it is now, when what a person asked of it has come; `focus` names what has the focus then, told what had it. */
export async function again(focus?: (had: Element) => string | null): Promise<void> {
  while (asking.size) await new Promise((resolve) => document.addEventListener("htmx:finally:request", resolve, { once: true }));
  let wanted: string | null = null;
  const look = (): void => void (wanted = focus?.(document.activeElement ?? document.body) ?? null);
  document.addEventListener("htmx:before:swap", look);
  await ask(location.pathname + location.search).finally(() => document.removeEventListener("htmx:before:swap", look));
  if (wanted) document.querySelector<HTMLElement>(wanted)?.focus();
}
