// Recalculation while one types: computed and following values, conditions, options, warnings - one request for all.
import { fresh, icon, word } from "./dom";
import { changed, hold } from "./locks";
import { fields, sendAside } from "./sending";

interface Following {
  value: string;
  title: string;
  by_hand: boolean;
  take: boolean;
}

interface Answer {
  computed: Record<string, { html: string; plain: string }>;
  follows: Record<string, Following>;
  hidden: string[];
  asked: string[];
  locked: string[];
  unfit: string[];
  stands: boolean;
  duplicates: { field: string; id: string; words: string; links: { href: string; title: string }[] }[];
}

const PAUSE = 350;

const standing = (control: HTMLInputElement): string => (control.type === "checkbox" ? String(control.checked) : control.value);

class Live {
  timer = 0;
  asking?: AbortController;
  /** Fields that were told to follow again, until that is answered or something else is typed into them. */
  private readonly again = new Set<string>();
  private named = new Map<string, HTMLInputElement>();
  private computed = new Map<string, HTMLElement>();
  private lines = new Map<string, HTMLElement>();
  private readonly drawn = new WeakMap<HTMLElement, string>();

  constructor(readonly form: HTMLFormElement) {
    form.addEventListener("input", (event) => {
      this.again.delete(((event.target as HTMLInputElement).name ?? "").replace(/~text$/, "")); // rich text has none
      this.asking?.abort(); // what it answers is not there any more
      this.soon();
    });
    form.addEventListener("change", (event) => {
      if ((event.target as Element).matches("[data-value]")) this.again.delete((event.target as HTMLInputElement).name);
      this.soon();
    });
    form.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("[data-refresh]");
      if (button) this.refresh(button.dataset.refresh!);
    });
    for (const button of form.querySelectorAll<HTMLElement>(".by-hand [data-refresh]")) button.hidden = false;
    if (form.dataset.dirty !== undefined || !form.elements.namedItem("_record") || form.querySelector("[data-asks]")) this.soon(0);
  }

  soon(pause = PAUSE): void {
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => void this.ask(), pause);
  }

  /** A field follows again: at once for what is saved now, and to be seen when it is answered. */
  refresh(name: string): void {
    this.look();
    const control = this.control(name);
    if (control) this.mark(name, "again", standing(control));
    this.again.add(name);
    void this.ask();
  }

  async ask(): Promise<void> {
    clearTimeout(this.timer);
    this.asking?.abort();
    const asking = (this.asking = new AbortController());
    const body = fields(this.form);
    const [refresh] = this.again;
    if (refresh) body.set("_refresh", refresh);
    const typed = new Map([...body]);
    try {
      const answer = await sendAside(this.form.dataset.live!, body, { signal: asking.signal });
      if (!answer.ok || !this.form.isConnected) return;
      this.apply((await answer.json()) as Answer, typed);
      if (refresh && this.again.delete(refresh) && this.again.size) void this.ask();
    } catch (error) {
      if ((error as Error).name !== "AbortError" && !(error instanceof TypeError)) throw error; // offline: told when it is saved
    }
  }

  apply(answer: Answer, typed: Map<string, string>): void {
    this.look();
    for (const [name, { html, plain }] of Object.entries(answer.computed)) {
      const place = this.computed.get(name);
      if (!place) continue;
      if (this.drawn.get(place) !== html) place.innerHTML = html;
      this.drawn.set(place, html);
      place.dataset.plain = plain;
      place.classList.remove("outdated");
    }
    for (const [name, following] of Object.entries(answer.follows)) this.take(name, following, typed);
    if (answer.stands) this.stand(answer);
    this.warn(answer.duplicates);
    this.form.dispatchEvent(new CustomEvent("kubik:recalculated", { bubbles: true }));
  }

  /** A following value goes into its field, unless somebody typed there meanwhile. */
  take(name: string, { value, title, by_hand: byHand, take: told }: Following, typed: Map<string, string>): void {
    const control = this.control(name);
    if (!control) return;
    const take = told && this.again.has(name);
    const now = standing(control);
    if (!byHand && now !== value && (take || now === (typed.get(name) ?? ""))) {
      const box = control.closest<HTMLElement>("[data-combo]");
      const text = box?.querySelector<HTMLInputElement>("input.input");
      if (document.activeElement !== (text ?? control) || take) {
        this.put(control, value);
        if (box && text) {
          text.value = box.querySelector<HTMLInputElement>("[data-title]")!.value = title;
          box.classList.toggle("filled", value !== "");
        }
        this.mark(name, take ? "again" : "follows", value);
      }
    } else if (take) this.mark(name, "again", value);
    else if (!byHand && now === value && this.isNew(name)) this.mark(name, "follows", value);
    else if (byHand) this.mark(name, "follows", null);
    this.tell(name, control, byHand);
  }

  put(control: HTMLInputElement, value: string): void {
    if (control.type === "checkbox") control.checked = value === "true";
    else control.value = value;
    control.dispatchEvent(new CustomEvent("kubik:put", { bubbles: true }));
  }

  /** Everything by its name, in one pass: a long table has thousands of fields, and asking the form for each is slow. */
  look(): void {
    this.named = new Map([...this.form.elements].map((field) => [(field as HTMLInputElement).name, field as HTMLInputElement]));
    this.computed = new Map([...this.form.querySelectorAll<HTMLElement>("[data-computed]")].map((place) => [place.dataset.computed!, place]));
    this.lines = new Map([...this.form.querySelectorAll<HTMLElement>("[data-follows]")].map((line) => [line.dataset.follows!, line]));
  }

  control(name: string): HTMLInputElement | null {
    return this.named.get(name) ?? null;
  }

  /** Whether the record, or the row that a field stands in, is not stored yet. */
  isNew(name: string): boolean {
    const row = name.slice(0, name.lastIndexOf("/"));
    if (!row) return !this.named.has("_record");
    return !this.named.get(`${row}/id`)?.value;
  }

  /** What the server is told of the text: that nobody typed it (`follows`), that it is to be taken anew (`again`). */
  mark(name: string, part: "follows" | "again", value: string | null): void {
    const kept = this.named.get(`${name}~${part}`);
    if (kept && kept.value === value && !this.named.has(`${name}~${part === "again" ? "follows" : "again"}`)) return;
    for (const other of ["follows", "again"]) {
      this.named.get(`${name}~${other}`)?.remove();
      this.named.delete(`${name}~${other}`);
    }
    const control = this.control(name);
    if (value === null || !control) return;
    const mark = document.createElement("input");
    mark.type = "hidden";
    mark.name = `${name}~${part}`;
    mark.value = value;
    (control.closest("[data-combo]") ?? control).after(mark);
    this.named.set(mark.name, mark);
  }

  tell(name: string, control: HTMLInputElement, byHand: boolean): void {
    const line = this.lines.get(name);
    const state = line?.querySelector<HTMLElement>("[data-follows-state]");
    if (line && state) state.textContent = byHand ? line.dataset.handWords! : line.dataset.followsWords!;
    const refresh = line?.querySelector<HTMLElement>("[data-refresh]");
    if (refresh) {
      if (!byHand && document.activeElement === refresh) control.focus(); // what has the focus does not vanish
      refresh.hidden = !byHand;
    }
    line?.classList.toggle("by-hand", byHand);
    const cell = control.closest<HTMLElement>("[data-cell]");
    cell?.classList.toggle("by-hand", byHand);
    if (cell) this.tellCell(cell, name, byHand);
  }

  /** In a row the dot is all there is room for, and a button to follow again. */
  tellCell(cell: HTMLElement, name: string, byHand: boolean): void {
    cell.title = byHand ? word("byHand") : "";
    const there = cell.querySelector<HTMLElement>("[data-refresh]");
    if (!byHand && there) {
      if (document.activeElement === there) cell.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea")?.focus();
      there.remove();
    }
    if (!byHand || there) return;
    const button = document.createElement("button");
    Object.assign(button, { type: "button", className: "again", tabIndex: -1, title: word("again") });
    button.dataset.refresh = name;
    button.setAttribute("aria-label", word("refreshCell", cell.dataset.label ?? ""));
    button.append(icon("refresh"));
    (cell.querySelector(":scope > .cv") ?? cell).append(button);
  }

  stand(answer: Answer): void {
    for (const box of this.form.querySelectorAll<HTMLElement>("[data-live-shown]")) {
      box.hidden = answer.hidden.includes(box.dataset.liveShown!) && !box.querySelector(".wrong");
    }
    for (const star of this.form.querySelectorAll<HTMLElement>("[data-live-asked]")) {
      star.hidden = !answer.asked.includes(star.dataset.liveAsked!);
    }
    for (const box of this.form.querySelectorAll<HTMLElement>("[data-lock]")) {
      const name = box.dataset.lock!;
      if (!box.dataset.lockIf) hold(box, answer.locked.includes(name) && !changed(this.form, box, name));
    }
    this.form.dispatchEvent(new CustomEvent("kubik:stands", { detail: answer }));
    for (const old of this.form.querySelectorAll("[data-unfit]")) old.remove();
    for (const name of answer.unfit) {
      const place = this.control(name)?.closest(".field, td");
      if (!place?.querySelector(".wrong")) place?.append(this.line("wrong", word("unfit"), "unfit"));
    }
  }

  warn(found: Answer["duplicates"]): void {
    for (const old of this.form.querySelectorAll("[data-duplicates]")) {
      if (!found.some((each) => each.field === (old as HTMLElement).dataset.duplicates)) old.remove();
    }
    for (const each of found) {
      const field = this.form.querySelector(`[data-field="${each.field}"]`);
      const line = this.line("theirs", `${each.words} `, "duplicates", each.field);
      line.setAttribute("role", "status");
      each.links.forEach(({ href, title }, index) => {
        const link = document.createElement("a");
        Object.assign(link, { href, target: "_blank", rel: "noopener", textContent: title });
        line.append(...(index ? [", ", link] : [link]));
      });
      const old = field?.querySelector<HTMLElement>("[data-duplicates]");
      if (old?.textContent === line.textContent) continue;
      old?.remove();
      field?.append(line);
    }
  }

  line(css: string, text: string, mark: string, value = ""): HTMLElement {
    const line = document.createElement("p");
    line.className = css;
    line.dataset[mark] = value;
    line.textContent = text;
    return line;
  }
}

export function startLive(root: ParentNode): void {
  fresh<HTMLFormElement>(root, "form[data-live]", "lived").forEach((form) => new Live(form));
}
