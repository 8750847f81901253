// Trees: their scripts are loaded where a tree is.
import { brought, fresh } from "./dom";

const script = brought(() => import("./treeview/tree"));

export function startTrees(root: ParentNode): void {
  for (const found of fresh<HTMLElement>(root, ".treeview", "treed")) script(({ Tree }) => found.isConnected && new Tree(found));
}
