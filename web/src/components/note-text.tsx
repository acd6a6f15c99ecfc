'use client';

import { useTranslations } from 'next-intl';
import { unturned } from '@/lib/bidi';
import { useLive } from '@/lib/live/provider';
import { modelName, useModels } from '@/lib/models/use-models';
import type { Note } from '@/lib/protocol/types';
import { lazily } from './ui/lazily';

const ForkNote = lazily(async () => (await import('./fork-note')).ForkNote, ({ text }) => text);

/** What a room says of itself, in the reader's language: who did what to whom. */
export function NoteText({ note }: { note: Note }) {
  const t = useTranslations('notes');
  const roles = useTranslations('roles');
  const ui = useTranslations('ui');
  const { me } = useLive();
  const { models } = useModels();
  const named = (person: Note['user'], mine: string) => (person === null ? t('somebody') : person.id === me.id ? mine : t('person', { name: unturned(person.name || ui('deletedUser')) }));
  const actor = named(note.actor, t('you'));
  const value = note.value ?? '';
  switch (note.code) {
    case 'joined':
      return t('joined', { user: named(note.user, t('you')) });
    case 'left':
      return note.actor?.id === note.user?.id ? t('left', { user: named(note.user, t('you')) }) : t('removed', { actor, user: named(note.user, t('toYou')) });
    case 'role':
      return t('role', { actor, user: named(note.user, t('toYou')), role: roles.has(value) ? roles(value) : value });
    case 'name':
      return t('name', { actor, value: unturned(value) });
    case 'model': {
      const [provider = '', ...id] = value.split('/');
      return t('model', { actor, value: modelName(models, provider, id.join('/')) });
    }
    case 'forked':
    case 'forked_from':
      return <ForkNote text={t(note.code, { actor })} other={value} />;
    case 'retention':
    case 'retention_announced':
    case 'retention_withdrawn':
      return t(note.code, { by: note.actor === null ? 'nobody' : 'somebody', actor, days: Number(value) });
    case 'transfer':
      return t('transfer', { actor, user: named(note.user, t('toYou')) });
    default:
      return t('changed');
  }
}
