'use client';

import { useTranslations } from 'next-intl';
import { codePointsOf, cut } from '@/lib/graphemes';
import { MAX_CHARACTERS } from '@/lib/length';
import { notify } from '@/stores/toasts';

/** Says by how much a text is too long, and what can be done about it: nothing of it is dropped unasked. */
export function TooLongNotice({ text, onText }: { text: string; onText: (text: string) => void }) {
  const t = useTranslations('chat');
  const button = 'shift min-h-8 rounded-1 px-2 font-medium text-accent hover:bg-accent-soft max-page:min-h-11';
  return (
    <p role="alert" className="mt-2 flex flex-wrap items-center justify-center gap-x-1 text-center text-[13px]/[18px] text-danger tabular-nums">
      <span>{t('tooLong', { over: codePointsOf(text) - MAX_CHARACTERS, limit: MAX_CHARACTERS })}</span>
      <button
        type="button" className={button}
        onClick={() => {
          onText(cut(text, MAX_CHARACTERS));
          notify({ text: t('cut'), action: { label: t('undo'), run: () => onText(text) } });
        }}
      >
        {t('cutDo')}
      </button>
      <button type="button" className={button} onClick={() => saveAsFile(text, t('fileName'))}>{t('saveAsFile')}</button>
    </p>
  );
}

function saveAsFile(text: string, name: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: 'text/plain;charset=utf-8' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = `${name}.txt`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
