// How every page looks and sounds: axe in both lights, pictures to look at, titles, focus, less motion.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, alive, device, fits, launch, logIn, makeRoom, openRoom, openStart, settled, shots, until, visit, write } from './browser.mjs';
import { base, join, newName, Person } from './cloud.mjs';

const RICH = `今日の打ち合わせで決まったことをまとめました。**宿は二条城の近く**にします。

| 宿 | 料金（二名一泊） | 駅から | 朝食 | 備考 |
|---|---:|---|---|---|
| 二条の町家 | ¥28,400 | 徒歩 6 分 | なし | 一棟貸し、自転車あり |
| 鴨川沿いの旅館 | ¥41,800 | 徒歩 12 分 | あり | 露天風呂、川の見える部屋 |

\`\`\`ts
export async function reserve(inn: Inn, nights: number): Promise<Reservation> {
  // A line that is much wider than its box has to scroll inside of it, and must never make the page itself scroll sideways.
  const answer = await fetch(\`https://example.com/inns/\${inn.id}/reservations?nights=\${nights}&guests=2&breakfast=\${inn.breakfast}\`, { method: 'POST' });
${'  if (!answer.ok) throw new Error("no room");\n'.repeat(12)}  return answer.json();
}
\`\`\`

- [x] 宿を探す
- [ ] 新幹線を予約する：https://example.com/a/very/long/address/that/does/not/break/anywhere/${'x'.repeat(60)}`;

let browser, aki, ben, one, page, roomId;

before(async () => {
  browser = await launch();
  aki = await Person.register(newName('aki'));
  ben = await Person.register(newName('ben'));
  one = await device(browser);
  page = one.page;
});
after(async () => {
  await browser?.close();
});

/** The page as a picture at the widths of a desk and of a phone. */
async function picture(path, name, prepare = async () => undefined, options = {}) {
  const storageState = await one.context.storageState();
  for (const width of [1440, 360]) {
    const phone = width < 500;
    const { context, page: view } = await device(browser, { viewport: { width, height: phone ? 780 : 900 }, isMobile: phone, hasTouch: phone, storageState, ...options });
    // What the server drew is drawn anew once the page lives.
    if (path.startsWith('/rooms/')) await openRoom(view, path.split('/').at(-1));
    else await view.goto(path);
    await view.waitForTimeout(300);
    await prepare(view, phone);
    await view.waitForTimeout(500);
    await fits(view, `${name} at ${width} px`);
    await view.screenshot({ path: `${shots}/${name}-${width}.png` });
    await context.close();
  }
}

test('the sign-in pages', async () => {
  for (const path of ['/login', '/register']) {
    await page.goto(path);
    await page.getByRole('button', { name: /Log in|Create account/ }).waitFor();
    await accessible(page, path);
    await picture(path, path.slice(1));
    assert.match(await page.title(), path === '/login' ? /^Log in · Yoriai$/ : /^Create account · Yoriai$/);
  }
  await visit(page, '/register', 'form button[type=submit]');
  await page.getByRole('button', { name: 'Create account' }).click();
  await page.getByText('This does not look like an e-mail address.').waitFor();
  await accessible(page, 'a refused registration');
  await picture('/register', 'register-refused', async (view) => {
    await alive(view, 'form button[type=submit]');
    await view.getByRole('button', { name: 'アカウントを作る' }).click();
    await view.getByText('メールアドレスの形をご確認ください。').waitFor();
  }, { locale: 'ja-JP' });
});

test('rooms: none yet, then some; the new-room dialog and one’s own menu', async () => {
  await logIn(page, aki.username);
  await page.getByText('You are not in any room yet.').waitFor();
  await until(page, () => document.title === 'Rooms · Yoriai');
  await accessible(page, 'no rooms');
  await picture('/rooms', 'rooms-empty');
  await page.getByRole('link', { name: 'New room' }).first().click();
  await page.getByRole('button', { name: 'Name a room first' }).click();
  await page.getByRole('dialog').getByLabel('Model').waitFor();
  await accessible(page, 'the new-room dialog');
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });

  roomId = await makeRoom(page, '京都旅行の計画');
  await join(roomId, ben.username);
  await write(page, '@ai How is this? [fast:60]');
  await settled(page, 'completed');
  await ben.write(roomId, RICH);
  await write(page, '@ai And this? [fail]');
  await settled(page, 'failed');
  for (const name of ['A room with a very long name that does not fit into the sidebar at all', 'Reading group', '料理']) await ben.write(await withAki(name), 'ここに書いておきます。**よろしく**お願いします。');
  await openStart(page);
  await page.getByRole('img', { name: '1 unread message' }).first().waitFor();
  await accessible(page, 'the list of rooms');
  await picture('/rooms', 'rooms');
  await picture('/rooms', 'new-room', (view) => view.getByRole('link', { name: 'New room' }).first().click());

  await page.getByRole('button', { name: /language, light and log out/ }).click();
  await page.getByRole('menuitem', { name: 'Log out' }).waitFor();
  await accessible(page, 'one’s own menu', ['region']);
  await page.keyboard.press('Escape');
});

async function withAki(name) {
  const room = await ben.makeRoom(name);
  await join(room, aki.username);
  return room;
}

