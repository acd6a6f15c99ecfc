import { ApiError } from '@/lib/protocol/ports';

const BARE: Record<number, string> = { 401: 'unauthenticated', 403: 'forbidden', 404: 'not_found', 413: 'too_large', 429: 'rate_limited', 503: 'unavailable' };

interface Problem {
  code?: unknown;
  errors?: { field: string; message: string }[];
}

/** Reads a refusal: a problem of the API, or the gateway's own bare status. */
export function problemOf(response: Response, body: unknown): ApiError {
  const problem: Problem = typeof body === 'object' && body !== null ? body : {};
  const code = typeof problem.code === 'string' ? problem.code : (BARE[response.status] ?? (response.status >= 500 ? 'unavailable' : 'malformed'));
  const seconds = Number(response.headers.get('retry-after'));
  return new ApiError(response.status, code, Number.isFinite(seconds) && seconds > 0 ? seconds : null, Array.isArray(problem.errors) ? problem.errors : []);
}
