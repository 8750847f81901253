// Typed numbers as exact integers: floating point would not add up kopecks.

export const DIGITS = 9;

/** A typed number as an integer of 9 decimal places; null for what is no number. */
export function exact(text: string, language: string): bigint | null {
  const plain = text.replace(/[\s\u00a0\u202f%]/g, "").replace("\u2212", "-");
  const point = language === "ru" ? plain.replace(",", ".") : plain.replaceAll(",", "");
  const found = /^(-?)(\d*)(?:\.(\d*))?$/.exec(point);
  if (!found || !(found[2] || found[3])) return null;
  const digits = BigInt((found[2] || "0") + (found[3] ?? "").padEnd(DIGITS, "0").slice(0, DIGITS));
  return found[1] ? -digits : digits;
}
