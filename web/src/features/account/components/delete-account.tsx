'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useState } from 'react';
import { PasswordField } from '@/components/password-field';
import { Button } from '@/components/ui/button';
import { useErrorText } from '@/components/use-error-text';
import { unturned } from '@/lib/bidi';
import { useRooms } from '@/lib/live/hooks';
import { goOnClick } from '@/lib/live/navigation';
import { ApiError } from '@/lib/protocol/ports';
import { useDeleteMe } from '../api/delete-me';
import { Section, Tick } from './section';

/** The end of my account: what is lost, which rooms I must hand over first, and my password. */
export function DeleteAccount() {
  const t = useTranslations('account');
  const ui = useTranslations('ui');
  const [sure, setSure] = useState(false);
  const mine = useRooms().filter(({ room }) => room.role === 'master').map(({ room }) => room);
  return (
    <Section title={t('delete')} hint={t('deleteHint')}>
      <ul className="grid list-disc gap-1 pl-5 text-[13.5px]/5 text-text-2">
        {['loseNow', 'losePrivate', 'loseMoney', 'keepWords'].map((line) => <li key={line}>{t(line)}</li>)}
      </ul>
      <p className="text-[13.5px]/5 text-text-2">{t('grace')}</p>
      {mine.length > 0 ? (
        <div className="grid gap-2 rounded-2 border border-line bg-surface p-3">
          <p className="text-[13.5px]/5">{t('masterOf', { count: mine.length })}</p>
          <ul className="grid gap-1">
            {mine.map((room) => <li key={room.id}><Link href={`/rooms/${room.id}`} onClick={goOnClick} className="text-[14px]/6 font-medium text-accent underline-offset-3 hover:underline"><bdi>{unturned(room.name)}</bdi></Link></li>)}
          </ul>
        </div>
      ) : sure ? (
        <Farewell><Button onClick={() => setSure(false)}>{ui('cancel')}</Button></Farewell>
      ) : (
        <Button kind="danger" className="justify-self-start" onClick={() => setSure(true)}>{t('delete')}</Button>
      )}
    </Section>
  );
}

/** Asks for the password, and whether what I said goes, too. */
function Farewell({ children }: { children: React.ReactNode }) {
  const t = useTranslations('account');
  const errorText = useErrorText();
  const leave = useDeleteMe();
  const [messages, setMessages] = useState(false);
  const wrong = leave.error instanceof ApiError && leave.error.fields.some(({ field }) => field === 'password');
  return (
    <form
      className="grid gap-4 rounded-2 border border-line bg-surface p-4" noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const password = new FormData(event.currentTarget).get('password');
        if (typeof password === 'string' && password !== '') leave.mutate({ password, messages });
      }}
    >
      <Tick label={t('alsoMessages')} hint={t('alsoMessagesHint')} checked={messages} onChange={setMessages} />
      <PasswordField label={t('password')} name="password" autoComplete="current-password" error={wrong ? t('wrongPassword') : undefined} onChange={() => leave.reset()} required />
      {leave.isError && !wrong && <p role="alert" className="text-[13px]/5 text-danger">{errorText(leave.error)}</p>}
      <div className="flex flex-wrap justify-end gap-2">
        {children}
        <Button type="submit" kind="danger" disabled={leave.isPending || leave.isSuccess}>{t('deleteDo')}</Button>
      </div>
    </form>
  );
}
