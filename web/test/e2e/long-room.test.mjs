// A long room: the newest first, older ones by scrolling without a jump, a permalink into the past, and back.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { device, launch, logIn, openRoom, until } from './browser.mjs';
import { join, newName, Person } from './cloud.mjs';

const COUNT = 120;
let browser, page, roomId, ben;

/** Rows of very different heights, so that a guess at the height of what is not yet drawn is a wrong one. */
function textOf(number) {
  if (number > 115) return `Entry ${number}`;
  if (number % 9 === 0) return `Entry ${number}\n\n\`\`\`js\n${'const step = 1;\n'.repeat(number % 4 === 0 ? 22 : 6)}\`\`\``;
  if (number % 5 === 0) return `Entry ${number}\n\n${'宿は駅から歩いて五分ほどで、夕食は部屋で食べられます。'.repeat(6)}`;
  return `Entry ${number}`;
}

const entry = (number) => page.getByRole('log').getByText(`Entry ${number}`, { exact: true });
const toEnd = () => page.getByRole('button', { name: 'To the newest message' });

before(async () => {
  const aki = await Person.register(newName('aki'));
  ben = await Person.register(newName('ben'));
  roomId = await aki.makeRoom('A long room');
  await join(roomId, ben.username);
  for (let number = 1; number <= COUNT; number++) await (number % 3 === 0 ? aki : ben).write(roomId, textOf(number));
  browser = await launch();
  const { context, page: opened } = await device(browser);
  await context.grantPermissions(['clipboard-read', 'clipboard-write']);
  page = opened;
  page.on('request', (request) => /\/api\/rooms\/[^/]+\/messages/.test(request.url()) && loading.add(request));
  for (const over of ['requestfinished', 'requestfailed']) page.on(over, (request) => loading.delete(request));
  // What a page had asked for goes with it.
  page.on('domcontentloaded', () => loading.clear());
  await logIn(page, aki.username);
});
after(async () => {
  await browser?.close();
});

/** Where the message in the middle of the view stands, and which one it is. */
const underTheEye = () => page.evaluate(() => {
  const view = document.querySelector('[role=log]').getBoundingClientRect();
  const middle = (view.top + view.bottom) / 2;
  const rows = [...document.querySelectorAll('[role=log] article[id]')].map((row) => ({ id: row.id, box: row.getBoundingClientRect() }));
  const at = rows.find(({ box }) => box.top <= middle && box.bottom >= middle) ?? rows.find(({ box }) => box.top > middle);
  return at && { id: at.id, top: at.box.top, scrolled: document.querySelector('[role=log]').scrollTop };
});

const topOf = (id) => page.evaluate((wanted) => document.getElementById(wanted)?.getBoundingClientRect().top ?? null, id);

/** Pages of messages that are on their way to the page. */
const loading = new Set();

/** Waits until the view has come to rest, with everything loaded that a place near an edge asks for. */
async function atRest() {
  let before = '';
  const end = Date.now() + 60_000;
  for (let same = 0; same < 4; ) {
    assert.ok(Date.now() < end, `no rest: ${loading.size} pages of messages are on their way`);
    await page.waitForTimeout(60);
    // A page that has no time draws nothing: only what two drawn frames leave in place is at rest.
    await page.evaluate(() => new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))));
    const now = JSON.stringify(await underTheEye());
    same = loading.size === 0 && now === before ? same + 1 : 0;
    before = now;
  }
}

/** Scrolls by so much, and says by how much the message under the eye has missed where it should be now. */
async function scrollBy(distance) {
  let from;
  for (let tries = 1; ; tries++) {
    from = await underTheEye();
    await page.mouse.wheel(0, distance);
    // The wheel turns in a process of its own, whenever that finds the time; a turn over a row that is just being drawn anew is lost.
    try {
      await until(page, ([scrolled, down]) => {
        const { scrollTop, scrollHeight, clientHeight } = document.querySelector('[role=log]');
        return scrollTop !== scrolled || (down ? scrollTop + clientHeight >= scrollHeight - 1 : scrollTop <= 0);
      }, [from.scrolled, distance > 0], 10_000);
      break;
    } catch (error) {
      if (tries === 3) throw error;
    }
  }
  await atRest();
  const top = await topOf(from.id);
  const clipped = await page.evaluate(() => {
    const { scrollTop, scrollHeight, clientHeight } = document.querySelector('[role=log]');
    return scrollTop <= 0 || scrollTop + clientHeight >= scrollHeight - 1;
  });
  return top === null || clipped ? null : top - from.top + distance;
}

