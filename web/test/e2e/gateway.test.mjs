// What people see when the process that talks to the providers dies under an answer.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { answer, device, launch, makeRoom, register, settled, textOf, until, write } from './browser.mjs';
import { gateways, newName } from './cloud.mjs';

let browser, page;

before(async () => {
  browser = await launch();
  ({ page } = await device(browser));
  await register(page, newName('mei'));
  await makeRoom(page, 'Under a falling gateway');
});
after(async () => {
  await browser?.close();
});

/** Ends the gateway as the kernel would when memory runs out. */
function kill() {
  const [gateway, ...others] = gateways();
  assert.ok(gateway && others.length === 0, 'the gateway’s one process was found');
  process.kill(gateway, 'SIGKILL');
}

const grows = () => document.querySelector('article[data-status=streaming] .md')?.textContent.includes('word3');
const why = () => answer(page).getByText(/The AI cannot be reached right now\.|The answer broke off\./);

test('kill the gateway in mid-answer: a failed message with the text so far', async () => {
  await write(page, 'You will be interrupted [slow:300]');
  await until(page, grows);
  kill();
  await settled(page, 'failed');
  assert.match(await textOf(page), /^word1 word2 word3/);
  await why().getByText(/tokens were charged for what had come\./).waitFor();
});

test('try again: a clear failure as long as the gateway is away, an answer once it is back', async () => {
  // At once, when it may not be back yet. Should it be, it falls a second time.
  await answer(page).getByRole('button', { name: 'Try again' }).click();
  await until(page, () => {
    const shown = document.querySelector('article[aria-busy]');
    return shown.textContent.includes('/2') || (shown.dataset.status === 'streaming' && shown.querySelector('.md')?.textContent.includes('word2'));
  });
  if ((await answer(page).getAttribute('data-status')) !== 'failed') {
    await until(page, grows);
    kill();
  }
  await settled(page, 'failed');
  await why().waitFor();
  await answer(page).getByText('2/2').waitFor();

  const end = Date.now() + 60_000;
  for (let attempt = 3; ; attempt++) {
    await answer(page).getByRole('button', { name: 'Try again' }).click();
    await until(page, (mine) => {
      const shown = document.querySelector('article[aria-busy]');
      if (shown.dataset.status === 'streaming') return shown.querySelector('.md')?.textContent.includes('word3');
      return shown.dataset.status === 'failed' && shown.textContent.includes(mine);
    }, `/${attempt}`, 60_000);
    if ((await answer(page).getAttribute('data-status')) === 'streaming') break;
    await why().waitFor();
    assert.ok(Date.now() < end, `attempt ${attempt} still fails`);
    await page.waitForTimeout(1_000);
  }
  assert.equal(gateways().length, 1, 'the local cloud started it again');
  await page.getByRole('button', { name: 'Stop the answer' }).click();
  await settled(page, 'cancelled');
  assert.match(await textOf(page), /^word1 word2/);
});
