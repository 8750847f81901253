// What the server says of the cells of a list: how each is edited, what stands in it, why it cannot be changed.
import { sendAside } from "../sending";

interface Column {
  label: string;
  how: "" | "value" | "move";
  kind: string;
  why: string;
  needs: string[];
}

export interface Row {
  version: number;
  values: Record<string, string>;
  titles: Record<string, string>;
  why: Record<string, string>;
}

export interface Fault {
  id: number;
  name: string;
  message: string;
  candidates?: { id: string; title: string }[];
  clash?: { was: string; theirs: string; version: number; title: string };
  move?: string;
}

export interface Step {
  id: number;
  before: number;
  after: number;
  names: string[];
}

export interface Saved {
  faults: Fault[];
  steps: Step[];
  rows: Record<string, Row>;
}

const BLOCK = 200; // rows asked for at once

/** The cells of one list, asked for as they are met. */
export class Model {
  columns: Record<string, Column> = {};
  readonly rows = new Map<string, Row>();
  private readonly widgets = new Map<string, Promise<string>>();
  private readonly asked = new Map<string, Promise<void>>();

  constructor(readonly entity: string, readonly names: string[]) {}

  /** Sees to it that these rows are known. */
  async need(ids: string[]): Promise<void> {
    const missing = ids.filter((id) => !this.rows.has(id) && !this.asked.has(id));
    for (let at = 0; at < missing.length; at += BLOCK) {
      const block = missing.slice(at, at + BLOCK);
      const coming = this.ask(block).finally(() => block.forEach((id) => this.asked.delete(id)));
      for (const id of block) this.asked.set(id, coming);
    }
    await Promise.all(ids.map((id) => this.asked.get(id)));
  }

  private async ask(ids: string[]): Promise<void> {
    const answer = await sendAside(`${this.entity}/cells`, new URLSearchParams({ ids: ids.join(","), fields: this.names.join(",") })).catch(() => null);
    if (!answer?.ok) return;
    const told = (await answer.json()) as { columns: Record<string, Column>; rows: Record<string, Row> };
    this.columns = { ...this.columns, ...told.columns };
    this.take(told.rows);
  }

  take(rows: Record<string, Row>): void {
    for (const [id, row] of Object.entries(rows)) this.rows.set(id, row);
  }

  /** Why a cell cannot be edited; empty when it can, as far as is known. */
  why(id: string, name: string): string {
    const column = this.columns[name];
    return column?.why || this.rows.get(id)?.why[name] || "";
  }

  editable(id: string, name: string): boolean {
    return Boolean(this.columns[name]?.how) && this.rows.has(id) && !this.rows.get(id)!.why[name];
  }

  /** The HTML of the widget of a column: empty and kept, or with the content of one cell where it cannot be put in here. */
  widget(name: string, id: string): Promise<string> {
    const kind = this.columns[name]?.kind ?? "";
    const own = kind === "links" || kind === "link_any";
    const key = own ? "" : name;
    const known = this.widgets.get(key);
    if (key && known) return known;
    const coming = fetch(`${this.entity}/cells/${name}${own ? `?id=${id}` : ""}`, { headers: { "HX-Request": "true", Accept: "text/html" } }).then((answer) => (answer.ok ? answer.text() : Promise.reject(new Error(String(answer.status)))));
    if (key) {
      this.widgets.set(key, coming);
      coming.catch(() => this.widgets.delete(key));
    }
    return coming;
  }
}
