// What a browser remembers for its person: names of records that were opened and words that were looked for. Titles are
// not kept: they are asked anew, under the rights of that moment.
const MOST_RECORDS = 12;
const MOST_WORDS = 5;

interface Kept {
  records: string[];
  words: string[];
}

const place = (me: string): string => `kubik:search:${me}`;

export function kept(me: string): Kept {
  try {
    const found = JSON.parse(localStorage.getItem(place(me)) ?? "{}") as Partial<Kept>;
    return { records: (found.records ?? []).filter((each) => typeof each === "string"), words: (found.words ?? []).filter((each) => typeof each === "string") };
  } catch {
    return { records: [], words: [] };
  }
}

function keep(me: string, found: Kept): void {
  try {
    localStorage.setItem(place(me), JSON.stringify(found));
  } catch {
    // no room, or not allowed: nothing is remembered
  }
}

const first = (value: string, others: string[], most: number): string[] => [value, ...others.filter((each) => each !== value)].slice(0, most);

export function rememberRecord(me: string, key: string): void {
  const found = kept(me);
  keep(me, { ...found, records: first(key, found.records, MOST_RECORDS) });
}

export function rememberWords(me: string, text: string): void {
  const found = kept(me);
  if (text.trim()) keep(me, { ...found, words: first(text.trim(), found.words, MOST_WORDS) });
}

/** Who signs out leaves nothing behind, in this tab neither: places in lists, looks that were not sent yet. */
export function forgetAll(): void {
  try {
    sessionStorage.clear();
    for (const key of Object.keys(localStorage)) if (key.startsWith("kubik:search:")) localStorage.removeItem(key);
  } catch {
    // nothing was remembered there
  }
}
