// On a phone one column is in sight: chips name them all, a swipe goes to the next.
import type { Board } from "./board";

export function startPhone(board: Board): void {
  const chips = [...board.root.querySelectorAll<HTMLElement>("[data-chip]")];
  const columns = board.root.querySelector<HTMLElement>(".bcols")!;
  board.root.parentElement?.querySelector(".tabs [aria-current]")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  for (const chip of chips) {
    chip.addEventListener("click", (event) => {
      event.preventDefault();
      const column = board.column(chip.dataset.chip!);
      if (!column) return;
      if (column.classList.contains("folded")) void board.unfold(column);
      column.scrollIntoView({ block: "nearest", inline: "start" });
    });
  }
  const seen = new IntersectionObserver(
    (entries) => {
      for (const entry of entries) {
        const chip = chips.find((each) => each.dataset.chip === (entry.target as HTMLElement).dataset.column);
        chip?.toggleAttribute("aria-current", entry.isIntersecting);
        if (entry.isIntersecting) chip?.scrollIntoView({ block: "nearest", inline: "nearest" });
      }
    },
    { root: columns, threshold: 0.6 },
  );
  if (matchMedia("(max-width: 767px)").matches) board.columns().forEach((column) => seen.observe(column));
}
