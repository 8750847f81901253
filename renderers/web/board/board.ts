// A board: its columns and cards, and putting a card into another column. The parts of it do not know one another.
import { token, word } from "../dom";
import { exact, shown } from "../rows/numbers";
import { toast } from "../toasts";
import { again } from "../list/keeping";
import { askMove } from "../move";
import { pressed, released } from "../presses";
import { startKeys } from "./keys";
import { startMenu } from "./menu";
import { startNews } from "./news";
import { Paging } from "./paging";
import { startPhone } from "./phone";
import { startPointer } from "./pointer";

const UNDO = 10; // seconds that the undo notice stands
const PAUSE = 400; // milliseconds between two counts, and at least as long as four of them take
const LIST = "kubik-list";
const LARGE = 10_000n * 10n ** 9n; // sums from here on stand in whole units, as the server writes them

interface Answer {
  reason?: string;
  ask?: string | null;
  undo?: string | null;
}

export class Board {
  /** A card is in somebody's hand: nothing is redrawn under it. */
  held = false;
  /** Moves are sent one after another; a card that is on its way is not drawn where it was before. */
  private sending: Promise<unknown> = Promise.resolve();
  private readonly going: string[] = [];
  /** When each record was asked for last, or put somewhere: an answer to what was asked before is overtaken. */
  private readonly asked = new Map<string, number>();
  private turns = 0;
  private counting = false;
  private again = false;
  private readonly pages = new Map<HTMLElement, Paging>();

  constructor(readonly root: HTMLElement) {
    for (const column of this.columns()) this.begin(column);
    startPointer(this);
    startKeys(this);
    startMenu(this);
    startPhone(this);
    startNews(this);
    this.root.addEventListener("click", (event) => this.pressed(event));
    document.addEventListener("click", (event) => this.leaving(event), true);
    for (const key of this.unfolded()) if (this.column(key)?.classList.contains("folded")) void this.unfold(this.column(key)!);
    if (this.root.dataset.late !== undefined) void this.recount();
  }

  columns(): HTMLElement[] {
    return [...this.root.querySelectorAll<HTMLElement>(".bcol")];
  }

  column(key: string): HTMLElement | null {
    return this.root.querySelector(`.bcol[data-column="${CSS.escape(key)}"]`);
  }

  cards(column: HTMLElement): HTMLElement[] {
    return [...column.querySelectorAll<HTMLElement>(".bcard")];
  }

  card(id: string): HTMLElement | null {
    return this.root.querySelector(`.bcard[data-card="${CSS.escape(id)}"]`);
  }

  /** A card that is far from sight, and its column. */
  aside(id: string): { card: HTMLElement; column: HTMLElement } | null {
    for (const [column, pages] of this.pages) {
      const card = pages.aside(id);
      if (card) return { card, column };
    }
    return null;
  }

  of(card: HTMLElement): HTMLElement {
    return card.closest<HTMLElement>(".bcol")!;
  }

  title(card: HTMLElement): string {
    return card.querySelector(".bname")?.textContent?.trim() ?? "";
  }

  /** The columns that a card may be moved to, as far as the page knows: the server has the last word. */
  open(card: HTMLElement): HTMLElement[] {
    const keys = (this.of(card).dataset.to ?? "").split(" ");
    return this.columns().filter((column) => keys.includes(column.dataset.column!) && column.dataset.closed === undefined);
  }

  words(name: string, ...values: string[]): string {
    const text = this.root.dataset[name] ?? "";
    return ["%", "#"].reduce((filled, sign, index) => filled.replace(sign, () => values[index] ?? ""), text);
  }

  /** Tells who does not see the board. */
  say(name: string, ...values: string[]): void {
    this.root.querySelector("[data-said]")!.textContent = this.words(name, ...values);
  }

  /** What the first sum of a column will be with a card in it; nothing where that cannot be said. */
  sumWith(column: HTMLElement, card: HTMLElement): string {
    const written = column.querySelector<HTMLElement>(".bhead")?.dataset.exact;
    if (!written) return "";
    const { sum, sign, lead } = JSON.parse(written) as { sum: string; sign: string; lead: boolean };
    const [was, more] = [exact(sum), exact(card.dataset.amount || "0")];
    if (was === null || more === null || !card.dataset.amount) return "";
    const total = was + more;
    const figure = shown(total, total >= LARGE || total <= -LARGE ? 0 : 9, sign);
    return lead ? `${sign}${figure}` : sign ? `${figure}\u00a0${sign}` : figure;
  }

