// The list of fields: found while one types, put where it is said, or where it fits.
import { word } from "../dom";
import { toast } from "../toasts";
import { condition, put } from "./state";

function show(form: HTMLElement, typed: string): void {
  const wanted = typed.trim().toLowerCase();
  let any = false;
  for (const item of form.querySelectorAll<HTMLLIElement>(".rlist li")) {
    const button = item.querySelector<HTMLElement>(":scope > .rfield");
    const own = !wanted || (button?.dataset.field ?? "").toLowerCase().includes(wanted);
    const inner = item.querySelector<HTMLDetailsElement>(":scope > .rinner");
    const within = !!wanted && [...(inner?.querySelectorAll<HTMLElement>(".rfield") ?? [])].some((each) => each.dataset.field!.toLowerCase().includes(wanted));
    item.hidden = !own && !within;
    if (inner && wanted) inner.open = within;
    any ||= !item.hidden;
  }
  const none = form.querySelector<HTMLElement>("[data-rnone]");
  if (none) none.hidden = any;
}

/** Fields two links away are too many to be listed: the server is asked for those that are called so. */
class Far {
  private asked = "";
  private told = false; // that there is no connection: once, not with each letter
  private answer: Promise<void> = Promise.resolve();

  constructor(
    readonly report: HTMLElement,
    readonly form: HTMLFormElement,
  ) {}

  ask(typed: string): void {
    const wanted = typed.trim();
    if (wanted === this.asked) return;
    this.asked = wanted;
    for (const each of this.form.querySelectorAll("[data-far]")) each.remove();
    if (wanted.length > 1) this.answer = this.take(wanted);
  }

  private async take(wanted: string): Promise<void> {
    const address = new URL(this.report.dataset.put ?? "", location.href);
    address.searchParams.set("find", wanted);
    const answer = await fetch(address).catch(() => null);
    const html = await answer?.text().catch(() => null);
    if (wanted !== this.asked) return;
    if (html == null) return this.lost();
    this.told = false;
    if (!answer?.ok) return;
    const found = new DOMParser().parseFromString(`<ul>${html}</ul>`, "text/html");
    this.form.querySelector(".rlist")?.append(...found.querySelectorAll("li"));
    show(this.form, wanted);
  }

  /** Nothing came: the same text is asked for again when it is typed again. */
  private lost(): void {
    this.asked = "";
    if (!this.told) toast(word("offline"), 20);
    this.told = true;
  }

  /** The answer to what was typed last. */
  async come(): Promise<void> {
    await this.answer;
  }
}

const seen = (button: HTMLElement): boolean => !button.closest("[hidden]") && button.getClientRects().length > 0;

export function startFieldList(report: HTMLElement): void {
  const form = report.querySelector<HTMLFormElement>("[data-rfields]");
  const find = form?.querySelector<HTMLInputElement>("[data-rfind]");
  const to = form?.querySelector<HTMLSelectElement>("[data-rto]");
  if (!form || !find || !to) return;
  const far = new Far(report, form);
  const look = () => {
    show(form, find.value);
    far.ask(find.value);
  };
  find.addEventListener("input", look);
  const first = (): HTMLElement | undefined => {
    const wanted = find.value.trim().toLowerCase();
    const found = buttons();
    return found.find((each) => each.dataset.field!.toLowerCase().startsWith(wanted)) ?? found.find((each) => each.dataset.field!.toLowerCase().includes(wanted)) ?? found[0];
  };
  const buttons = () => [...form.querySelectorAll<HTMLButtonElement>(".rfield:not([disabled])")].filter(seen);
  form.addEventListener("keydown", (event) => {
    const by = event.code === "ArrowDown" ? 1 : event.code === "ArrowUp" ? -1 : 0;
    const target = event.target as HTMLElement;
    if (target === find && event.code === "Enter") {
      event.preventDefault();
      const near = first();
      if (near) near.click();
      else void far.come().then(() => first()?.click());
    } else if (by && !event.altKey && (target === find || target.matches(".rfield"))) {
      event.preventDefault();
      const all = buttons();
      const at = all.indexOf(target as HTMLButtonElement);
      if (at + by < 0 || (at < 0 && by < 0)) find.focus();
      else all[at + by]?.focus();
    }
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = event.submitter as HTMLButtonElement | null;
    if (!button?.value) return;
    if (to.value === "filter") {
      to.value = "";
      return condition(report, button.value);
    }
    find.value = "";
    far.ask("");
    put({ add: button.value, to: to.value }, `.rfield[value="${CSS.escape(button.value)}"]`);
  });
  const mark = () => report.querySelectorAll<HTMLElement>("[data-zone]").forEach((zone) => zone.classList.toggle("hot", zone.dataset.zone === to.value));
  to.addEventListener("change", mark);
  // the plus of an area: the next field that is pressed goes there
  report.addEventListener(
    "click",
    (event) => {
      const plus = (event.target as Element).closest<HTMLElement>("[data-radd]");
      if (!plus || event.ctrlKey || event.metaKey || event.shiftKey) return;
      event.preventDefault();
      event.stopPropagation();
      to.value = plus.dataset.radd!;
      mark();
      find.focus();
      find.scrollIntoView({ block: "nearest" });
    },
    { capture: true },
  );
  look();
}
