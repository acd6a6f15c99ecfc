'use client';

import { lazily } from '@/components/ui/lazily';
import { useUi } from '@/stores/ui';

const SearchDialog = lazily(async () => (await import('./search-dialog')).SearchDialog, () => null);

/** Open while one searches. */
export function Search() {
  const searching = useUi((ui) => ui.searching);
  const setSearching = useUi((ui) => ui.setSearching);
  return searching && <SearchDialog key={searching.roomId} roomId={searching.roomId} close={() => setSearching(null)} />;
}
