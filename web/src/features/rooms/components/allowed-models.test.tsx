import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stage } from '../../../../test/render';
import { AllowedModels } from './allowed-models';

let s: ReturnType<typeof stage>;
let value: readonly string[] = [];
beforeEach(() => {
  s = stage();
  s.open();
});
afterEach(() => s.close());

function Held({ own }: { own: { provider: string; id: string } }) {
  const [held, setHeld] = useState<readonly string[]>([]);
  value = held;
  return <AllowedModels value={held} onChange={setHeld} own={own} />;
}

it('begins with the room’s own, which stays, and takes a whole provider for its models', async () => {
  const own = 'scripted/scripted';
  s.show(<Held own={{ provider: 'scripted', id: 'scripted' }} />);
  await userEvent.click(screen.getByRole('radio', { name: 'Only these' }));
  expect(value).toEqual([own]);
  expect((await screen.findByRole<HTMLInputElement>('checkbox', { name: 'Scripted' })).disabled).toBe(true);
  await userEvent.click(screen.getByRole('checkbox', { name: 'SmolLM2 135M' }));
  expect(value).toEqual([own, 'local/smollm2']);
  await userEvent.click(screen.getByRole('checkbox', { name: 'SmolLM2 135M' }));
  expect(value).toEqual([own]);
  await userEvent.click(screen.getByRole('checkbox', { name: 'All of scripted' }));
  expect(value).toEqual(['scripted/*']);
  await userEvent.click(screen.getByRole('checkbox', { name: 'All of scripted' }));
  expect(value).toEqual([own]);
  await userEvent.click(screen.getByRole('radio', { name: 'All that are here' }));
  expect(value).toEqual([]);
});
