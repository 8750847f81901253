// What a long or wide table costs: its first column sticks only where the table scrolls sideways, and only near the view.
import { type Table, withEach } from "./table";

withEach((table: Table) => {
  const frame = table.body.closest<HTMLElement>(".frame")!;
  const near = new IntersectionObserver(
    (seen) => {
      for (const each of seen) each.target.classList.toggle("near", each.isIntersecting);
    },
    { root: frame, rootMargin: "200px" },
  );
  let watched = new Set<Element>();
  const watch = (): void => {
    const wide = frame.scrollWidth > frame.clientWidth + 1;
    frame.classList.toggle("wide", wide);
    const rows = wide ? new Set<Element>(table.rows()) : new Set<Element>();
    for (const row of watched) if (!rows.has(row)) near.unobserve(row);
    for (const row of rows) if (!watched.has(row)) near.observe(row);
    watched = rows;
  };
  new ResizeObserver(watch).observe(frame);
  new MutationObserver(watch).observe(table.body, { childList: true });
});
