// Comments: a box that grows, Ctrl+Enter that sends, people offered after an @.
import { fresh } from "./dom";

interface Person {
  login: string;
  name: string;
  initials: string;
  tone: number;
}

const NAMED = /(?:^|[^\p{L}\p{N}_@.+-])@([\p{L}\p{N}_.+-]{0,40})$/u;
const PAUSE = 120;
let count = 0;

class Naming {
  readonly list = document.createElement("ul");
  people: Person[] = [];
  active = 0;
  timer = 0;
  asked?: AbortController;
  /** Whether what is shown is not yet what was typed: nobody is marked, and Enter waits for the answer. */
  waiting = false;
  /** Enter that waits; the comment is not sent before it. */
  taking: Promise<void> | null = null;

  constructor(readonly box: HTMLTextAreaElement, readonly source: string) {
    this.list.id = `people-${++count}`;
    this.list.className = "options people";
    this.list.hidden = true;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", box.labels?.[0]?.textContent ?? "");
    box.after(this.list);
    for (const [name, value] of Object.entries({ "aria-autocomplete": "list", "aria-controls": this.list.id, "aria-haspopup": "listbox" })) box.setAttribute(name, value);
    box.addEventListener("input", () => this.look());
    box.addEventListener("click", () => this.look());
    box.addEventListener("blur", () => setTimeout(() => box === document.activeElement || this.close(), 100));
    box.addEventListener("keydown", (event) => this.key(event));
    this.list.addEventListener("pointerdown", (event) => event.preventDefault());
    this.list.addEventListener("click", (event) => {
      const at = [...this.list.children].indexOf((event.target as Element).closest("li")!);
      if (this.people[at]) this.choose(this.people[at]);
    });
  }

  /** What stands between the last @ and the caret. */
  typed(): string | null {
    return NAMED.exec(this.box.value.slice(0, this.box.selectionStart))?.[1] ?? null;
  }

  look(): void {
    clearTimeout(this.timer);
    const text = this.typed();
    if (text === null) return this.close();
    this.waiting = true;
    this.mark(-1);
    this.timer = window.setTimeout(() => void this.ask(text), PAUSE);
  }

  async ask(text: string): Promise<void> {
    this.asked?.abort();
    const asked = (this.asked = new AbortController());
    const people = await this.find(text, asked.signal);
    if (!asked.signal.aborted) this.show(people);
  }

  /** Nobody without a connection: the login can be typed. */
  async find(text: string, signal?: AbortSignal): Promise<Person[]> {
    try {
      const answer = await fetch(`${this.source}?q=${encodeURIComponent(text)}`, { signal, headers: { Accept: "application/json", "HX-Request": "true" } });
      return answer.ok ? ((await answer.json()) as { items: Person[] }).items : [];
    } catch {
      return [];
    }
  }

  show(people: Person[]): void {
    this.people = people;
    this.waiting = false;
    if (people.length === 0) return this.close();
    this.list.replaceChildren(
      ...people.map((person, index) => {
        const line = document.createElement("li");
        line.id = `${this.list.id}-${index}`;
        line.setAttribute("role", "option");
        const face = document.createElement("span");
        face.className = `av a${person.tone}`;
        face.textContent = person.initials;
        face.setAttribute("aria-hidden", "true");
        const name = document.createElement("span");
        name.textContent = person.name;
        const login = document.createElement("span");
        login.className = "dim small";
        login.textContent = `@${person.login}`;
        line.append(face, name, login);
        return line;
      }),
    );
    this.list.hidden = false;
    this.mark(0);
  }

  mark(index: number): void {
    this.active = index;
    [...this.list.children].forEach((line, at) => line.setAttribute("aria-selected", String(at === index)));
    this.list.children[index]?.scrollIntoView({ block: "nearest" });
    if (index < 0) this.box.removeAttribute("aria-activedescendant");
    else this.box.setAttribute("aria-activedescendant", `${this.list.id}-${index}`);
  }

  close(): void {
    clearTimeout(this.timer);
    this.asked?.abort();
    this.waiting = false;
    this.list.hidden = true;
    this.box.removeAttribute("aria-activedescendant");
  }

  choose(person: Person): void {
    const end = this.box.selectionStart;
    this.put(`${person.login} `, end - (this.typed() ?? "").length, end);
    this.box.focus();
  }

  /** Puts a text in place of another one; the caret stays behind what it was behind. */
  put(text: string, from: number, end: number): void {
    const caret = this.box.selectionStart + text.length - (end - from);
    this.box.setRangeText(text, from, end);
    this.box.setSelectionRange(caret, caret);
    this.close();
    this.box.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** Enter before the answer: the first it brings is named where the text stood; when it brings nobody, a line ends there. */
  async take(text: string, end: number): Promise<void> {
    this.close();
    const [first] = await this.find(text);
    if (this.box.value.slice(end - text.length, end) === text) first ? this.put(`${first.login} `, end - text.length, end) : this.put("\n", end, end);
    this.taking = null;
  }

  key(event: KeyboardEvent): void {
    const enter = (event.code === "Enter" || event.code === "NumpadEnter") && !event.ctrlKey && !event.metaKey;
    if (this.list.hidden && !(this.waiting && enter)) return;
    const by = event.code === "ArrowDown" ? 1 : event.code === "ArrowUp" ? -1 : 0;
    if (by) {
      if (!this.waiting) this.mark((this.active + by + this.people.length) % this.people.length);
    } else if (enter || event.code === "Tab") {
      if (this.waiting) this.taking = this.take(this.typed() ?? "", this.box.selectionStart);
      else this.choose(this.people[this.active]!);
    } else if (event.code === "Escape") this.close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }
}

/** As many lines as there are; browsers that size fields by their content do it themselves. */
function grow(box: HTMLTextAreaElement): void {
  if (!CSS.supports("field-sizing", "content")) box.rows = Math.min(12, box.value.split("\n").length);
}

function start(form: HTMLFormElement): void {
  const box = form.querySelector<HTMLTextAreaElement>("textarea")!;
  const naming = new Naming(box, form.dataset.people ?? "");
  box.addEventListener("input", () => grow(box));
  box.addEventListener("focus", () => form.classList.add("open"));
  if (box.value || box === document.activeElement) form.classList.add("open"); // and stays so: nothing jumps under a press
  grow(box);
  if (box.dataset.focus !== undefined || box.getAttribute("aria-invalid")) {
    box.focus();
    box.setSelectionRange(box.value.length, box.value.length);
  }
  form.addEventListener("submit", (event) => {
    if (box.value.trim() && !naming.taking) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    if (naming.taking) void naming.taking.then(() => form.requestSubmit());
    else box.focus();
  }, true);
  form.addEventListener("keydown", (event) => {
    if (event.defaultPrevented) return;
    if ((event.ctrlKey || event.metaKey) && (event.code === "Enter" || event.code === "NumpadEnter")) {
      event.preventDefault();
      event.stopPropagation();
      form.requestSubmit();
    } else if (event.code === "Escape") {
      const cancel = form.querySelector<HTMLElement>("[data-cancel-comment]");
      if (!cancel) return;
      event.preventDefault();
      event.stopPropagation();
      cancel.click();
    }
  });
}

export function startComments(root: ParentNode): void {
  fresh<HTMLFormElement>(root, "form[data-comment]", "commented").forEach(start);
}
