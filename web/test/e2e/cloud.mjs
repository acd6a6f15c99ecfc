// The running local cloud, reached past the browser: its API, its processes, its people.
import { execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';

const root = path.resolve(import.meta.dirname, '../../..');
const endpointsFile = path.resolve(process.env.YORIAI_ENDPOINTS ?? path.join(root, '.local/endpoints.json'));
const stage = process.env.YORIAI_STAGE_URL;
const endpoints = stage ? { web: stage, api: `${stage}/api` } : JSON.parse(readFileSync(endpointsFile, 'utf8'));
export const base = endpoints.web;
/** The desk of the local Stripe: where its clock is turned and payments are given back. */
export const desk = endpoints.stripe;
export const password = 'correct horse battery';

export function newName(prefix) {
  return `${prefix}-${Math.random().toString(36).slice(2, 9)}`;
}

/** Somebody with an account and a token, who talks to the API as a script would. */
export class Person {
  static async register(username) {
    const { access_token } = await call('POST', '/auth/register', { username, email: `${username}@example.com`, password });
    return new Person(username, access_token);
  }

  static async logIn(username) {
    const { access_token } = await call('POST', '/auth/login', { login: username, password });
    return new Person(username, access_token);
  }

  constructor(username, token) {
    this.username = username;
    this.token = token;
  }

  /** Makes a room answered by the scripted provider. Answers its id. */
  async makeRoom(name) {
    const room = await call('POST', '/rooms', { name, ai_provider: 'scripted', ai_model: 'scripted' }, this.token, { 'idempotency-key': randomUUID() });
    return room.id;
  }

  async removeRoom(roomId) {
    await call('DELETE', `/rooms/${roomId}`, undefined, this.token);
  }

  async change(roomId, change) {
    await call('PATCH', `/rooms/${roomId}`, change, this.token);
  }

  /** The newest messages, the newest first. */
  async read(roomId) {
    const { items } = await call('GET', `/rooms/${roomId}/messages?limit=100`, undefined, this.token);
    return items.sort((a, b) => (a.id < b.id ? 1 : -1));
  }

  async remove(roomId, messageId) {
    await call('DELETE', `/rooms/${roomId}/messages/${messageId}`, undefined, this.token);
  }

  /** Sends a message and answers it. */
  async write(roomId, content, more = {}) {
    const { message } = await call('POST', `/rooms/${roomId}/messages`, { client_message_id: randomUUID(), content, ...more }, this.token);
    return message;
  }
}

async function call(method, where, body, token, headers = {}) {
  const response = await fetch(endpoints.api + where, {
    method,
    headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }), ...headers },
    body: body && JSON.stringify(body),
  });
  if (response.status === 429) {
    await new Promise((resolve) => setTimeout(resolve, 1_000 * Number(response.headers.get('retry-after') ?? 1)));
    return call(method, where, body, token, headers);
  }
  if (!response.ok) throw new Error(`${method} ${where}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? null : response.json();
}

/** Puts somebody into a room, as an accepted invitation will. */
export async function join(roomId, username, role = 'member') {
  await upkeep('join', roomId, username, role);
}

/** Runs one of the commands of those who run the cloud. */
export async function upkeep(...command) {
  await promisify(execFile)('go', ['run', './shared/cmd/upkeep', ...command], { cwd: root, env: { ...process.env, YORIAI_ENDPOINTS: endpointsFile } });
}

/** Makes what was said in a room, up to a message, so many days older. Whoever has it on screen knows it by other ids. */
export async function age(roomId, until, days) {
  const settings = { 'age.room': roomId, 'age.until': until, 'age.by': days * 86_400_000 };
  await sql(Object.entries(settings).map(([name, value]) => `SELECT set_config('${name}', '${value}', false)`).join('; '),
    readFileSync(path.join(root, 'shared/adapter/postgres/pgtest/age.sql'), 'utf8'));
}

/** Asks the database, past everything that keeps it in order. */
export async function sql(...statements) {
  const done = promisify(execFile)('go', ['run', './shared/cmd/sql', endpoints.postgres], { cwd: root });
  done.child.stdin.end(JSON.stringify(statements));
  await done;
}

/** Calls a function as its schedule does. Answers what it answers. */
export async function invoke(functionName) {
  const response = await fetch(`${endpoints.aws}/2015-03-31/functions/yoriai-local-${functionName}/invocations`, {
    method: 'POST', body: '{}', headers: { authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=none' },
  });
  const text = await response.text();
  if (!response.ok || response.headers.has('x-amz-function-error')) throw new Error(`${functionName}: ${response.status} ${text}`);
  return JSON.parse(text);
}

/** Switches a fault on at the front door: an operation answers so until it is switched off. */
export async function fault(body) {
  const response = await fetch(`${base}/_local/faults`, { method: 'POST', headers: { 'x-yoriai-local': '1' }, body: JSON.stringify(body) });
  if (!response.ok) throw new Error(`fault: ${response.status} ${await response.text()}`);
}

export async function noFaults() {
  await fetch(`${base}/_local/faults`, { method: 'DELETE', headers: { 'x-yoriai-local': '1' } });
}

/** Lets the database sleep. Answers, once it sleeps, how to wake it: it does not wake by itself while somebody still looks. */
export async function sleepDatabase() {
  const longest = '300';
  const sleeper = spawn(path.join(root, '.tools/bin/yoriai-local'), ['sleep-database', longest], { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
  const awake = new Promise((resolve, reject) => sleeper.on('exit', (code) => (code === 0 ? resolve() : reject(new Error(`sleep-database ended with ${code}`)))));
  await Promise.race([awake, new Promise((resolve) => sleeper.stdout.once('data', resolve))]);
  return () => {
    sleeper.kill('SIGTERM');
    return awake;
  };
}

/** Processes of one of this cloud's functions. */
export function workersOf(functionName) {
  const aws = new URL(endpoints.aws).port;
  return processes((environment) => environment.includes(`AWS_LAMBDA_FUNCTION_NAME=${functionName}`) && environment.some((line) => line.endsWith(`:${aws}`)));
}

/** The process of this cloud's gateway. It alone is told where to listen for REST. */
export function gateways() {
  const { host } = new URL(endpoints.gateway_rest);
  return processes((environment) => environment.includes(`GATEWAY_REST_ADDR=${host}`));
}

function processes(wanted) {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return wanted(readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0'));
    } catch {
      // Somebody else's, or ended meanwhile.
      return false;
    }
  }).map(Number);
}
