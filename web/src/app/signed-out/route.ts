import { cookies } from 'next/headers';
import { redirect } from 'next/navigation';
import { REFRESH_COOKIE, SESSION_COOKIE } from '@/lib/server/access-token';

/** Forgets a session that the API has refused, so that the sign-in page is shown instead of the rooms again. */
export async function GET(): Promise<never> {
  const jar = await cookies();
  for (const name of [SESSION_COOKIE, REFRESH_COOKIE]) jar.delete({ name, path: '/' });
  redirect('/login?ended=1');
}
