/** As much as the API takes. */
const MOST = 1_000_000_000_000_000;

/** A monthly cap as it is typed, with or without separators, also in full-width digits: null for none, undefined for what is no number of tokens. */
export function capOf(text: string): number | null | undefined {
  const digits = text.normalize('NFKC').replace(/[\s,]/g, '');
  if (digits === '') return null;
  const cap = Number(digits);
  return /^\d+$/.test(digits) && cap <= MOST ? cap : undefined;
}
