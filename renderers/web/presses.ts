// What presses, drags and the clicks behind them have in common wherever something is dragged.

/** Behind a drag the browser tells of a click: nobody hears of it. */
export function swallowClick(): void {
  const swallow = (click: Event): void => {
    click.preventDefault();
    click.stopPropagation();
  };
  window.addEventListener("click", swallow, { capture: true, once: true });
  setTimeout(() => window.removeEventListener("click", swallow, { capture: true }), 60);
}

/** Hears events of the document as long as ``root`` is in it: what is drawn anew leaves no ears behind. */
export function whileThere<Name extends keyof DocumentEventMap>(root: HTMLElement, names: { [Each in Name]: (event: DocumentEventMap[Each]) => void }): void {
  const gone = new AbortController();
  for (const name of Object.keys(names) as Name[]) {
    document.addEventListener(name, (event) => (root.isConnected ? names[name](event as DocumentEventMap[Name]) : gone.abort()), { signal: gone.signal });
  }
}
