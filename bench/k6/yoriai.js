// What the scenarios share: people, rooms, messages, sockets, and the table of results.
import http from 'k6/http';
import { check } from 'k6';
import { Rate } from 'k6/metrics';
import { WebSocket } from 'k6/websockets';

const api = `${__ENV.YORIAI_URL}/api`;
const password = 'correct horse battery';

/** How many of something: so many at full size, fewer where SCALE says so, and never none. */
export const scaled = (n) => Math.max(1, Math.round(n * Number(__ENV.SCALE || 1)));

/** Of what people did, the share that ended as it should. */
export const went = new Rate('went_well');

/** Of what a socket should have been told, the share that it was. */
export const arrived = new Rate('arrived');

export const uuid = () => 'xxxxxxxx-xxxx-4xxx-8xxx-xxxxxxxxxxxx'.replace(/x/g, () => Math.floor(Math.random() * 16).toString(16));

/** Calls the API as a script does. A name keeps the addresses of a thousand rooms one row of the table. */
export async function call(name, method, path, { token, body } = {}) {
  const response = await http.asyncRequest(method, api + path, body === undefined ? null : JSON.stringify(body), {
    headers: { 'Content-Type': 'application/json', 'Idempotency-Key': uuid(), ...(token && { Authorization: `Bearer ${token}` }) },
    tags: { name },
    timeout: '60s',
  });
  const well = check(response, { [name]: ({ status }) => status >= 200 && status < 300 });
  went.add(well);
  if (!well) console.warn(`${name}: ${response.status} ${String(response.body).slice(0, 200)}`);
  return well && response.body ? response.json() : undefined;
}

/** Somebody new, signed in; undefined if that failed. */
export async function newPerson() {
  const username = `load-${uuid().slice(0, 13)}`;
  const session = await call('registerUser', 'POST', '/auth/register', { body: { username, email: `${username}@example.com`, password } });
  return session && { username, token: session.access_token };
}

export const logIn = ({ username }) => call('logIn', 'POST', '/auth/login', { body: { login: username, password } });

/** A room, answered by a model if one is named. */
export const newRoom = ({ token }, model = {}) => call('createRoom', 'POST', '/rooms', { token, body: { name: 'Load', ...model } });

/** Sends a message and answers what was stored. */
export const send = ({ token }, room, content, more = {}) =>
  call('sendMessage', 'POST', `/rooms/${room.id}/messages`, { token, body: { client_message_id: uuid(), content, ...more } });

/** Opens a socket of a person, which tells each frame to hear(frame, socket); undefined if there was no ticket. */
export async function socket(person, opened, hear) {
  const ticket = await call('createRealtimeTicket', 'POST', '/realtime/tickets', { token: person.token });
  if (!ticket) return undefined;
  const made = new WebSocket(ticket.url);
  made.onopen = () => opened(made);
  made.onmessage = ({ data }) => hear(JSON.parse(data), made);
  made.onerror = ({ error }) => {
    went.add(false);
    console.warn(`socket: ${error}`);
  };
  return made;
}

/** Ratios only: how fast a machine is decides nothing. */
export const thresholds = { went_well: ['rate>0.99'], arrived: ['rate>0.99'] };

/** The results as rows of the table that run.sh begins. */
export const summary = (scenario) => ({ metrics }) => {
  const figure = (n) => (n === undefined ? '' : n >= 100 ? n.toFixed(0) : n.toFixed(1));
  const row = (name, count, values, held) =>
    `| ${scenario} | ${name} | ${count} | ${figure(values.med)} | ${figure(values['p(95)'])} | ${figure(values['p(99)'])} | ${held} |\n`;
  const operations = [];
  const ways = [];
  const ratios = [];
  for (const [name, { values, type, thresholds: limits }] of Object.entries(metrics).sort(([a], [b]) => a.localeCompare(b))) {
    const operation = /^http_req_duration\{name:(.+)\}$/.exec(name);
    if (operation && values.count > 0) operations.push(row(operation[1], values.count, values, ''));
    else if (type === 'trend' && name.startsWith('yoriai_')) ways.push(row(name.slice(7).replaceAll('_', ' '), values.count, values, ''));
    else if (type === 'rate' && limits && values.passes + values.fails > 0) {
      const held = Object.values(limits).every(({ ok }) => ok) ? 'yes' : '**no**';
      ratios.push(row(`${name.replaceAll('_', ' ')}: ${(100 * values.rate).toFixed(2)} %`, values.passes + values.fails, {}, held));
    }
  }
  return { stdout: [...operations, ...ways, ...ratios].join('') };
};

/** So that the summary has a row for each operation: k6 keeps figures by tag only where a threshold asks for them. */
export const rowsFor = (...operations) => Object.fromEntries(operations.map((name) => [`http_req_duration{name:${name}}`, ['max>=0']]));

export const summaryTrendStats = ['count', 'med', 'p(95)', 'p(99)', 'max'];
