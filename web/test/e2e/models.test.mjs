// Which model answers, what it is given, and what that costs: chosen for one question, for another attempt, and looked at before.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { accessible, answer, device, fits, launch, logIn, openRoom, settled, shots, textOf, until, write } from './browser.mjs';
import { newName, Person } from './cloud.mjs';

let browser, one, page, asker, roomId;

before(async () => {
  asker = await Person.register(newName('models'));
  roomId = await asker.makeRoom('Models');
  browser = await launch();
  one = await device(browser);
  page = one.page;
  await logIn(page, asker.username);
  await openRoom(page, roomId);
});
after(async () => {
  await browser?.close();
});

const COSTLY = 'Scripted, costly';
const box = () => page.getByRole('textbox', { name: 'Message' });
const chip = () => page.getByRole('button', { name: /^Model for this question/ });
const estimate = () => page.locator('[data-estimate]');
const pick = async (view, words) => {
  await view.getByRole('combobox', { name: 'Search models' }).fill(words);
  await view.getByRole('option', { name: words }).click();
};
const shot = async (view, name) => {
  for (const colorScheme of ['light', 'dark']) {
    await view.emulateMedia({ colorScheme });
    // Colours fade over.
    await until(view, () => document.getAnimations().every((animation) => animation.effect?.getTiming().iterations === Infinity));
    await view.screenshot({ path: `${shots}/models-${name}-${colorScheme}.png` });
  }
  await view.emulateMedia({ colorScheme: 'light' });
};

test('the list is grouped by provider, told to screen readers, and moved through with keys', async () => {
  await chip().click();
  const list = page.getByRole('listbox', { name: 'Model' });
  await list.getByRole('group', { name: 'scripted' }).getByRole('option', { name: COSTLY }).waitFor();
  assert.match(await list.getByRole('option', { name: COSTLY }).innerText(), /\$3 · \$15[^]*128K[^]*thinks/);
  await list.getByRole('option', { selected: true, name: /room’s model/ }).waitFor();
  const search = page.getByRole('combobox', { name: 'Search models' });
  await search.press('ArrowDown');
  const marked = await search.getAttribute('aria-activedescendant');
  assert.equal(await page.locator(`[id="${marked}"]`).getAttribute('data-marked'), 'true');
  await page.getByRole('button', { name: /need.* a key/ }).click();
  await shot(page, 'picker-1440');
  await accessible(page, 'the list of models');
  await page.keyboard.press('Escape');
  await list.waitFor({ state: 'detached' });
});

test('another model is chosen for one question: its price is seen before, and the room’s answers the next one', async () => {
  await box().fill('What is it? [fast:3]');
  await until(page, () => Number(document.querySelector('[data-estimate]')?.dataset.estimate) > 0);
  const usual = Number(await estimate().getAttribute('data-estimate'));
  await chip().click();
  await pick(page, COSTLY);
  await page.getByText(`${COSTLY} answers this question`).waitFor();
  await until(page, (before) => Number(document.querySelector('[data-estimate]')?.dataset.estimate) > 2 * before, usual);
  // Kept until it is sent, also through a reload. How hard to think is asked of this model alone.
  await page.getByRole('combobox', { name: 'How hard the model thinks' }).waitFor();
  await page.reload();
  await page.getByText(`${COSTLY} answers this question`).waitFor();
  await shot(page, 'override-1440');
  await box().press('Enter');
  await settled(page, 'completed');
  await answer(page).getByText(COSTLY, { exact: true }).first().waitFor();
  await page.getByText('Scripted answers').waitFor();
  await page.getByRole('combobox', { name: 'How hard the model thinks' }).waitFor({ state: 'detached' });
  // Taken back, it is not asked.
  await chip().click();
  await pick(page, COSTLY);
  await page.getByRole('button', { name: 'Back to the room’s model' }).click();
  await write(page, 'And now? [fast:2]');
  await settled(page, 'completed');
  await answer(page).getByText('Scripted', { exact: true }).first().waitFor();
});

