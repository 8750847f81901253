// The words of the grid in the page's language.

export function said(name: string, ...values: (string | number)[]): string {
  const text = document.querySelector<HTMLElement>("[data-grid]")?.dataset[name] ?? "";
  return ["%", "#"].reduce((filled, sign, index) => filled.replace(sign, String(values[index] ?? "")), text);
}
