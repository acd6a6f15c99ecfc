'use client';

import { useTranslations } from 'next-intl';
import Link from 'next/link';
import { useCallback, useEffect, useRef, useState, type ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { nameOf, Tile } from '@/components/ui/face';
import { useMoment } from '@/components/use-moment';
import { useErrorText } from '@/components/use-error-text';
import { browserClient } from '@/lib/api/browser';
import { bodyOf } from '@/lib/api/client';
import type { components } from '@/lib/api/schema';
import { unturned } from '@/lib/bidi';
import { useMounted } from '@/lib/live/use-mounted';
import { ApiError } from '@/lib/protocol/ports';
import { forgetToken, takeToken } from '../api/link-token';

type Preview = components['schemas']['InvitationPreview'];
type State = { kind: 'looking' } | { kind: 'stranger' } | { kind: 'none' } | { kind: 'found'; preview: Preview } | { kind: 'refused'; error: unknown };

/** Where a link of invitation leads: into what room, by whom, as what. Who is not signed in does that first, and comes back. */
export function JoinPage({ signedIn }: { signedIn: boolean }) {
  const t = useTranslations('join');
  const roles = useTranslations('roles');
  const moment = useMoment();
  const mounted = useMounted();
  const token = useToken();
  const [state, setState] = useState<State>({ kind: 'looking' });
  const [joining, setJoining] = useState(false);
  const [trouble, setTrouble] = useState<unknown>(null);
  const errorText = useErrorText();
  const looking = useRef<string | null>(null);
  const look = useCallback(async (token: string) => {
    const { api, ended } = session();
    looking.current = token;
    setState({ kind: 'looking' });
    let next: State;
    try {
      next = { kind: 'found', preview: await bodyOf(api.POST('/invitation-links/preview', { body: { token } })) };
    } catch (error) {
      next = ended() ? { kind: 'stranger' } : { kind: 'refused', error };
    }
    // Another link may have been opened over this one meanwhile: what is shown is what is joined.
    if (looking.current !== token) return;
    if (next.kind === 'refused' && isOver(next.error)) forgetToken();
    setState(next);
  }, []);
  useEffect(() => {
    if (token === undefined) return;
    if (token === null) setState({ kind: 'none' });
    else if (!signedIn) setState({ kind: 'stranger' });
    else void look(token);
  }, [look, signedIn, token]);

  const enter = (roomId: string) => {
    forgetToken();
    // A page of its own: the rooms are read anew, and the new one is among them.
    location.assign(`/rooms/${roomId}`);
  };
  const join = async () => {
    if (!token) return;
    setJoining(true);
    const { api, ended } = session();
    try {
      enter((await bodyOf(api.POST('/invitation-links/join', { body: { token } }))).id);
    } catch (error) {
      setJoining(false);
      if (ended()) setState({ kind: 'stranger' });
      else if (isOver(error)) {
        forgetToken();
        setState({ kind: 'refused', error });
      }
      else setTrouble(error);
    }
  };

  if (!mounted || state.kind === 'looking') return <Said title={t('looking')} />;
  if (state.kind === 'none') return <Said title={t('noneTitle')} hint={t('none')}><ToRooms /></Said>;
  if (state.kind === 'stranger') {
    return (
      <Said title={t('strangerTitle')} hint={t('stranger')}>
        <Link href="/login?next=/join" className={`${LINK} bg-accent text-on-accent hover:bg-accent-hover`}>{t('logIn')}</Link>
        <Link href="/register?next=/join" className={`${LINK} border border-line hover:bg-surface-2`}>{t('register')}</Link>
      </Said>
    );
  }
  if (state.kind === 'refused') {
    const why = reasonOf(state.error);
    return (
      <Said title={t(why === 'later' ? 'laterTitle' : 'refusedTitle')} hint={why === 'later' ? errorText(state.error) : t(`refused.${why}`)}>
        {why === 'later' && token && <Button kind="primary" onClick={() => void look(token)}>{t('again')}</Button>}
        <ToRooms />
      </Said>
    );
  }
  const { room, invited_by: inviter, role, expires_at, joined } = state.preview;
  return (
    <Said title={unturned(room.name)} hint={t(joined ? 'already' : 'invitedBy', { name: nameOf(inviter) })} face={<Tile id={room.id} name={room.name} />}>
      {!joined && <p className="text-center text-[13px]/5 text-text-3">{t('as', { role: roles(role), date: moment(expires_at) })}</p>}
      {trouble !== null && <p role="alert" className="text-center text-[13px]/5 text-danger">{errorText(trouble)}</p>}
      <Button kind="primary" className="w-full" disabled={joining} onClick={() => (joined ? enter(room.id) : void join())}>{t(joined ? 'open' : 'join')}</Button>
    </Said>
  );
}

const LINK = 'shift inline-flex h-10 w-full items-center justify-center rounded-2 px-4 text-[14px] font-medium max-page:h-11';

/** Whether a link lets nobody in any more, whoever asks. */
function isOver(error: unknown): boolean {
  return error instanceof ApiError && (error.status === 404 || error.code === 'gone');
}

/** The API, and whether a session has turned out to be over: only then must one sign in. */
function session() {
  let over = false;
  return { api: browserClient(() => (over = true)), ended: () => over };
}

/** Undefined until the browser has told. */
function useToken(): string | null | undefined {
  const [token, setToken] = useState<string | null | undefined>(undefined);
  useEffect(() => {
    const take = () => setToken(takeToken());
    take();
    // Another link that is pasted over this page changes the fragment alone.
    window.addEventListener('hashchange', take);
    return () => window.removeEventListener('hashchange', take);
  }, []);
  return token;
}

/** Why a link does not lead in, as far as the API tells. */
function reasonOf(error: unknown): 'expired' | 'full' | 'removed' | 'revoked' | 'unknown' | 'later' {
  if (!(error instanceof ApiError) || error.temporary) return 'later';
  if (error.code === 'gone') {
    const fields = error.fields.map(({ field }) => field);
    return fields.includes('expires_at') ? 'expired' : fields.includes('uses_left') ? 'full' : fields.includes('removed_at') ? 'removed' : 'revoked';
  }
  return 'unknown';
}

function Said({ title, hint, face, children }: { title: string; hint?: string; face?: ReactNode; children?: ReactNode }) {
  return (
    <div aria-live="polite" className="grid justify-items-center gap-3">
      {face}
      <h1 dir="auto" className="text-center text-[17px]/6 font-[650] tracking-[-0.01em]">{title}</h1>
      {hint && <p className="text-center text-[14px]/[22px] text-text-2">{hint}</p>}
      {children}
    </div>
  );
}

function ToRooms() {
  const t = useTranslations('join');
  return <Link href="/rooms" className={`${LINK} border border-line hover:bg-surface-2`}>{t('toRooms')}</Link>;
}
