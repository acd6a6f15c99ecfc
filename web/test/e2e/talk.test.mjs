// What people do with messages besides writing them: react, answer, name somebody, find, pass on; and what rooms tell of themselves.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, device, fits, launch, logIn, openRoom, settled, shots, until, write } from './browser.mjs';
import { fault, join, newName, noFaults, Person } from './cloud.mjs';

let browser, aki, mei, one, page, two, roomId, other;

before(async () => {
  browser = await launch();
  aki = await Person.register(newName('aki'));
  mei = await Person.register(newName('mei'));
  roomId = await aki.makeRoom('Kyoto');
  other = await aki.makeRoom('Nara');
  await join(roomId, mei.username);
  one = await device(browser);
  page = one.page;
  await logIn(page, aki.username);
  two = await device(browser, { locale: 'ja-JP', viewport: { width: 390, height: 780 }, isMobile: true, hasTouch: true, storageState: undefined });
  await two.page.goto('/login');
  await two.page.getByLabel('ユーザー名またはメールアドレス').fill(mei.username);
  await two.page.getByLabel('パスワード', { exact: true }).fill('correct horse battery');
  await two.page.getByRole('button', { name: 'ログイン' }).click();
  await two.page.waitForURL('**/rooms');
});
after(async () => {
  await noFaults();
  assert.deepEqual([...(one?.errors ?? []), ...(two?.errors ?? [])], []);
  await browser?.close();
});

const log = (view) => view.getByRole('log');
/** The row whose own words these are; one that quotes them is another. */
const row = (view, text) => view.locator('article[data-row]').filter({ has: view.locator('.md, > p', { hasText: text }) }).last();
const box = (view) => view.getByRole('textbox', { name: /^(Message|メッセージ)$/ });
const bar = (view, text, name) => row(view, text).hover().then(() => row(view, text).getByRole('button', { name, exact: true }).click());

test('a room tells who came and what was changed, to each in their language', async () => {
  await openRoom(page, roomId);
  await log(page).getByText(`${mei.username} joined`).waitFor();
  await aki.change(roomId, { name: 'Kyoto in autumn' });
  await log(page).getByText('You renamed the room to “Kyoto in autumn”').waitFor();
  await openRoom(two.page, roomId);
  await log(two.page).getByText('あなたが参加しました').waitFor();
  await log(two.page).getByText(`${aki.username}さんがルームの名前を「Kyoto in autumn」に変えました`).waitFor();
  assert.equal(await row(page, 'renamed').getByRole('button').count(), 1, 'only its link can be copied');
  await page.getByRole('navigation', { name: 'Rooms' }).getByText('You renamed the room to “Kyoto in autumn”').waitFor();
  await accessible(page, 'a room with notices');
  await page.screenshot({ path: `${shots}/talk-notes.png` });
  await two.page.screenshot({ path: `${shots}/talk-notes-phone.png` });
});

test('reactions: given with a press, counted for all, taken back, chosen or typed', async () => {
  await mei.write(roomId, 'Shall we take the early train?');
  await bar(page, 'early train', 'React');
  const picker = page.getByRole('dialog', { name: 'Choose an emoji' });
  await picker.getByRole('group', { name: 'Recent' }).getByRole('button', { name: '👍' }).waitFor();
  await accessible(page, 'the emoji picker');
  await page.screenshot({ path: `${shots}/talk-picker.png` });
  await picker.getByRole('group', { name: 'Recent' }).getByRole('button', { name: '👍' }).click();
  const chip = row(page, 'early train').getByRole('button', { name: /👍/ });
  await chip.and(page.locator('[aria-pressed=true]')).waitFor();
  const theirs = row(two.page, 'early train').getByRole('button', { name: /👍/ });
  await theirs.and(two.page.locator('[aria-pressed=false]')).waitFor();
  assert.ok((await theirs.boundingBox()).height >= 44, 'a finger hits it');
  await theirs.tap();
  await row(page, 'early train').getByRole('button', { name: '👍, 2 people, you among them' }).waitFor();
  await chip.click();
  await row(page, 'early train').getByRole('button', { name: '👍, 1 person' }).waitFor();
  // By keyboard alone, with an emoji that the grid does not have.
  await row(page, 'early train').getByRole('button', { name: 'React' }).focus();
  await page.keyboard.press('Enter');
  await page.keyboard.type('hm');
  await page.getByText('That is not an emoji.').waitFor();
  await page.keyboard.type(' 🦑');
  await page.keyboard.press('Enter');
  await row(two.page, 'early train').getByRole('button', { name: '🦑 1人' }).waitFor();
  await page.screenshot({ path: `${shots}/talk-reactions.png` });
  await two.page.screenshot({ path: `${shots}/talk-reactions-phone.png` });
});

