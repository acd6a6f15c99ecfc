/** What a form shows again after a refusal: what was typed, but never the password. */
export interface FormState {
  values: Record<string, string>;
  /** A message's key for the form as a whole. */
  error?: string;
  fields: Record<string, string>;
}

export const emptyForm: FormState = { values: {}, fields: {} };