  /** The place where a card would fall, with what it becomes and the new sum; null takes it away. */
  target(column: HTMLElement | null, card?: HTMLElement): void {
    for (const found of this.root.querySelectorAll(".bdrop")) found.remove();
    for (const found of this.columns()) found.classList.toggle("over", found === column);
    if (!column || !card) return;
    const drop = document.createElement("div");
    drop.className = "bdrop";
    drop.setAttribute("aria-hidden", "true");
    const sum = this.sumWith(column, card);
    for (const text of [this.words("drop", column.dataset.label!), sum && this.words("dropSum", sum)]) {
      if (!text) continue;
      const line = document.createElement("span");
      line.textContent = text;
      drop.append(line);
    }
    column.querySelector(".cards")?.prepend(drop);
  }

  /** Puts a card into a column, or back with the reason; asks what is missing first. */
  async place(card: HTMLElement, column: HTMLElement): Promise<boolean> {
    card = this.card(card.dataset.card!) ?? card;
    if (!card.isConnected) return false;
    const source = this.of(card);
    const id = card.dataset.card!;
    this.asked.set(id, ++this.turns);
    const back = this.put(card, column);
    const answer = await this.send(id, column.dataset.column!, source.dataset.column!);
    if (answer && !answer.reason) {
      this.moved(card, source, column, answer.undo ?? null);
      return true;
    }
    back();
    if (answer?.ask) {
      const done = await askMove(answer.ask);
      card = this.card(id) ?? card; // drawn anew meanwhile
      if (done) {
        this.put(card, column);
        this.moved(card, source, column, typeof done === "string" ? done : null);
        return true;
      }
      this.say("sayBack", this.title(card), source.dataset.label!);
    } else if (answer?.reason) {
      toast(answer.reason, 12);
      this.say("sayRefused", this.title(card), answer.reason);
    }
    void this.refresh([id]);
    if (answer?.ask) this.focus(card);
    else this.refocus(card);
    return false;
  }

  /** The focus, unless somebody went on to something else meanwhile. */
  refocus(card: HTMLElement): void {
    const at = document.activeElement;
    if (!at || at === document.body || this.card(card.dataset.card!)?.contains(at)) this.focus(card);
  }

