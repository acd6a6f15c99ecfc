'use client';

import { useLocale, useTranslations } from 'next-intl';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field, TextField } from '@/components/ui/field';
import { useErrorText } from '@/components/use-error-text';
import { LOCALE_COOKIE } from '@/i18n/locale';
import { useLive } from '@/lib/live/provider';
import { remember } from '@/lib/preferences';
import { ApiError } from '@/lib/protocol/ports';
import { notify } from '@/stores/toasts';
import { useUpdateMe } from '../api/update-me';
import { Section } from './section';

const LONGEST = 64;

/** The name that others see, and the language of my pages. */
export function Profile() {
  const t = useTranslations('account');
  const errorText = useErrorText();
  const { me } = useLive();
  const locale = useLocale() === 'ja' ? 'ja' : 'en';
  const update = useUpdateMe();
  const [name, setName] = useState(me.display_name);
  const [language, setLanguage] = useState<'ja' | 'en'>(locale);
  const refused = update.error instanceof ApiError && update.error.code === 'validation_failed';
  const save = async () => {
    await update.mutateAsync({ display_name: name, locale: language });
    remember(LOCALE_COOKIE, language);
    notify({ text: t('saved') });
  };
  return (
    <Section title={t('profile')} hint={t('profileHint', { username: me.username })}>
      <form
        className="grid gap-4" noValidate
        onSubmit={(event) => {
          event.preventDefault();
          save().catch(() => undefined);
        }}
      >
        <TextField
          label={t('name')} value={name} maxLength={LONGEST} autoComplete="nickname" error={refused ? t('nameRefused') : undefined} required
          onChange={(event) => {
            update.reset();
            setName(event.target.value);
          }}
        />
        <Field label={t('language')}>
          {(own) => (
            <select {...own} value={language} onChange={(event) => setLanguage(event.target.value === 'ja' ? 'ja' : 'en')}>
              <option value="ja" lang="ja">日本語</option>
              <option value="en" lang="en">English</option>
            </select>
          )}
        </Field>
        {update.isError && !refused && <p role="alert" className="text-[13px]/5 text-danger">{errorText(update.error)}</p>}
        <Button type="submit" kind="primary" disabled={update.isPending || name.trim() === '' || (name === me.display_name && language === locale && language === me.locale)} className="justify-self-start">{t('save')}</Button>
      </form>
    </Section>
  );
}
