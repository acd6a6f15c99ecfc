'use client';

import { useTranslations } from 'next-intl';
import { useState } from 'react';
import { Markdown } from '@/components/markdown/markdown';
import type { Message } from '@/lib/protocol/types';
import { useAttempts } from '../api/list-attempts';

/** What a model showed of its thinking, folded away. It is fetched when somebody wants to see it. */
export function Thoughts({ message, attempt }: { message: Message; attempt: number }) {
  const t = useTranslations('chat');
  const [open, setOpen] = useState(false);
  const { data, isError } = useAttempts(message, open);
  const text = data?.items.find((found) => found.attempt === attempt)?.thinking;
  return (
    <details className="mb-1" onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="flex min-h-6 w-fit list-none items-center rounded-1 text-[13.5px] text-text-3 underline decoration-line-strong underline-offset-3 hover:text-text max-page:min-h-11">{t('thoughts')}</summary>
      {open && (
        <div className="mt-1 border-s-2 border-line-strong ps-3.5 text-[13.5px]/[21px] text-text-2">
          {text === undefined ? <p role="status">{t(isError ? 'thoughtsFailed' : 'thoughtsLoading')}</p> : <Markdown text={text} author="model" />}
        </div>
      )}
    </details>
  );
}