  focus(card: HTMLElement): void {
    const name = (this.card(card.dataset.card!) ?? card).querySelector<HTMLElement>(".bname");
    name?.focus({ preventScroll: true });
    name?.closest(".bcard")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** A page that is opened while moves are on their way waits for them: it would end them, and show what was before. */
  private leaving(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a[href]");
    if (!link || !this.going.length || event.button || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void this.sending.then(() => (link.isConnected ? link.click() : location.assign(link.href)));
  }

  private send(id: string, to: string, from: string): Promise<Answer | null> {
    this.going.push(id);
    const answer = this.sending.then(() => this.ask(id, to, from)).finally(() => this.going.splice(this.going.indexOf(id), 1));
    this.sending = answer.catch(() => null);
    return answer;
  }

  /** Sends a move; null when there was no answer that can be told in words: that was told already. */
  private async ask(id: string, to: string, from: string): Promise<Answer | null> {
    const body = new URLSearchParams({ view: this.root.dataset.board!, to, from });
    const answer = await fetch(`${this.root.dataset.place}/${id}/place`, { method: "POST", body, headers: { Accept: "application/json", "X-CSRF-Token": token() } }).catch(() => null);
    const told = answer && answer.status < 500 && answer.status !== 401 && answer.headers.get("Content-Type")?.includes("json");
    const said = told ? ((await answer.json().catch(() => null)) as Answer | null) : null;
    if (!said) toast(word(answer && !told ? (answer.status === 401 || answer.status === 403 ? "ended" : "broken") : "offline"), 20);
    return said;
  }

  /** Draws a card in a column at once; what is answered takes it back. */
  private put(card: HTMLElement, column: HTMLElement): () => void {
    const mark = document.createComment("");
    const focused = card.contains(document.activeElement);
    card.replaceWith(mark);
    column.querySelector(".chunk")?.prepend(card);
    if (focused && card.isConnected) card.querySelector<HTMLElement>(".bname")?.focus({ preventScroll: true });
    return () => mark.replaceWith(card);
  }

  private moved(card: HTMLElement, source: HTMLElement, column: HTMLElement, undo: string | null): void {
    const [name, label] = [this.title(card), column.dataset.label!];
    this.say("sayMoved", name, label);
    toast(this.words("sayMoved", name, label), UNDO, { label: this.words("undo"), run: () => void this.undo(card, source, column, undo) });
    void this.refresh([card.dataset.card!]);
  }

  private async undo(card: HTMLElement, source: HTMLElement, column: HTMLElement, undo: string | null): Promise<void> {
    const id = card.dataset.card!;
    let reason = "";
    if (undo) {
      const answer = await fetch(undo, { method: "POST", headers: { Accept: "application/json", "X-CSRF-Token": token() } }).catch(() => null);
      if (!answer) reason = word("offline");
      else if (!answer.ok) reason = ((await answer.json().catch(() => ({}))) as { reason?: string }).reason ?? word("broken");
    } else {
      const answer = await this.send(id, source.dataset.column!, column.dataset.column!);
      reason = answer ? (answer.reason ?? "") : word("broken");
    }
    if (reason) toast(reason, 12);
    else this.say("sayBack", this.title(card), source.dataset.label!);
    await this.refresh([id]);
    const now = this.card(id);
    if (now) this.refocus(now);
  }

  /** Draws records anew where they stand now, then counts. */
  async refresh(ids: string[]): Promise<void> {
    const turn = ++this.turns;
    for (const id of ids) this.asked.set(id, turn);
    const address = `${this.root.dataset.changed}${ids.map((id) => `&id=${id}`).join("")}`;
    const part = await this.part(address);
    // nothing is exchanged for another under a hand: what is pressed or lifted, or has its menu open, stays until it is let go
    for (let wait = 0; wait === 0 || ((this.held || pressed()) && this.root.isConnected); wait = 100) {
      await released();
      await new Promise((resolve) => setTimeout(resolve, wait)); // a click comes behind its release
    }
    if (!part) return;
    for (const id of ids.filter((each) => this.asked.get(each) === turn && !this.going.includes(each))) {
      const now = part.querySelector<HTMLElement>(`[data-card="${CSS.escape(id)}"]`);
      const key = now?.closest<HTMLElement>("[data-into]")?.dataset.into;
      this.redraw(id, now, key === undefined ? null : this.column(key));
    }
    await this.recount();
  }

  private redraw(id: string, now: HTMLElement | null, column: HTMLElement | null): void {
    const aside = this.card(id) ? null : this.aside(id);
    const was = this.card(id) ?? aside?.card ?? null;
    const focused = was?.contains(document.activeElement) ?? false;
    const neighbour = focused ? (was!.nextElementSibling ?? was!.previousElementSibling) : null;
    if (was && now && column === (aside?.column ?? this.of(was))) was.replaceWith(now);
    else {
      was?.remove();
      const chunk = column?.querySelector<HTMLElement>(".chunk");
      const whole = column !== null && !column.querySelector<HTMLElement>(".chunk:last-of-type")?.dataset.next;
      if (now && chunk && (was || whole || now.dataset.new !== undefined)) {
        chunk.prepend(now);
        now.classList.add("arrived");
      }
    }
    if (now?.isConnected || (now && aside)) this.prepare(now);
    if (focused) (now?.isConnected ? now : neighbour)?.querySelector<HTMLElement>(".bname")?.focus({ preventScroll: true });
  }

  /** Counts and sums of all columns as they are now; asked for again while they are made, once more behind. */
  async recount(): Promise<void> {
    this.again = this.counting;
    if (this.counting) return;
    this.counting = true;
    const begun = performance.now();
    const part = await this.part(this.root.dataset.heads!);
    for (const head of part?.querySelectorAll<HTMLElement>(".bhead") ?? []) {
      const column = this.column(head.dataset.head!);
      if (!column) {
        if (!this.held) void again();
        break;
      }
      const chip = this.root.querySelector(`[data-chip="${CSS.escape(head.dataset.head!)}"] [data-chip-count]`);
      if (chip) chip.textContent = head.querySelector(".bcount")?.textContent ?? "";
      column.querySelector(".bhead")?.replaceWith(head);
    }
    setTimeout(() => {
      this.counting = false;
      if (this.again && this.root.isConnected) void this.recount();
    }, Math.max(PAUSE, 4 * (performance.now() - begun)));
  }

  /** A part of the board as the server draws it; null when there is none. */
  async part(address: string): Promise<DocumentFragment | null> {
    const answer = await fetch(address, { headers: { "HX-Request": "true", Accept: "text/html" } }).catch(() => null);
    if (answer?.status === 401) location.reload();
    const html = answer?.ok ? await answer.text().catch(() => null) : null;
    if (html === null) return null;
    const holder = document.createElement("template");
    holder.innerHTML = html;
    return holder.content;
  }

  /** One stop of the Tab key in a column: arrows lead from card to card. */
  prepare(root: ParentNode): void {
    const names = root instanceof HTMLElement && root.matches(".bcard") ? [root] : [...root.querySelectorAll<HTMLElement>(".bcard")];
    for (const card of names) {
      const column = card.closest(".bcol");
      card.querySelector<HTMLElement>(".bname")!.tabIndex = column?.querySelector(".bcard") === card ? 0 : -1;
      const move = card.querySelector<HTMLElement>(".bmove");
      if (move) move.tabIndex = -1;
    }
  }

  private begin(column: HTMLElement): void {
    this.prepare(column);
    if (column.querySelector(".cards")) this.pages.set(column, new Paging(this, column));
  }

  /** Opens a folded column, and remembers it. */
  async unfold(column: HTMLElement): Promise<void> {
    const part = await this.part(column.dataset.part!);
    if (!part || !column.classList.contains("folded")) return;
    const cards = document.createElement("div");
    cards.className = "cards";
    cards.setAttribute("role", "list");
    cards.setAttribute("aria-label", column.dataset.label!);
    cards.append(part);
    const link = column.querySelector<HTMLElement>(".bunfold")!;
    const focused = link.matches(":focus"); // who went there by keyboard stays where the column is folded again
    const kept = link.cloneNode(true) as HTMLElement;
    link.replaceWith(cards);
    column.classList.remove("folded");
    const fold = document.createElement("button");
    fold.type = "button";
    fold.className = "bfold";
    fold.append(...[...kept.childNodes].map((node) => node.cloneNode(true)));
    fold.setAttribute("aria-label", this.words("fold", column.dataset.label!));
    fold.addEventListener("click", () => {
      const focused = fold.matches(":focus");
      cards.replaceWith(kept);
      fold.remove();
      column.classList.add("folded");
      this.pages.delete(column);
      if (focused) kept.focus();
      this.remember(column.dataset.column!, false);
    });
    cards.before(fold);
    if (focused) fold.focus({ preventScroll: true });
    this.begin(column);
    column.scrollIntoView({ block: "nearest", inline: "nearest" });
    this.remember(column.dataset.column!, true);
  }

  private get store(): string {
    return `kubik-board-${this.root.dataset.entity}-${this.root.dataset.board}`;
  }

  private unfolded(): string[] {
    return JSON.parse(localStorage.getItem(this.store) ?? "[]") as string[];
  }

  private remember(key: string, open: boolean): void {
    const others = this.unfolded().filter((each) => each !== key);
    localStorage.setItem(this.store, JSON.stringify(open ? [...others, key] : others));
  }

  private pressed(event: Event): void {
    const target = event.target as Element;
    const unfold = target.closest(".bcol.folded");
    if (unfold && !(event as MouseEvent).ctrlKey) {
      event.preventDefault();
      void this.unfold(unfold as HTMLElement);
      return;
    }
    const card = target.closest<HTMLElement>(".bcard");
    if (!card || !target.closest(".bname")) return;
    const links = this.cards(this.of(card)).map((each) => each.querySelector<HTMLAnchorElement>(".bname")!.pathname);
    sessionStorage.setItem(LIST, JSON.stringify({ back: location.pathname + location.search, links, whole: false }));
  }
}