test('a reaction that is not stored is taken back, and why is said', async () => {
  await one.context.setOffline(true);
  await row(page, 'early train').getByRole('button', { name: /👍/ }).click();
  await page.getByRole('alert').getByText('The connection failed.').waitFor();
  await row(page, 'early train').getByRole('button', { name: '👍, 1 person' }).waitFor();
  await one.context.setOffline(false);
  await page.getByText(/No connection/).waitFor({ state: 'detached' });
});

test('a reply quotes what it answers, leads there however far it is, and knows when that is deleted', async () => {
  await row(page, 'early train').getByRole('button', { name: 'More' }).focus();
  await page.keyboard.press('r');
  await page.getByRole('group', { name: /^Reply to mei-\w+: Shall we take the early train\?$/ }).waitFor();
  await page.screenshot({ path: `${shots}/talk-replying.png` });
  await page.keyboard.press('Escape');
  await page.getByRole('group', { name: /^Reply to/ }).waitFor({ state: 'detached' });
  await bar(page, 'early train', 'Reply');
  await until(page, () => document.activeElement?.id === 'message-box');
  await page.keyboard.type('Yes, the one at seven');
  await page.keyboard.press('Enter');
  const quote = row(two.page, 'the one at seven').getByRole('link', { name: /返信: Shall we take/ });
  await quote.waitFor();
  await two.page.screenshot({ path: `${shots}/talk-reply-phone.png` });
  // So far up that it is not loaded.
  for (let n = 0; n < 60; n++) await aki.write(other, `filler ${n}`);
  const first = (await aki.read(other)).at(-1);
  await aki.write(other, 'I mean the very first', { reply_to: first.id });
  const doomed = await aki.write(other, 'a slip');
  await aki.write(other, 'about that slip', { reply_to: doomed.id });
  await openRoom(page, other);
  await row(page, 'the very first').getByRole('link', { name: /^Reply to aki-\w+: filler 0$/ }).click();
  await page.locator(`article[id="m-${first.id}"][aria-current=true]`).waitFor();
  await page.goBack();
  await row(page, 'about that slip').waitFor();
  await aki.remove(other, doomed.id);
  await row(page, 'about that slip').getByRole('link', { name: /This message was deleted/ }).waitFor();
});

test('naming somebody: offered while typed, sent by id, marked for whom it names, and counted', async () => {
  await openRoom(page, roomId);
  await openRoom(two.page, roomId);
  await two.page.goto('/rooms');
  await box(page).pressSequentially('Good news, @me');
  const list = page.getByRole('listbox', { name: 'Whom to mention' });
  await list.getByRole('option', { name: new RegExp(`@${mei.username}`) }).waitFor();
  await accessible(page, 'the list of names');
  await page.screenshot({ path: `${shots}/talk-mention.png` });
  await page.keyboard.press('Enter');
  await list.waitFor({ state: 'detached' });
  assert.equal(await box(page).inputValue(), `Good news, @${mei.username} `);
  await page.keyboard.type('look!');
  await page.keyboard.press('Enter');
  await log(page).locator('mark', { hasText: `@${mei.username}` }).waitFor();
  const sent = (await aki.read(roomId))[0];
  assert.deepEqual(sent.mentions.map(({ kind, name }) => ({ kind, name })), [{ kind: 'user', name: mei.username }]);
  await two.page.getByRole('img', { name: /あなたへのメンション 1 件/ }).waitFor();
  await until(two.page, () => /^\(\d+ @1\) /.test(document.title));
  await two.page.screenshot({ path: `${shots}/talk-mentioned-phone.png` });
  await openRoom(two.page, roomId);
  await log(two.page).locator('mark[data-mine]', { hasText: `@${mei.username}` }).waitFor();
  await two.page.screenshot({ path: `${shots}/talk-mention-phone.png` });
  await two.page.goto('/rooms');
  await until(two.page, () => !/@/.test(document.title.split('·')[0]));
});