test('a room: text, code, table and a failure; its settings and menus', async () => {
  await openRoom(page, roomId);
  await page.getByText('The provider is overloaded. Nothing was charged.').waitFor();
  // Before the title stands how many messages of other rooms are unread.
  await until(page, () => /^(\(\d+\) )?京都旅行の計画 · Yoriai$/.test(document.title));
  await accessible(page, 'a room with code and a failure');
  for (const colorScheme of ['light', 'dark']) {
    await picture(`/rooms/${roomId}`, `rich-end-${colorScheme}`, (view) => view.getByRole('button', { name: 'もう一度試す' }).waitFor(), { colorScheme, locale: 'ja-JP' });
    await picture(`/rooms/${roomId}`, `rich-${colorScheme}`, async (view) => {
      await view.getByRole('log').hover();
      await view.getByRole('table').scrollIntoViewIfNeeded();
      await view.getByRole('table').evaluate((table) => table.scrollIntoView({ block: 'start' }));
    }, { colorScheme, locale: 'ja-JP' });
  }

  const phone = await device(browser, { viewport: { width: 360, height: 780 }, isMobile: true, hasTouch: true, storageState: await one.context.storageState() });
  await openRoom(phone.page, roomId);
  await accessible(phone.page, 'a room on a phone');
  await phone.context.close();

  await page.getByRole('button', { name: 'Room settings' }).click();
  await page.getByRole('dialog').getByLabel('Instructions for the AI').waitFor();
  await accessible(page, 'the settings of a room');
  await page.keyboard.press('Escape');
  await picture(`/rooms/${roomId}`, 'settings', async (view) => {
    await view.getByRole('button', { name: 'Room settings' }).click();
    await view.getByRole('dialog').getByLabel('Instructions for the AI').waitFor();
  });

  await page.getByRole('button', { name: /^Model:/ }).click();
  await page.getByRole('listbox', { name: 'Model' }).getByRole('option').first().waitFor();
  await accessible(page, 'the menu of models');
  await page.keyboard.press('Escape');
  const last = page.locator('article[id]').filter({ hasText: 'And this?' }).first();
  await last.hover();
  await last.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Copy link' }).waitFor();
  await accessible(page, 'the menu of a message', ['region']);
  await picture(`/rooms/${roomId}`, 'message-menu', async (view) => {
    const row = view.locator('article[id]').filter({ hasText: 'And this?' }).first();
    await row.hover();
    await row.getByRole('button', { name: 'More' }).click();
  });
  await page.keyboard.press('Escape');
});

test('titles follow what is on screen', async () => {
  for (const name of ['Reading group', '料理', 'Reading group']) {
    await page.getByRole('link', { name }).click();
    await page.getByRole('heading', { level: 1, name }).waitFor();
    await until(page, (title) => document.title.replace(/^\(\d+\) /, '') === title, `${name} · Yoriai`);
    // Nothing that comes later may put it back.
    await page.waitForTimeout(600);
    assert.equal((await page.title()).replace(/^\(\d+\) /, ''), `${name} · Yoriai`);
  }
  await page.getByRole('link', { name: 'Yoriai', exact: true }).click();
  await until(page, () => document.title.replace(/^\(\d+\) /, '') === 'Rooms · Yoriai');
});

test('what is not there, and what cannot be shown', async () => {
  await page.goto('/nowhere');
  await page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
  assert.equal(await page.title(), 'There is nothing here · Yoriai');
  await accessible(page, 'a page that is not there');
  await picture('/nowhere', 'not-found');
  await page.goto('/rooms/01900000-0000-7000-8000-000000000000');
  await page.getByRole('heading', { name: 'This room is not here' }).waitFor();
  await accessible(page, 'a room that is not there');
  await page.getByRole('link', { name: 'To your rooms' }).click();
  await page.waitForURL('**/rooms');
  const stranger = await browser.newContext({ baseURL: base });
  const door = await stranger.newPage();
  await door.goto('/login');
  for (const rel of ['icon', 'apple-touch-icon']) {
    const answer = await stranger.request.get(await door.locator(`link[rel=${rel}]`).first().getAttribute('href'));
    assert.match(answer.headers()['content-type'], /^image\//, `${rel} is a picture, signed in or not`);
  }
  await stranger.close();
});

test('the keyboard’s way through a room can be seen at every step', async () => {
  await openRoom(page, roomId);
  await page.locator('body').evaluate(() => document.activeElement?.blur());
  const unseen = new Set();
  const names = [];
  for (let steps = 0; steps < 80; steps++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const element = document.activeElement;
      if (!element || element === document.body) return null;
      const style = getComputedStyle(element);
      const around = element.closest('form') && getComputedStyle(element.closest('form'));
      const accent = getComputedStyle(document.documentElement).getPropertyValue('--accent') !== '';
      const ring = style.outlineStyle !== 'none' && Number.parseFloat(style.outlineWidth) >= 1;
      const box = element.getBoundingClientRect();
      // The composer shows it at the edge of its box.
      return { name: element.getAttribute('aria-label') ?? element.textContent.slice(0, 40), seen: accent && (ring || around !== null) && box.width > 0 };
    });
    // Past the last stop comes the browser's own frame, and then the first.
    if (stop === null) continue;
    names.push(stop.name);
    if (!stop.seen) unseen.add(stop.name);
  }
  assert.deepEqual([...unseen], []);
  for (const wanted of ['New room', 'Messages', 'Message', 'Ask AI', 'Try again']) assert.ok(names.some((name) => name.includes(wanted)), `${wanted} is reached: ${names.join(' · ')}`);
});

test('who asked for less motion sees none', async () => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await write(page, '@ai Quietly [slow:25]');
  await until(page, () => document.querySelector('article[data-status=streaming] .md')?.textContent.includes('word2'));
  assert.equal(await page.evaluate(() => document.getAnimations().length), 0);
  await settled(page, 'completed');
  await page.emulateMedia({ reducedMotion: 'no-preference' });
  assert.deepEqual(one.errors, []);
});
