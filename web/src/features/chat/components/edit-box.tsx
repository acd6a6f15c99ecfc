'use client';

import { useTranslations } from 'next-intl';
import { useRef, useState } from 'react';
import { GrowingText } from '@/components/growing-text';
import { TooLong } from '@/components/too-long';
import { Button } from '@/components/ui/button';
import { isComposing } from '@/lib/composing';
import { isTooLong } from '@/lib/length';
import { useLive } from '@/lib/live/provider';
import { ApiError } from '@/lib/protocol/ports';
import type { Message } from '@/lib/protocol/types';
import { editPlace, useDraft } from '@/stores/drafts';
import { notify } from '@/stores/toasts';
import { useTrouble } from './trouble';

/**
 * A message being edited, in its own place. It closes when the edit is stored; until then, and after Escape, what was typed is kept
 * and stands there again.
 */
export function EditBox({ message, onDone }: { message: Message; onDone: () => void }) {
  const t = useTranslations('chat');
  const errors = useTranslations('errors');
  const { client } = useLive();
  const report = useTrouble();
  const [draft, setDraft] = useDraft(editPlace(message.room_id, message.id));
  const [emptied, setEmptied] = useState(false);
  const [saving, setSaving] = useState(false);
  const [code, setCode] = useState<string | null>(null);
  const form = useRef<HTMLFormElement>(null);
  const text = draft === '' && !emptied ? message.content : draft;
  const changed = text !== message.content;
  const tooLong = isTooLong(text);
  const ready = text.trim() !== '' && changed && !saving && !tooLong;
  const write = (next: string) => {
    setEmptied(next === '');
    setDraft(next === message.content ? '' : next);
  };

  /** Whoever was in it goes on writing; on a phone the keyboard would cover what one has just read. */
  const close = () => {
    const inIt = document.activeElement === document.body || form.current?.contains(document.activeElement);
    if (inIt && matchMedia('(pointer: fine)').matches) document.getElementById('message-box')?.focus();
    onDone();
  };
  const save = async () => {
    if (!ready) return;
    setSaving(true);
    setCode(null);
    try {
      await client.edit(message.room_id, message.id, text);
    } catch (error) {
      setSaving(false);
      return setCode(error instanceof ApiError ? error.code : 'unreachable');
    }
    setDraft('');
    close();
    const answer = client.timeline(message.room_id).messages.find((row) => row.answers === message.id && !row.deleted_at);
    if (answer) notify({ text: t('answersOldWords'), action: { label: t('again'), run: () => void client.regenerate(message.room_id, message.id).catch(report) } }, 12_000);
  };

  return (
    <form
      ref={form}
      className="mt-1 rounded-2 border border-line-strong bg-surface p-1 focus-within:border-accent"
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <GrowingText
        label={t('editLabel')} value={text} onChange={write} dir="auto" autoFocus
        onFocus={({ currentTarget }) => currentTarget.setSelectionRange(currentTarget.value.length, currentTarget.value.length)}
        onKeyDown={(event) => {
          if (isComposing(event)) return;
          if (event.key === 'Escape') close();
          // Where the keyboard is on the screen, Enter is a new line and the button saves.
          if (event.key === 'Enter' && !event.shiftKey && matchMedia('(pointer: fine)').matches) {
            event.preventDefault();
            void save();
          }
        }}
      />
      {tooLong && <TooLong text={text} onText={write} />}
      {code !== null && <p role="alert" className="px-3 pt-1 text-[13px]/5 text-danger">{t('sentences', { first: t('notSaved'), second: errors.has(code) ? errors(code) : errors('unknown') })}</p>}
      <div className="flex justify-end gap-2 p-1.5">
        <Button
          className="h-8 px-3 text-[13px]"
          onClick={() => {
            setDraft('');
            close();
          }}
        >
          {t('cancel')}
        </Button>
        <Button type="submit" kind="primary" disabled={!ready} className="h-8 px-3 text-[13px]">{t(saving ? 'saving' : 'save')}</Button>
      </div>
    </form>
  );
}