test('naming with an input method: its keys choose nothing until it is done', async () => {
  await box(page).fill('');
  const keyboard = await one.context.newCDPSession(page);
  await keyboard.send('Input.imeSetComposition', { text: '＠me', selectionStart: 3, selectionEnd: 3 });
  await page.getByRole('listbox', { name: 'Whom to mention' }).waitFor();
  await keyboard.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Process', code: 'Enter', windowsVirtualKeyCode: 229 });
  assert.equal(await box(page).inputValue(), '＠me');
  await keyboard.send('Input.insertText', { text: '＠me' });
  await page.keyboard.press('Tab');
  assert.equal(await box(page).inputValue(), `@${mei.username} `);
  await box(page).fill('');
});

test('a message is passed on to another room, which tells where it comes from', async () => {
  await bar(page, 'early train', 'More');
  await page.getByRole('menuitem', { name: 'Forward' }).click();
  const dialog = page.getByRole('dialog', { name: 'Forward to a room' });
  await dialog.getByRole('textbox', { name: 'Find a room' }).fill('nar');
  await accessible(page, 'the forward dialog');
  await page.screenshot({ path: `${shots}/talk-forward.png` });
  await dialog.getByRole('button', { name: 'Nara' }).click();
  await page.getByText('Forwarded to “Nara”.').waitFor();
  await page.getByRole('button', { name: 'Go there' }).click();
  await page.getByRole('heading', { level: 1, name: 'Nara' }).waitFor();
  const forwarded = row(page, 'early train');
  await forwarded.waitFor();
  await page.screenshot({ path: `${shots}/talk-forwarded.png` });
  await forwarded.getByText(`Forwarded from ${mei.username}`).waitFor();
  await forwarded.getByRole('link', { name: 'Kyoto in autumn' }).click();
  await page.getByRole('heading', { level: 1, name: 'Kyoto in autumn' }).waitFor();
  await page.locator('article[aria-current=true]', { hasText: 'early train' }).waitFor();
});

test('on a phone all of it is in the message’s menu, and nothing is too wide', async () => {
  await openRoom(two.page, roomId);
  await row(two.page, 'early train').getByRole('button', { name: 'その他' }).tap();
  await two.page.getByRole('menuitem', { name: 'リアクションする' }).tap();
  const picker = two.page.getByRole('dialog', { name: '絵文字を選ぶ' });
  await picker.getByRole('button', { name: '🎉' }).first().waitFor();
  assert.ok((await picker.getByRole('button', { name: '🎉' }).first().boundingBox()).height >= 44);
  await fits(two.page, 'the emoji picker');
  await two.page.screenshot({ path: `${shots}/talk-picker-phone.png` });
  await picker.getByRole('button', { name: '🎉' }).first().tap();
  await row(page, 'early train').getByRole('button', { name: '🎉, 1 person' }).waitFor();
  await row(two.page, 'early train').getByRole('button', { name: 'その他' }).tap();
  await two.page.getByRole('menuitem', { name: '返信' }).tap();
  await two.page.getByRole('group', { name: /への返信/ }).waitFor();
  await two.page.getByRole('button', { name: '返信をやめる' }).tap();
  await fits(two.page, 'a room on a phone');
});

const dialog = (view) => view.getByRole('dialog', { name: /^Search/ });
const found = (view) => dialog(view).getByRole('listbox', { name: 'What was found' });
const search = (view) => dialog(view).getByRole('combobox', { name: /^Search/ });

test('the switcher: opened by keys, goes to a room by a part of its name, and closes again', async () => {
  await openRoom(page, roomId);
  await page.keyboard.press('Control+KeyK');
  await search(page).waitFor();
  await until(page, () => document.activeElement?.getAttribute('role') === 'combobox');
  await found(page).getByRole('option', { name: 'Nara' }).waitFor();
  await page.keyboard.press('Control+KeyK');
  await dialog(page).waitFor({ state: 'detached' });
  await page.keyboard.press('Control+KeyK');
  await search(page).fill('ＮＡＲ');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'Nara' }).waitFor();
  await dialog(page).waitFor({ state: 'detached' });
  await page.goBack();
  await page.getByRole('heading', { level: 1, name: 'Kyoto in autumn' }).waitFor();
});

