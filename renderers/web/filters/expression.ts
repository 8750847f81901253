// An expression that is being written: checked a moment after the last key, its fields and functions offered.
interface Known {
  text: string;
  label: string;
  kind: string;
}

const PAUSE = 250;
const MOST = 12;
const WORD = /(?:[\p{L}_'][\p{L}\p{N}_.']*)$/u;
let count = 0;

class Writing {
  readonly area: HTMLTextAreaElement;
  readonly said: HTMLElement | null;
  readonly list = document.createElement("ul");
  readonly kept = new Map<string, Promise<Known[]>>();
  offered: Known[] = [];
  active = 0;
  waiting = 0;
  number = 0;

  constructor(readonly box: HTMLElement) {
    this.area = box.querySelector("textarea")!;
    this.said = box.querySelector<HTMLElement>("[data-fsaid]");
    this.list.id = `fnames-${++count}`;
    this.list.className = "options";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", this.area.labels?.[0]?.textContent?.trim() ?? "");
    this.area.after(this.list);
    this.area.setAttribute("aria-controls", this.list.id);
    this.area.setAttribute("aria-autocomplete", "list");
    this.area.addEventListener("input", () => {
      this.later();
      void this.offer(false);
    });
    this.area.addEventListener("keydown", (event) => this.key(event));
    this.area.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const at = [...this.list.children].indexOf((event.target as Element).closest("li")!);
      if (this.offered[at]) this.put(this.offered[at]);
    });
    this.said?.addEventListener("click", (event) => {
      const place = Number((event.target as Element).closest<HTMLElement>("[data-fplace]")?.dataset.fplace ?? 0);
      if (!place) return;
      this.area.focus();
      this.area.setSelectionRange(place - 1, place);
    });
    if (this.area.value.trim() && !this.said?.textContent?.trim()) void this.check();
  }

  later(): void {
    clearTimeout(this.waiting);
    this.waiting = window.setTimeout(() => void this.check(), PAUSE);
  }

  async check(): Promise<void> {
    const mine = ++this.number;
    const answer = await fetch(`${this.box.dataset.check}&_text=${encodeURIComponent(this.area.value)}`, { headers: { "HX-Request": "true" } }).catch(() => null);
    if (mine !== this.number || !answer?.ok || !this.said) return;
    const fragment = new DOMParser().parseFromString(await answer.text(), "text/html");
    this.said.replaceChildren(...fragment.body.childNodes);
    this.area.setAttribute("aria-invalid", String(this.said.querySelector(".wrong") !== null));
  }

  names(under: string): Promise<Known[]> {
    const asked = this.kept.get(under) ?? fetch(`${this.box.dataset.names}${under ? `&_under=${encodeURIComponent(under)}` : ""}`, { headers: { Accept: "application/json" } })
      .then(async (answer) => (answer.ok ? ((await answer.json()) as { items: Known[] }).items : []))
      .catch(() => []);
    this.kept.set(under, asked);
    return asked;
  }

  /** The word that ends at the cursor. */
  word(): string {
    return WORD.exec(this.area.value.slice(0, this.area.selectionStart))?.[0] ?? "";
  }

  async offer(always: boolean): Promise<void> {
    const word = this.word();
    if (!word && !always) return this.close();
    const dot = word.startsWith("my.") ? -1 : word.lastIndexOf(".");
    const under = dot < 0 ? "" : word.slice(0, dot);
    const part = word.slice(dot + 1).toLocaleLowerCase();
    this.close(); // what is offered belongs to this word alone; names that are known open it again before anything is drawn
    const all = await this.names(under);
    if (document.activeElement !== this.area || this.word() !== word) return;
    const begins = all.filter((each) => each.text.toLocaleLowerCase().startsWith(part));
    const called = all.filter((each) => !begins.includes(each) && each.label.toLocaleLowerCase().includes(part.replace(/^'/, "")));
    this.offered = [...begins, ...called].filter((each) => each.text !== word.slice(dot + 1)).slice(0, MOST);
    if (this.offered.length === 0) return this.close();
    this.list.replaceChildren(...this.offered.map((each, at) => this.line(each, at)));
    this.list.hidden = false;
    this.mark(0);
  }

  line(each: Known, at: number): HTMLLIElement {
    const line = document.createElement("li");
    const label = document.createElement("span");
    const code = document.createElement("code");
    line.id = `${this.list.id}-${at}`;
    line.setAttribute("role", "option");
    code.textContent = each.text;
    label.className = "dim";
    label.textContent = each.label;
    line.append(code, label);
    return line;
  }

  mark(at: number): void {
    this.active = at;
    [...this.list.children].forEach((line, index) => line.setAttribute("aria-selected", String(index === at)));
    this.list.children[at]?.scrollIntoView({ block: "nearest" });
    this.area.setAttribute("aria-activedescendant", `${this.list.id}-${at}`);
  }

  put(each: Known): void {
    const word = this.word();
    const dot = word.startsWith("my.") ? -1 : word.lastIndexOf(".");
    const end = this.area.selectionStart;
    this.area.setRangeText(each.text, end - word.length + dot + 1, end, "end");
    if (each.text.endsWith(")") && !["today()", "now()"].includes(each.text)) this.area.selectionStart = this.area.selectionEnd = this.area.selectionStart - 1;
    this.close();
    this.later();
    this.area.focus();
  }

  close(): void {
    this.list.hidden = true;
    this.area.removeAttribute("aria-activedescendant");
  }

  key(event: KeyboardEvent): void {
    if (event.ctrlKey && event.code === "Space") {
      event.preventDefault();
      void this.offer(true);
    } else if ((event.ctrlKey || event.metaKey) && (event.code === "Enter" || event.code === "NumpadEnter")) {
      event.preventDefault();
      this.area.form?.requestSubmit();
    } else if (this.list.hidden) return;
    else if (event.code === "ArrowDown" || event.code === "ArrowUp") {
      event.preventDefault();
      this.mark((this.active + (event.code === "ArrowDown" ? 1 : -1) + this.offered.length) % this.offered.length);
    } else if ((event.code === "Enter" || event.code === "Tab") && this.offered[this.active]) {
      event.preventDefault();
      this.put(this.offered[this.active]!);
    } else if (event.code === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.close();
    }
  }
}

export function startWriting(box: HTMLElement): void {
  new Writing(box);
}
