// What others change appears by itself: cards and totals follow the stream of events, without a reload.
import type { Board } from "./board";

const PAUSE = 600; // milliseconds in which changes are gathered
const MOST = 50; // cards that are drawn anew in one step

interface Change {
  id: number;
}

export function startNews(board: Board): void {
  const waiting = new Set<string>();
  const entity = encodeURIComponent(board.root.dataset.entity!);
  let source: EventSource | null = null;
  let position = "";
  let timer = 0;

  const flush = async (): Promise<void> => {
    timer = 0;
    if (!board.root.isConnected) return stop();
    if (board.held) return later();
    const ids = [...waiting].slice(0, MOST);
    ids.forEach((id) => waiting.delete(id));
    if (ids.length > 0) await board.refresh(ids);
    if (waiting.size > 0) later();
  };
  const later = (): void => {
    timer ||= window.setTimeout(() => void flush(), PAUSE);
  };
  const note = (changes: Change[]): void => {
    for (const change of changes) waiting.add(String(change.id));
    if (waiting.size > 0) later();
  };
  const stop = (): void => {
    source?.close();
    source = null;
  };
  const listen = (): void => {
    if (source) return;
    source = new EventSource(`/api/events?entity=${entity}`);
    source.addEventListener("message", (event) => {
      if (!board.root.isConnected) return stop();
      position = event.lastEventId || position;
      if (event.data) note([JSON.parse(event.data as string) as Change]);
    });
  };
  /** What happened while the page was out of sight. */
  const caught = async (): Promise<void> => {
    if (!position) return;
    const answer = await fetch(`/api/changes?entity=${entity}&limit=500&after=${encodeURIComponent(position)}`).catch(() => null);
    if (answer?.ok) note(((await answer.json()) as { items: Change[] }).items);
  };

  document.addEventListener("visibilitychange", () => {
    if (!board.root.isConnected) return stop();
    if (document.hidden) return stop();
    listen();
    void caught();
  });
  addEventListener("pagehide", stop);
  document.addEventListener("htmx:after:settle", () => board.root.isConnected || stop());
  if (!document.hidden) listen();
}
