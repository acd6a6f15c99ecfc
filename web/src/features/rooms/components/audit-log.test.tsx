import { screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { json } from '../../../../test/fake/http';
import { stage } from '../../../../test/render';
import { AuditLog } from './audit-log';

let s: ReturnType<typeof stage>;
beforeEach(() => {
  s = stage();
  s.open();
});
afterEach(() => s.close());

it('says who did what to whom, page by page, and names what it does not know', async () => {
  const mei = { ...s.aki, id: s.cloud.id(), username: 'mei', display_name: 'Mei' };
  const entry = (act: string, more: object = {}) => ({ id: s.cloud.id(), act, actor: s.aki, subject: mei, subject_id: mei.id, details: {}, created_at: '2026-11-01T12:00:00.000Z', ...more });
  const pages = [
    { items: [entry('member.changed', { details: { role: 'admin', role_before: 'guest' } }), entry('member.changed', { details: { role: 'admin', monthly_cap: '5' } }), entry('room.frozen', { actor: null, subject: null })], next_cursor: 'x' },
    { items: [entry('room.painted')], next_cursor: null },
  ];
  s.breakApi((request) => (request.url.includes('/audit') ? Promise.resolve(json(pages[request.url.includes('cursor=x') ? 1 : 0])) : null));
  s.show(<AuditLog roomId={s.cloud.id()} />);
  const name = s.aki.display_name || s.aki.username;
  await screen.findByText(`${name} made Mei admin (was guest)`);
  screen.getByText(`${name} changed the monthly limit of Mei`);
  screen.getByText('The operators froze the room');
  await userEvent.click(screen.getByRole('button', { name: 'Show more' }));
  await screen.findByText(`${name}: room.painted`);
  expect(screen.queryByRole('button', { name: 'Show more' })).toBeNull();
});
