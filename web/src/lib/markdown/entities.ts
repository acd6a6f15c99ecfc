/** What the parser needs of the package of the same name, in a browser: the characters that `&name;` stands for. */
let box: HTMLTextAreaElement | null = null;

export function decodeHTML(text: string): string {
  // The content of a text box is text: whatever is put there, nothing of it is loaded or run.
  box ??= document.createElement('textarea');
  box.innerHTML = text;
  return box.value;
}

export const decodeHTMLStrict = decodeHTML;