test('a model that the room does not allow any more is refused in words, and the room’s is asked by a press', async () => {
  await chip().click();
  await pick(page, COSTLY);
  await asker.change(roomId, { allowed_models: ['scripted/scripted'] });
  await box().fill('May it? [fast:2]');
  await page.getByRole('status').filter({ hasText: 'This room does not allow this model.' }).waitFor();
  await box().press('Enter');
  await page.getByRole('alert').filter({ hasText: 'Not sent. This room does not allow this model.' }).waitFor();
  await page.getByRole('button', { name: 'Ask the room’s model' }).click();
  await settled(page, 'completed');
  await chip().click();
  await page.getByRole('option').first().waitFor();
  assert.equal(await page.getByRole('option', { name: COSTLY }).count(), 0);
  await page.keyboard.press('Escape');
  await asker.change(roomId, { allowed_models: [] });
});

test('an answer is asked for again of another model, and each attempt says who wrote it', async () => {
  await answer(page).getByRole('button', { name: 'Answer again with another model' }).click();
  await pick(page, COSTLY);
  await answer(page).getByText('2/2').waitFor();
  await settled(page, 'completed');
  const attempts = answer(page).getByRole('group', { name: 'Attempts' });
  await attempts.getByText(COSTLY).waitFor();
  await answer(page).getByRole('button', { name: 'Earlier attempt' }).click();
  await attempts.getByText('Scripted', { exact: true }).waitFor();
  await shot(page, 'attempts-1440');
});

test('one that failed says what to do, and another model is asked by a press', async () => {
  await write(page, '[fail] Can you?');
  await settled(page, 'failed');
  await answer(page).getByText('Try again in a minute, or choose another model.').waitFor();
  await shot(page, 'failure-1440');
  await answer(page).getByRole('button', { name: 'Another model' }).click();
  await pick(page, COSTLY);
  await answer(page).getByText('2/2').waitFor();
  await settled(page, 'failed');
});

test('what the AI sees opens from the head, hides a message, and begins where one says', async () => {
  const fresh = await asker.makeRoom('Seen');
  await asker.write(fresh, 'the cat is called Momo');
  await asker.write(fresh, 'the dog is called Kuro');
  await asker.write(fresh, 'the bird is called Piko');
  await openRoom(page, fresh);
  const seen = () => page.getByRole('button', { name: 'What the AI sees' });
  const panel = page.getByRole('dialog', { name: 'What the AI sees' });
  await seen().click();
  await panel.getByRole('link', { name: /Kuro/ }).waitFor();
  await shot(page, 'context-1440');
  const part = (name) => panel.getByRole('listitem').filter({ hasText: name });
  await part('Kuro').getByRole('button', { name: 'Start here' }).click();
  await part('Momo').waitFor({ state: 'detached' });
  await part('Kuro').getByRole('button', { name: 'Do not show to the AI' }).click();
  await part('Kuro').waitFor({ state: 'detached' });
  await part('Piko').waitFor();
  await page.keyboard.press('Escape');
  await panel.waitFor({ state: 'detached' });
  await write(page, '[context:20]');
  await settled(page, 'completed');
  const knows = await textOf(page);
  assert.ok(knows.includes('Piko') && !knows.includes('Momo') && !knows.includes('Kuro'), knows);
});

test('on a phone and in Japanese everything has its place', async () => {
  for (const [name, options] of [['phone', {}], ['ja', { locale: 'ja-JP' }]]) {
    const phone = await device(browser, { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, storageState: await one.context.storageState(), ...options });
    if (name === 'ja') await phone.context.addCookies([{ name: 'yoriai_locale', value: 'ja', url: page.url() }]);
    await openRoom(phone.page, roomId);
    await phone.page.getByRole('button', { name: /^(Model for this question|この質問に答えるモデル)/ }).tap();
    await phone.page.getByRole('option').first().waitFor();
    await shot(phone.page, `picker-390-${name}`);
    await phone.page.getByRole('option', { name: COSTLY }).tap();
    await phone.page.getByText(name === 'ja' ? /この質問には/ : /answers this question/).waitFor();
    await shot(phone.page, `override-390-${name}`);
    await fits(phone.page, 'a room whose next question has another model');
    await phone.page.getByRole('button', { name: /^(Back to the room’s model|ルームのモデルに戻す)$/ }).tap();
    assert.deepEqual(phone.errors, []);
    await phone.context.close();
  }
  assert.deepEqual(one.errors, []);
});
