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
  const over = new AbortController();
  let source: EventSource | null = null;
  let position = board.root.dataset.position!; // as the board was drawn: what happened since comes with the stream
  let timer = 0;

  const flush = async (): Promise<void> => {
    timer = 0;
    if (!board.root.isConnected) return end();
    if (board.held) return later();
    const ids = [...waiting].slice(0, MOST);
    ids.forEach((id) => waiting.delete(id));
    if (ids.length > 0) await board.refresh(ids);
    if (waiting.size > 0) later();
  };
  const later = (): void => {
    timer ||= window.setTimeout(() => void flush(), PAUSE);
  };
  const note = (change: Change): void => {
    waiting.add(String(change.id));
    later();
  };
  const stop = (): void => {
    source?.close();
    source = null;
  };
  /** Another board took its place. */
  const end = (): void => {
    stop();
    over.abort();
  };
  const listen = (): void => {
    if (source) return;
    source = new EventSource(`/api/events?entity=${entity}&after=${encodeURIComponent(position)}`);
    source.addEventListener("message", (event) => {
      if (!board.root.isConnected) return end();
      position = event.lastEventId || position;
      if (event.data) note(JSON.parse(event.data as string) as Change);
    });
  };

  document.addEventListener("visibilitychange", () => {
    if (!board.root.isConnected) return end();
    if (document.hidden) return stop();
    listen();
  }, { signal: over.signal });
  addEventListener("pagehide", stop, { signal: over.signal });
  document.addEventListener("htmx:after:settle", () => board.root.isConnected || end(), { signal: over.signal });
  if (!document.hidden) listen();
}
