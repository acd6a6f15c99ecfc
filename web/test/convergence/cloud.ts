import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { apiClient, bodyOf, type ApiClient } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';

const run = promisify(execFile);
const repository = path.resolve(import.meta.dirname, '../../..');

export interface Endpoints {
  web: string;
  api: string;
  ws: string;
}

/** Where the running cloud is: the file that `make up` writes, or the one that YORIAI_ENDPOINTS names. */
export function endpoints(): Endpoints {
  const file = process.env.YORIAI_ENDPOINTS ?? path.join(repository, '.local/endpoints.json');
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Endpoints;
  } catch (error) {
    throw new Error(`No running cloud: ${file} cannot be read. Start one with "make up".`, { cause: error });
  }
}

type SignedIn = components['schemas']['SignedIn'];

/** An account of its own, with tokens instead of cookies. */
export class Person {
  private constructor(
    readonly me: components['schemas']['Me'],
    private readonly base: string,
    private access: string,
    private refreshToken: string,
  ) {}

  static async register(base: string, name: string): Promise<Person> {
    const username = `${name}-${Math.random().toString(36).slice(2, 10)}`;
    const response = await fetch(`${base}/auth/register`, {
      method: 'POST', headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ username, email: `${username}@example.com`, password: 'correct horse battery' }),
    });
    if (!response.ok) throw new Error(`register: ${response.status} ${await response.text()}`);
    const { user, access_token, refresh_token } = (await response.json()) as SignedIn;
    return new Person(user, base, access_token!, refresh_token!);
  }

  /** The API as this person; `through` may lose what passes. */
  api(through: (send: () => Promise<Response>) => Promise<Response> = (send) => send()): ApiClient {
    return apiClient(this.base, (request) => through(() => this.send(request)));
  }

  private async send(request: Request): Promise<Response> {
    const again = request.clone();
    const response = await fetch(this.signed(request));
    if (response.status !== 401) return response;
    await this.refresh();
    return fetch(this.signed(again));
  }

  private signed(request: Request): Request {
    const headers = new Headers(request.headers);
    headers.set('authorization', `Bearer ${this.access}`);
    return new Request(request, { headers, signal: AbortSignal.timeout(15_000) });
  }

  private async refresh(): Promise<void> {
    const response = await fetch(`${this.base}/auth/refresh`, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ refresh_token: this.refreshToken }),
    });
    if (!response.ok) throw new Error(`refresh: ${response.status}`);
    const { access_token, refresh_token } = (await response.json()) as SignedIn;
    this.access = access_token!;
    this.refreshToken = refresh_token!;
  }
}

/** Joins and removes members through the use case, as rooms have no invitations yet. */
export async function members(...args: ['join', string, string, string] | ['remove', string, string]): Promise<void> {
  await run('go', ['run', './shared/cmd/upkeep', ...args], { cwd: repository, env: process.env });
}

export async function everyMessage(api: ApiClient, roomId: string): Promise<components['schemas']['Message'][]> {
  const rows: components['schemas']['Message'][] = [];
  for (let before: string | undefined; ; ) {
    const page = await bodyOf(api.GET('/rooms/{roomId}/messages', { params: { path: { roomId }, query: { before, limit: 100 } } }));
    rows.push(...page.items);
    if (page.next_cursor === null) return rows.reverse();
    before = page.next_cursor;
  }
}
