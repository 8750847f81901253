// The list of fields: typing narrows it, arrows walk through it, to the right behind a link and back.
export function startChoosing(box: HTMLElement): void {
  const find = box.querySelector<HTMLInputElement>("[data-ffind]");
  const none = box.querySelector<HTMLElement>("[data-fnone]");
  const lines = [...box.querySelectorAll<HTMLElement>("[data-fname]")];
  if (!find || !none) return;
  find.hidden = false;
  const fold = (text: string): string => text.toLocaleLowerCase().replaceAll("ё", "е");
  const shown = (): HTMLAnchorElement[] => lines.filter((line) => !line.hidden).map((line) => line.querySelector<HTMLAnchorElement>("a")!);
  const narrow = (): void => {
    const words = fold(find.value).split(/\s+/).filter(Boolean);
    for (const line of lines) line.hidden = !words.every((word) => fold(line.dataset.fname!).includes(word));
    none.hidden = shown().length > 0;
  };
  find.addEventListener("input", narrow);
  box.addEventListener("keydown", (event) => {
    const links = shown();
    const at = links.indexOf(document.activeElement as HTMLAnchorElement);
    if (event.code === "ArrowDown" || event.code === "ArrowUp") {
      event.preventDefault();
      event.stopPropagation();
      const next = event.code === "ArrowDown" ? links[at + 1] : links[at - 1];
      (next ?? (event.code === "ArrowUp" ? find : links[at]))?.focus();
    } else if (event.code === "Enter" && event.target === find) {
      event.preventDefault();
      links[0]?.click();
    } else if (event.code === "ArrowRight" && at >= 0) {
      const deeper = links[at]?.parentElement?.querySelector<HTMLAnchorElement>(".fdeeper");
      if (deeper) event.preventDefault();
      deeper?.click();
    } else if ((event.code === "ArrowLeft" && at >= 0) || (event.code === "Backspace" && event.target === find && !find.value)) {
      const up = box.querySelector<HTMLAnchorElement>(".fup");
      if (up) event.preventDefault();
      up?.click();
    } else if (at >= 0 && event.key.length === 1 && !event.ctrlKey && !event.metaKey && !event.altKey) find.focus();
  });
}
