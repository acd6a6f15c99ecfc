'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { isComposing } from '../utils/composing';
import { GrowingText } from './growing-text';

interface Props {
  text: string;
  onSave: (text: string) => void;
  onCancel: () => void;
}

/** A message being edited, in its own place. */
export function EditBox({ text: before, onSave, onCancel }: Props) {
  const t = useTranslations('chat');
  const [text, setText] = useState(before);
  const ready = text.trim() !== '' && text !== before;
  return (
    <form
      className="mt-1 rounded-2 border border-line-strong bg-surface p-1 focus-within:border-accent"
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onSave(text);
      }}
    >
      <GrowingText
        label={t('editLabel')} value={text} onChange={setText} autoFocus
        onKeyDown={(event) => {
          if (isComposing(event)) return;
          if (event.key === 'Escape') onCancel();
          if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault();
            if (ready) onSave(text);
          }
        }}
      />
      <div className="flex justify-end gap-2 p-1.5">
        <Button onClick={onCancel} className="h-8 px-3 text-[13px]">{t('cancel')}</Button>
        <Button type="submit" kind="primary" disabled={!ready} className="h-8 px-3 text-[13px]">{t('save')}</Button>
      </div>
    </form>
  );
}
