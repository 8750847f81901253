// Boards: their scripts are loaded where a board is.
import { brought, fresh } from "./dom";

const script = brought(() => import("./board/board"));

export function startBoards(root: ParentNode): void {
  for (const found of fresh<HTMLElement>(root, "[data-board]", "boarded")) script(({ Board }) => found.isConnected && new Board(found));
}
