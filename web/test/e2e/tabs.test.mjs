// More tabs of one session than it may keep connected.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { device, launch, makeRoom, openRoom, register } from './browser.mjs';
import { newName } from './cloud.mjs';

let browser, one, roomId;

before(async () => {
  browser = await launch();
  one = await device(browser);
  await register(one.page, newName('many'));
  roomId = await makeRoom(one.page, 'Many tabs');
});
after(async () => {
  await browser?.close();
});

const moved = (tab) => tab.getByText('Open in too many tabs.');
const open = (tab) => tab.locator('main[data-connection=open]');

test('the sixth tab takes the place of the first, which says so and comes back when asked', async () => {
  const tabs = [one.page];
  await open(one.page).waitFor();
  while (tabs.length < 6) {
    const tab = await one.context.newPage();
    await openRoom(tab, roomId);
    await open(tab).waitFor();
    tabs.push(tab);
  }
  await moved(tabs[0]).waitFor();
  // It stays so, and looking at it again pushes nobody out.
  await tabs[0].bringToFront();
  await tabs[0].reload();
  await open(tabs[0]).waitFor();
  await moved(tabs[1]).waitFor();
  for (const tab of tabs.slice(2)) assert.equal(await moved(tab).count(), 0);

  // What is written in it goes out all the same.
  await tabs[1].bringToFront();
  await tabs[1].getByRole('textbox', { name: 'Message' }).fill('from the tab without a place');
  await tabs[1].getByRole('button', { name: 'Ask AI' }).click();
  await tabs[1].getByRole('button', { name: 'Send' }).click();
  await tabs[5].getByRole('log').getByText('from the tab without a place').waitFor();
  assert.equal(await moved(tabs[1]).count(), 1);

  await tabs[1].getByRole('button', { name: 'Use here' }).click();
  await moved(tabs[1]).waitFor({ state: 'detached' });
  await moved(tabs[2]).waitFor();
  for (const tab of [0, 1, 3, 4, 5]) assert.equal(await moved(tabs[tab]).count(), 0, `tab ${tab}`);
});
