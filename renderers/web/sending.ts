// A form sent aside, while it stays open: recalculations and drafts.
import { token } from "./dom";
import { renew } from "./sign_in";

/** The fields of a form as a browser would send them; files stay where they are. */
export function fields(form: HTMLFormElement): URLSearchParams {
  const body = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (typeof value === "string") body.append(name, value);
  return body;
}

/** Posts a form aside; the protection token of a newer session is taken over once. */
export async function sendAside(address: string, body: URLSearchParams, more: RequestInit = {}): Promise<Response> {
  const ask = (): Promise<Response> =>
    fetch(address, { method: "POST", body, headers: { Accept: "application/json", "HX-Request": "true", "X-CSRF-Token": token() }, ...more });
  const sent = token();
  const answer = await ask();
  const fresh = answer.headers.get("X-CSRF-Token");
  if (answer.status !== 403 || !fresh || fresh === sent) return answer;
  renew(fresh);
  body.set("_csrf_token", fresh);
  return ask();
}
