// Boards: their scripts are loaded where a board is.
import { fresh } from "./dom";

export function startBoards(root: ParentNode): void {
  for (const found of fresh<HTMLElement>(root, "[data-board]", "boarded")) void import("./board/board").then(({ Board }) => new Board(found));
}
