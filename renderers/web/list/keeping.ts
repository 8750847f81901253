// How a person likes to see a list, kept on the server without a word; and the list at another address.
import { token } from "../dom";

declare const window: Window & { htmx: { ajax(method: string, path: string, options: object): Promise<void> } };

export function keep(area: HTMLElement, pairs: [string, string][]): void {
  void fetch(area.dataset.look ?? "", { method: "POST", headers: { "X-CSRF-Token": token() }, body: new URLSearchParams(pairs), keepalive: true }).catch(() => undefined);
}

/** The list with another part of its state, in the place of this one. */
export async function go(changes: Record<string, string>): Promise<void> {
  const address = new URL(location.href);
  address.searchParams.delete("cursor");
  for (const [name, value] of Object.entries(changes)) address.searchParams.set(name, value);
  await visit(address.pathname + address.search);
}

export async function visit(path: string): Promise<void> {
  await window.htmx.ajax("GET", path, { target: "#list", swap: "outerHTML", push: path });
}
