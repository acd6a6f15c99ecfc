'use client';

import { useTranslations } from 'next-intl';
import { Icon } from '@/components/ui/icon';
import { useMemberCount, useRoom } from '@/lib/live/hooks';
import { may } from '@/lib/rights';
import { useDraft } from '@/stores/drafts';
import { useUi } from '@/stores/ui';

const PROMPTS = ['plan', 'explain', 'draft'] as const;

/** An empty room is not a blank page: three prompts that one can tap and then change. */
export function EmptyRoom({ roomId }: { roomId: string }) {
  const t = useTranslations('empty');
  const view = useRoom(roomId);
  const [, setText] = useDraft(roomId);
  const alone = useMemberCount(roomId) <= 1;
  const setInviting = useUi((ui) => ui.setInviting);
  const setAskAi = useUi((ui) => ui.setAskAi);
  const asks = may.askAi(view?.room.role ?? 'reader') && !view?.room.is_archived;
  return (
    <div className="grid gap-5 pt-[12dvh] pb-6">
      <div className="grid justify-items-center gap-3 text-center">
        <span aria-hidden="true" className="grid size-12 place-items-center rounded-full bg-accent-soft text-accent"><Icon name="spark" size={24} /></span>
        <div>
          <h2 className="text-[17px]/6 font-[650] tracking-[-0.01em]">{t('title')}</h2>
          <p className="mt-1 text-[14px]/[22px] text-text-2">{t(asks ? (alone ? 'hintAlone' : 'hint') : 'hintRead')}</p>
        </div>
      </div>
      {asks && (
        <ul className="mx-auto grid w-full max-w-[520px] gap-2">
          {PROMPTS.map((prompt) => (
            <li key={prompt}>
              <button
                type="button" className="shift flex w-full items-center gap-3 rounded-2 border border-line bg-surface px-3.5 py-2.5 text-left text-[14px]/5 hover:border-accent-line hover:bg-accent-soft max-page:min-h-11"
                onClick={() => {
                  setAskAi(roomId, true);
                  setText(t(prompt));
                  document.getElementById('message-box')?.focus();
                }}
              >
                <Icon name="spark" size={15} className="text-accent" />{t(prompt)}
              </button>
            </li>
          ))}
        </ul>
      )}
      {may.invite(view?.room.role ?? 'reader') && !view?.room.is_archived && !view?.room.is_frozen && (
        <p className="text-center"><button type="button" onClick={() => setInviting(roomId)} className="shift min-h-9 rounded-1 px-2.5 text-[13.5px]/5 font-medium text-accent hover:bg-accent-soft max-page:min-h-11">{t('invite')}</button></p>
      )}
    </div>
  );
}
