'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Markdown } from '@/components/markdown/markdown';
import { Button } from '@/components/ui/button';
import { Dialog } from '@/components/ui/dialog';
import { Icon } from '@/components/ui/icon';
import { go } from '@/lib/live/navigation';
import { modelName, useModels } from '@/lib/models/use-models';
import { ApiError } from '@/lib/protocol/ports';
import type { Message } from '@/lib/protocol/types';
import { notify } from '@/stores/toasts';
import { useMessage } from '../api/get-message';
import { useShareMessage } from '../api/share-message';

/** Shows a private question and its answer to the room, once, after showing what that will be. */
export function ShareButton({ answer }: { answer: Message }) {
  const t = useTranslations('private');
  const question = useMessage(answer.room_id, answer.answers ?? '');
  const [open, setOpen] = useState(false);
  if (!question || question === 'removed' || question.deleted_at) return null;
  const className = 'shift inline-flex min-h-7 items-center gap-1 rounded-1 px-1.5 text-[12.5px]/[18px] font-medium text-private hover:bg-surface-2 max-page:min-h-11 max-page:px-2.5';
  const shared = question.shared_as;
  if (shared) return <button type="button" className={className} onClick={() => go(`/rooms/${answer.room_id}?message=${shared}`)}><Icon name="check" size={15} />{t('shared')}</button>;
  return (
    <>
      <button type="button" className={className} onClick={() => setOpen(true)}><Icon name="people" size={15} />{t('share')}</button>
      {open && <ShareDialog question={question} answer={answer} close={() => setOpen(false)} />}
    </>
  );
}

function ShareDialog({ question, answer, close }: { question: Message; answer: Message; close: () => void }) {
  const t = useTranslations('private');
  const errors = useTranslations('errors');
  const chat = useTranslations('chat');
  const { models } = useModels();
  const share = useShareMessage(question);
  const code = share.error instanceof ApiError ? share.error.code : 'unreachable';
  const model = answer.ai ? modelName(models, answer.ai.provider, answer.ai.model) : '';
  const shared = () => share.mutate(undefined, {
    onSuccess: ({ message }) => {
      notify({ text: t('done'), action: { label: t('look'), run: () => go(`/rooms/${message.room_id}?message=${message.id}`) } });
      close();
    },
  });
  return (
    <Dialog open onOpenChange={(open) => !open && close()} title={t('shareTitle')} description={t('shareHint')}>
      <div tabIndex={0} role="group" aria-label={t('preview')} className="max-h-[40dvh] overflow-y-auto rounded-2 border border-line px-3 py-2 text-[14px]/[22px]">
        <Markdown text={question.content} author="person" />
        <p className="pt-3 text-[12.5px]/[18px] text-text-3">{model}</p>
        <Markdown text={answer.content} author="model" />
      </div>
      {share.isError && <p role="alert" className="pt-2 text-[13px]/5 text-danger">{t('notShared')} {errors.has(code) ? errors(code) : errors('unknown')}</p>}
      <div className="mt-4 flex justify-end gap-2">
        <Button onClick={close}>{chat('cancel')}</Button>
        <Button kind="primary" disabled={share.isPending} onClick={shared}>{t('shareNow')}</Button>
      </div>
    </Dialog>
  );
}
