// Blocks of cells as spreadsheets copy and paste them: lines of cells parted by tabs.

/** Lines of cells as spreadsheets copy them: a cell with a tab, a line end or a quote stands in quotes. */
export function parse(copied: string): string[][] {
  const lines: string[][] = [[]];
  let at = 0;
  while (at < copied.length) {
    let cell = "";
    if (copied[at] === '"' && /^"(?:[^"]|"")*"(?=\t|\r?\n|$)/.test(copied.slice(at))) {
      const found = /^"((?:[^"]|"")*)"/.exec(copied.slice(at))!;
      cell = found[1]!.replaceAll('""', '"');
      at += found[0].length;
    } else {
      const end = copied.slice(at).search(/[\t\r\n]/);
      cell = end < 0 ? copied.slice(at) : copied.slice(at, at + end);
      at += cell.length;
    }
    lines.at(-1)!.push(cell);
    if (copied[at] === "\t") {
      at += 1;
      if (at === copied.length) lines.at(-1)!.push("");
    } else if (at < copied.length) {
      at += copied.startsWith("\r\n", at) ? 2 : 1;
      if (at < copied.length) lines.push([]);
    }
  }
  return lines;
}

export const written = (cells: string[][]): string => cells.map((row) => row.map((cell) => (/[\t\r\n"]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell)).join("\t")).join("\r\n");
