import { cookies, headers } from 'next/headers';
import { getRequestConfig } from 'next-intl/server';
import { LOCALE_COOKIE, localeOf } from './locale';

export default getRequestConfig(async () => {
  const chosen = (await cookies()).get(LOCALE_COOKIE)?.value;
  const locale = localeOf(chosen, (await headers()).get('accept-language'));
  const messages: { default: Record<string, unknown> } = locale === 'ja' ? await import('../../messages/ja.json') : await import('../../messages/en.json');
  // Times are worded on the server and again in the browser: until the browser's zone is known both must say the same.
  return { locale, messages: messages.default as never, timeZone: 'UTC' };
});
