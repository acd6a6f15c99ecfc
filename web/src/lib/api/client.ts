import createClient, { type Client } from 'openapi-fetch';
import { problemOf } from './problem';
import type { paths } from './schema';

export type ApiClient = Client<paths>;

/** The typed client of the HTTP API. `send` decides how requests travel: with cookies, with a bearer token, with a refresh. */
export function apiClient(baseUrl: string, send: (request: Request) => Promise<Response>): ApiClient {
  return createClient<paths>({ baseUrl, fetch: send });
}

/** The body of an answer, or its refusal thrown. */
export async function bodyOf<T>(call: Promise<{ data?: T; error?: unknown; response: Response }>): Promise<T> {
  const { data, error, response } = await call;
  if (!response.ok) throw problemOf(response, error);
  return data as T;
}
