/** A model by its provider and its id there. */
export interface ModelChoice {
  provider: string;
  id: string;
}

export function isSame(a: ModelChoice, b: ModelChoice | null | undefined): boolean {
  return a.provider === b?.provider && a.id === b.id;
}
