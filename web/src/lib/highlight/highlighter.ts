import hljs from 'highlight.js/lib/common';

/** HTML of code in a known language: its text escaped, in spans with highlight.js's classes. */
export function highlight(code: string, language: string): string | null {
  return hljs.getLanguage(language) ? hljs.highlight(code, { language, ignoreIllegals: true }).value : null;
}