async function inView(number) {
  await entry(number).waitFor();
  await atRest();
  const row = await entry(number).boundingBox();
  const view = await page.getByRole('log').boundingBox();
  assert.ok(row.y >= view.y && row.y + row.height <= view.y + view.height, `entry ${number} is in view`);
}

test('open it: the newest stands at the bottom', async () => {
  await openRoom(page, roomId);
  await inView(COUNT);
  const row = await entry(COUNT).boundingBox();
  const view = await page.getByRole('log').boundingBox();
  assert.ok(view.y + view.height - row.y - row.height < 120, 'close to the composer');
  assert.equal(await toEnd().count(), 0);
});

test('scroll up to the first: older ones come, and nothing under the eye jumps', async () => {
  await page.getByRole('log').hover();
  const jumps = [];
  for (let wheels = 0; wheels < 150 && ((await entry(1).count()) === 0 || (await underTheEye()).scrolled > 0); wheels++) {
    const missed = await scrollBy(-420);
    if (missed !== null && Math.abs(missed) > 2) jumps.push(Math.round(missed));
  }
  assert.deepEqual(jumps, []);
  await inView(1);
  assert.equal(await page.evaluate(() => document.querySelector('[role=log]').scrollTop), 0);
});

test('what comes meanwhile moves nothing either', async () => {
  await scrollBy(900);
  const from = await underTheEye();
  await ben.write(roomId, 'Entry 121');
  await page.getByRole('link', { name: 'A long room' }).getByText(/Entry 121/).waitFor();
  await atRest();
  assert.ok(Math.abs((await topOf(from.id)) - from.top) <= 1);
});

test('to the newest, and it stays there when more comes', async () => {
  await toEnd().click();
  await inView(121);
  await toEnd().waitFor({ state: 'detached' });
  await ben.write(roomId, 'Entry 122');
  await inView(122);
});

test('a link to an old message: in view, marked, and from there back to the newest', async () => {
  await page.getByRole('log').hover();
  for (let wheels = 0; wheels < 150 && (await entry(14).count()) === 0; wheels++) await scrollBy(-700);
  // Away from the edge, beyond which rows are still being measured.
  await entry(14).evaluate((element) => element.scrollIntoView({ block: 'center' }));
  await atRest();
  await entry(14).hover();
  const row = page.locator('article[id]').filter({ has: page.getByText('Entry 14', { exact: true }) });
  await row.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Copy link' }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  assert.match(link, new RegExp(`/rooms/${roomId}\\?message=[0-9a-f-]{36}$`));

  await page.goto(link);
  await page.locator('main[data-live=true]').waitFor();
  await inView(14);
  const marked = page.locator('article[aria-current=true]');
  assert.equal(await marked.count(), 1);
  await marked.getByText('Entry 14', { exact: true }).waitFor();
  const background = await marked.evaluate((element) => getComputedStyle(element).backgroundColor);
  assert.notEqual(background, 'rgba(0, 0, 0, 0)', 'it is marked for the eye as well');

  // It is a place to read on from, both ways.
  await page.getByRole('log').hover();
  const jumps = [];
  for (const distance of [-420, -420, 420, 420, 420, 420, 420, 420]) {
    const missed = await scrollBy(distance);
    if (missed !== null && Math.abs(missed) > 2) jumps.push(Math.round(missed));
  }
  assert.deepEqual(jumps, []);

  await toEnd().click();
  await inView(122);
  await toEnd().waitFor({ state: 'detached' });
  await until(page, () => !location.search.includes('message='));
});

test('a link to what is not there says so, and shows the room', async () => {
  await page.goto(`/rooms/${roomId}?message=01900000-0000-7000-8000-000000000000`);
  await page.locator('main[data-live=true]').waitFor();
  await page.getByText('This is not here any more.').waitFor();
  await inView(122);
});

test('scroll from a link down to the end: the newest is reached without the button', async () => {
  const old = await page.evaluate(async (id) => {
    const answer = await fetch(`/api/rooms/${id}/messages?limit=100`);
    return (await answer.json()).items.at(-1).id;
  }, roomId);
  await page.goto(`/rooms/${roomId}?message=${old}`);
  await page.locator('main[data-live=true]').waitFor();
  await page.locator('article[aria-current=true]').waitFor();
  await page.getByRole('log').hover();
  for (let wheels = 0; wheels < 80 && (await entry(122).count()) === 0; wheels++) await scrollBy(900);
  await scrollBy(2_000);
  await inView(122);
  await toEnd().waitFor({ state: 'detached' });

  // Who enters the room again after a link has led into its past stands at its end.
  await page.goto(`/rooms/${roomId}?message=${old}`);
  await page.locator('article[aria-current=true]').waitFor();
  await page.getByRole('link', { name: 'A long room' }).click();
  await inView(122);
});
