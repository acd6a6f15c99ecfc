import * as z from 'zod/mini';

/** Errors are keys of the `auth.errors` messages. */
export const registerInput = z.object({
  username: z.string().check(z.trim(), z.regex(/^[A-Za-z0-9_-]{3,32}$/, 'username')),
  email: z.string().check(z.trim(), z.regex(/^[^\s@]+@[^\s@]+$/, 'email'), z.maxLength(254, 'email')),
  password: z.string().check(z.minLength(10, 'password'), z.maxLength(128, 'password')),
});

export const logInInput = z.object({
  login: z.string().check(z.trim(), z.minLength(1, 'login')),
  password: z.string().check(z.minLength(1, 'password_missing')),
});

export function fieldErrors(error: z.core.$ZodError): Record<string, string> {
  const fields: Record<string, string> = {};
  for (const issue of error.issues) fields[String(issue.path[0])] ??= issue.message;
  return fields;
}