test('messages are found, what was found is marked, and a press leads there', async () => {
  await aki.write(roomId, '宿は二条城の近くにしましょう');
  await page.getByRole('button', { name: 'Search', exact: true }).click();
  await search(page).fill('条城');
  const hit = found(page).getByRole('option', { name: /二条城の近く/ });
  await hit.locator('mark', { hasText: '条城' }).waitFor();
  await accessible(page, 'search with results');
  await page.screenshot({ path: `${shots}/talk-search.png` });
  await hit.click();
  await page.locator('article[aria-current=true]', { hasText: '二条城' }).waitFor();
  // With the arrow keys, past people and rooms.
  await page.keyboard.press('Control+KeyK');
  await search(page).fill('slip');
  await found(page).getByRole('option', { name: /about that slip/ }).waitFor();
  await page.keyboard.press('Enter');
  await page.locator('article[aria-current=true]', { hasText: 'about that slip' }).waitFor();
});

test('a search is narrowed to a room, to a person, to the AI, to days', async () => {
  await openRoom(page, roomId);
  await write(page, 'tell me of trains @ai [fast:3]');
  await settled(page, 'completed');
  await page.getByRole('button', { name: 'Search in this room' }).click();
  await dialog(page).getByText('Type a word.').waitFor();
  await search(page).fill('filler');
  await dialog(page).getByText(/holds “filler”/).waitFor();
  await dialog(page).getByLabel('In which room').selectOption('');
  await found(page).getByRole('option', { name: /filler 59/ }).waitFor();
  await dialog(page).getByRole('button', { name: 'Show more' }).click();
  await found(page).getByRole('option', { name: /filler 30/ }).waitFor();
  await search(page).fill('train');
  const mine = found(page).getByRole('option', { name: /tell me of trains/ });
  await mine.waitFor();
  await dialog(page).getByLabel('From whom').selectOption({ label: mei.username });
  await mine.waitFor({ state: 'detached' });
  await found(page).getByRole('option', { name: /early train/ }).first().waitFor();
  await dialog(page).getByLabel('To', { exact: true }).fill('2020-01-01');
  await dialog(page).getByText('No message that is narrowed down like this holds “train”.').waitFor();
  await page.screenshot({ path: `${shots}/talk-search-none.png` });
  await dialog(page).getByLabel('To', { exact: true }).fill('');
  await dialog(page).getByRole('button', { name: 'From the AI' }).click();
  await search(page).fill('word1');
  await found(page).getByRole('option', { name: /word1 word2 word3/ }).waitFor();
  await search(page).fill('?!');
  await dialog(page).getByText('Type at least one letter').waitFor();
  await page.keyboard.press('Escape');
});

test('too many searches, a server in trouble and no connection are told apart, and rooms can still be opened', async () => {
  await page.keyboard.press('Control+KeyK');
  await fault({ method: 'POST', path: '/search', status: 429, code: 'rate_limited' });
  await search(page).fill('early');
  await dialog(page).getByRole('alert').getByText(/at once/).waitFor();
  await page.screenshot({ path: `${shots}/talk-search-refused.png` });
  await noFaults();
  await dialog(page).getByRole('button', { name: 'Try again' }).click();
  await found(page).getByRole('option', { name: /early train/ }).first().waitFor();
  await one.context.setOffline(true);
  await search(page).fill('nara');
  await dialog(page).getByRole('alert').getByText(/connection/i).waitFor();
  await found(page).getByRole('option', { name: 'Nara' }).click();
  await page.getByRole('heading', { level: 1, name: 'Nara' }).waitFor();
  await one.context.setOffline(false);
});

test('on a phone, in Japanese, a search fills the width and is narrowed by a finger', async () => {
  await two.page.goto('/rooms');
  await two.page.getByRole('button', { name: '検索' }).tap();
  const sheet = two.page.getByRole('dialog', { name: '検索' });
  await sheet.getByRole('combobox', { name: '検索' }).fill('二条');
  await sheet.getByRole('option', { name: /二条城/ }).waitFor();
  await fits(two.page, 'search on a phone');
  await two.page.screenshot({ path: `${shots}/talk-search-phone.png` });
  await sheet.getByRole('option', { name: /二条城/ }).tap();
  await two.page.locator('article[aria-current=true]', { hasText: '二条城' }).waitFor();
});
