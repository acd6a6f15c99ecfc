import { z } from '@/lib/z';

/** Errors are keys of the `auth.errors` messages. */
export const registerInput = z.object({
  username: z.string().trim().regex(/^[A-Za-z0-9_-]{3,32}$/, 'username'),
  email: z.string().trim().regex(/^[^\s@]+@[^\s@]+$/, 'email').max(254, 'email'),
  password: z.string().min(10, 'password').max(128, 'password'),
});

export const logInInput = z.object({
  login: z.string().trim().min(1, 'login'),
  password: z.string().min(1, 'password_missing'),
});

export function fieldErrors(error: z.ZodError): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const issue of error.issues) fields[String(issue.path[0])] ??= issue.message;
  return fields;
}
