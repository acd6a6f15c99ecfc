// Several questions and their answers: stopped together, asked anew when the words change, and light for other rooms.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, device, isRead, launch, logIn, openRoom, settled, until, write } from './browser.mjs';
import { join, newName, Person } from './cloud.mjs';

let browser, one, page, asker, ben, roomId;

before(async () => {
  [asker, ben] = [await Person.register(newName('ask')), await Person.register(newName('ben'))];
  roomId = await asker.makeRoom('Questions');
  browser = await launch();
  one = await device(browser);
  page = one.page;
  await logIn(page, asker.username);
});
after(async () => {
  await browser?.close();
});

const box = () => page.getByRole('textbox', { name: 'Message' });

test('a question that is edited says that its answer is for the old words, and is asked again by a press', async () => {
  await openRoom(page, roomId);
  await write(page, 'What is it? [fast:5]');
  await settled(page, 'completed');
  await box().press('ArrowUp');
  await page.getByRole('textbox', { name: 'Edit message' }).fill('What is it then? [fast:7]');
  await page.getByRole('button', { name: 'Save' }).click();
  const hint = page.getByRole('status').filter({ hasText: 'The answer below is for the old words.' });
  await hint.getByRole('button', { name: 'Answer again', exact: true }).click();
  await answer(page).getByText('2/2').waitFor();
  await answer(page).getByText(/word7$/).waitFor();
});

test('three are answered side by side, one press stops them all, and a fourth that waited is asked then', async () => {
  for (const n of [1, 2, 3]) await write(page, `Question ${n} [endless]`);
  await until(page, () => document.querySelectorAll('article[data-status=streaming]').length === 3);
  await write(page, 'Question 4 [endless]');
  await page.getByText('This is asked as soon as one of them has ended.').waitFor();
  await write(page, 'Question 5 [endless]');
  await until(page, () => document.querySelectorAll('article[data-unsent=queued]').length === 2);
  await page.locator('article[data-unsent=queued]').filter({ hasText: 'Question 5' }).getByRole('button', { name: 'Discard' }).click();
  await page.getByText('Question 5 [endless]', { exact: true }).waitFor({ state: 'detached' });
  await page.getByRole('button', { name: 'Stop the answer' }).click();
  await until(page, () => document.querySelectorAll('article[data-status=cancelled]').length === 3);
  await until(page, () => document.querySelectorAll('article[data-unsent]').length === 0 && document.querySelectorAll('article[data-status=streaming]').length === 1);
  await page.getByRole('button', { name: 'Stop the answer' }).click();
  await until(page, () => document.querySelectorAll('article[data-status=cancelled]').length === 4);
  assert.equal(await page.locator('article[aria-busy=true]').count(), 0);
});

test('what lies under the list of models, or under a phone’s panel, is not read', async () => {
  await join(roomId, ben.username);
  const phone = await device(browser, { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, storageState: await one.context.storageState() });
  const covers = [
    [page, () => page.getByRole('button', { name: /^Model:/ }).click(), () => page.getByRole('combobox', { name: 'Search models' }), () => page.keyboard.press('Escape')],
    [phone.page, () => phone.page.getByRole('button', { name: 'People', exact: true }).tap(), () => phone.page.getByRole('complementary', { name: 'People' }), () => phone.page.goBack()],
  ];
  for (const [i, [view, cover, covered, uncover]] of covers.entries()) {
    await openRoom(view, roomId);
    await cover();
    await covered().waitFor();
    const { id } = await ben.write(roomId, `are you looking, ${i}?`);
    await view.getByRole('log').getByText(`are you looking, ${i}?`).waitFor({ state: 'attached' });
    // Nothing that comes later may read it either.
    await view.waitForTimeout(600);
    assert.equal(await view.evaluate(isRead, [roomId, id]), false, `cover ${i}`);
    await uncover();
    await until(view, isRead, [roomId, id]);
    await view.goto('about:blank');
  }
  await phone.context.close();
});

test('the page of a room carries nothing of what is long in another', async () => {
  const long = await asker.makeRoom('Long');
  await asker.write(long, 'Say much [big:150000]', { ai: {} });
  await openRoom(page, long);
  await settled(page, 'completed');
  const sizeOf = async (id) => (await (await page.request.get(`/rooms/${id}`)).body()).length;
  const [mine, other] = [await sizeOf(long), await sizeOf(roomId)];
  assert.ok(mine > 150_000 && other < 150_000, `${mine} and ${other} bytes`);
  assert.deepEqual(one.errors, []);
});
