/** Marks that turn what follows round, or set it apart for good. No writing system needs them in a name or a message. */
const TURNS = /[\u202a-\u202e]/g;

/** Shows a mark that would turn a text round as what it is: `invoice<U+202E>gpj.exe` must not read invoiceexe.jpg. */
export function unturned(text: string): string {
  return text.replace(TURNS, (mark) => `<U+${mark.charCodeAt(0).toString(16).toUpperCase()}>`);
}
