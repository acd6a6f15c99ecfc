export const THEME_COOKIE = 'yoriai_theme';
export type Theme = 'light' | 'dark';

/** The reader's choice; undefined follows the system. */
export function themeOf(value: string | undefined): Theme | undefined {
  return value === 'light' || value === 'dark' ? value : undefined;
}
