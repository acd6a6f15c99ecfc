import { screen } from '@testing-library/react';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { stage } from '../render';
import { useMemberPages } from '@/features/members/api/members';
import { useNames } from '@/features/billing/api/use-names';

let s: ReturnType<typeof stage>;
beforeEach(() => {
  s = stage();
  s.open();
});
afterEach(() => s.close());

it('names people beside a panel that lists them page by page', async () => {
  const roomId = s.cloud.addRoom(s.aki.id, 'Kyoto').room.id;
  s.cloud.join(roomId, s.ben.id, 'member');
  function Both() {
    const names = useNames();
    const { data } = useMemberPages(roomId, 2);
    return <p>{`${names.person(s.ben.id) ?? 'nobody'}, ${data?.pages.flatMap(({ items }) => items).length ?? 'no'} listed`}</p>;
  }
  s.show(<Both />);
  expect(await screen.findByText('Ben, 2 listed')).toBeInTheDocument();
});
