export const LOCALE_COOKIE = 'yoriai_locale';
export type Locale = 'ja' | 'en';

/** The reader's choice, else the first language of the browser that we speak, else English. */
export function localeOf(chosen: string | undefined, acceptLanguage: string | null): Locale {
  if (chosen === 'ja' || chosen === 'en') return chosen;
  const wanted = (acceptLanguage ?? '')
    .split(',')
    .map((part) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const q = parameters.map((parameter) => /^\s*q=([\d.]+)/.exec(parameter)?.[1]).find((value) => value !== undefined);
      return { language: tag.toLowerCase().split('-')[0], q: q === undefined ? 1 : Number(q) };
    })
    .sort((a, b) => b.q - a.q);
  for (const { language } of wanted) if (language === 'ja' || language === 'en') return language;
  return 'en';
}
