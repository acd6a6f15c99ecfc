import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { useState } from 'react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stage } from '../../../../test/render';
import { InstructionExamples } from './instruction-examples';

let s: ReturnType<typeof stage>;
beforeEach(() => {
  s = stage();
  s.open();
});
afterEach(() => s.close());

function Held() {
  const [value, setValue] = useState('We plan a trip.\n');
  return <><InstructionExamples value={value} onChange={setValue} /><output>{value}</output></>;
}

it('adds an example to what stands there, once', async () => {
  s.show(<Held />);
  await userEvent.click(screen.getByRole('button', { name: 'Be brief' }));
  expect(screen.getByRole('status').textContent).toBe('We plan a trip.\nAnswer in at most three sentences.');
  expect(screen.queryByRole('button', { name: 'Be brief' })).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Teach patiently' }));
  expect(screen.getByRole('status').textContent).toMatch(/three sentences\.\nYou are/);
});
