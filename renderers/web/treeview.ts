// Trees: their scripts are loaded where a tree is.
import { fresh } from "./dom";

export function startTrees(root: ParentNode): void {
  for (const found of fresh<HTMLElement>(root, ".treeview", "treed")) void import("./treeview/tree").then(({ Tree }) => new Tree(found));
}
