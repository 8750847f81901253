// Numbers and spans of time as people type them, exact; and sums as the page's language writes them.

export const DIGITS = 9;

const russian = (): boolean => document.documentElement.lang === "ru";

/** A typed number as an exact integer of 9 decimal places; null when it is none. */
export function amount(text: string): bigint | null {
  const bare = text.replace(/[\s\u00a0\u202f%]/g, "").replace("\u2212", "-").replace(/(руб\.?|р\.|р|₽|\$|€|usd|eur|rub)$/i, "").replace(/^[$€₽]/, "");
  let point = bare;
  if (russian()) point = bare.replace(",", ".");
  else if (/,\d{1,2}$/.test(bare) && !bare.includes(".") && (bare.match(/,/g) ?? []).length === 1) point = bare.replace(",", ".");
  else point = bare.replaceAll(",", "");
  const found = /^(-?)(\d*)(?:\.(\d*))?$/.exec(point);
  if (!found || !(found[2] || found[3])) return null;
  const digits = BigInt((found[2] || "0") + (found[3] ?? "").padEnd(DIGITS, "0").slice(0, DIGITS));
  return found[1] ? -digits : digits;
}

/** An exact decimal of the server as an integer of 9 decimal places. */
export function exact(plain: string): bigint | null {
  const found = /^(-?)(\d+)(?:\.(\d+))?$/.exec(plain);
  if (!found) return null;
  const digits = BigInt(found[2]! + (found[3] ?? "").padEnd(DIGITS, "0").slice(0, DIGITS));
  return found[1] ? -digits : digits;
}

/** A typed span of time in seconds; null when it is none: 1:30, 2 ч 30 мин, 1 д, 90 m, PT2H30M. */
export function span(text: string): bigint | null {
  const value = text.trim().toLowerCase().replace("\u2212", "-");
  const clock = /^(-?)(\d+):(\d{1,2})(?::(\d{1,2}))?$/.exec(value);
  if (clock) {
    const total = BigInt(clock[2]!) * 3600n + BigInt(clock[3]!) * 60n + BigInt(clock[4] ?? 0);
    return clock[1] ? -total : total;
  }
  const units: [RegExp, bigint][] = [[/^(w|н)/, 604800n], [/^(d|д)/, 86400n], [/^(h|ч)/, 3600n], [/^(m|м)/, 60n], [/^(s|с)/, 1n]];
  const bare = value.replace(/^-?p/, "").replace("t", "");
  let total = 0n;
  let seen = false;
  const rest = bare.replace(/(\d+)\s*([a-zа-я]+)\.?\s*/g, (_, digits: string, unit: string) => {
    const found = units.find(([name]) => name.test(unit));
    if (!found) return "?";
    total += BigInt(digits) * found[1];
    seen = true;
    return "";
  });
  if (!seen || rest.trim()) return null;
  return value.startsWith("-") ? -total : total;
}

/** A sum with its sign behind it, at least two digits behind the point where it has a currency and is not whole. */
export function shown(sum: bigint, scale: number, sign: string): string {
  const kept = BigInt(10) ** BigInt(Math.max(0, DIGITS - scale));
  const half = kept / 2n;
  const absolute = ((sum < 0n ? -sum : sum) + (kept > 1n ? half : 0n)) / kept * kept;
  const digits = absolute.toString().padStart(DIGITS + 1, "0");
  const part = digits.slice(-DIGITS).replace(/0+$/, "");
  const grouped = digits.slice(0, -DIGITS).replace(/\B(?=(\d{3})+$)/g, russian() ? "\u00a0" : ",");
  const decimals = part ? (russian() ? "," : ".") + (sign ? part.padEnd(2, "0") : part) : "";
  return (sum < 0n && absolute ? "\u2212" : "") + grouped + decimals;
}

const UNITS: Record<string, string[]> = { ru: ["д", "ч", "мин", "с"], en: ["d", "h", "min", "s"] };

/** Seconds as the server writes a length of time: its days, hours, minutes and seconds that are not nought. */
export function clock(total: bigint): string {
  const absolute = total < 0n ? -total : total;
  const units = UNITS[russian() ? "ru" : "en"]!;
  const parts = [absolute / 86400n, (absolute % 86400n) / 3600n, (absolute % 3600n) / 60n, absolute % 60n];
  const said = parts.flatMap((count, at) => (count ? [`${count}\u00a0${units[at]}`] : []));
  return (total < 0n ? "\u2212" : "") + (said.join(" ") || `0\u00a0${units[2]}`);
}
