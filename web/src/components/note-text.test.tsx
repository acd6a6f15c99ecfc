import { screen } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stage } from '../../test/render';
import type { Note } from '@/lib/protocol/types';
import { NoteText } from './note-text';

describe('what a room says of itself', () => {
  let s: ReturnType<typeof stage>;
  beforeEach(() => {
    s = stage();
    s.open();
  });
  afterEach(() => s.close());

  const aki = () => ({ id: s.aki.id, name: 'Aki' });
  const ben = () => ({ id: s.ben.id, name: 'Ben' });
  const cases = (): [Note, string, string][] => [
    [{ code: 'joined', actor: ben(), user: ben(), value: null }, 'Ben joined', 'Benさんが参加しました'],
    [{ code: 'joined', actor: aki(), user: aki(), value: null }, 'You joined', 'あなたが参加しました'],
    [{ code: 'left', actor: ben(), user: ben(), value: null }, 'Ben left', 'Benさんが退出しました'],
    [{ code: 'left', actor: aki(), user: ben(), value: null }, 'You removed Ben', 'あなたがBenさんを退出させました'],
    [{ code: 'role', actor: ben(), user: aki(), value: 'admin' }, 'Ben gave you the admin role', 'Benさんがあなたの役割を管理者に変えました'],
    [{ code: 'name', actor: ben(), user: null, value: 'Nara' }, 'Ben renamed the room to “Nara”', 'Benさんがルームの名前を「Nara」に変えました'],
    [{ code: 'model', actor: ben(), user: null, value: 'scripted/scripted' }, 'Ben chose Scripted to answer here', 'BenさんがAIのモデルをScriptedに変えました'],
    [{ code: 'forked', actor: ben(), user: null, value: 'elsewhere' }, 'Ben forked this room', 'Benさんがこのルームをフォークしました'],
    [{ code: 'forked_from', actor: aki(), user: null, value: 'elsewhere' }, 'You forked this room from another', 'あなたが別のルームからフォークしました'],
    [{ code: 'transfer', actor: ben(), user: aki(), value: null }, 'Ben handed the room over to you', 'Benさんがルームをあなたに譲渡しました'],
    [{ code: 'retention', actor: ben(), user: null, value: '90' }, 'Ben set messages to be kept for 90 days', 'Benさんがメッセージの保存期間を90日間に変えました'],
    [{ code: 'retention', actor: aki(), user: null, value: null }, 'You set messages to be kept for ever', 'あなたがメッセージの保存期間を無期限に変えました'],
    [{ code: 'retention_announced', actor: ben(), user: null, value: '30' }, 'Ben announced: seven days from here, messages older than 30 days will be removed', 'Benさんが予告しました。このお知らせの7日後から、30日より前のメッセージは削除されます'],
    [{ code: 'retention_announced', actor: null, user: null, value: '365' }, 'The service announces: seven days from here, messages older than 365 days will be removed', '運営からの予告です。このお知らせの7日後から、365日より前のメッセージは削除されます'],
    [{ code: 'retention_withdrawn', actor: ben(), user: null, value: null }, 'Ben took the announcement back: messages are kept for ever', 'Benさんが予告を取り消しました。メッセージは無期限で保存されます'],
  ];

  it('is worded in each reader’s language', async () => {
    for (const [note, en, ja] of cases()) {
      for (const [locale, words] of [['en', en], ['ja', ja]] as const) {
        const { unmount } = s.show(<p><NoteText note={note} /></p>, locale);
        expect(await screen.findByText(words)).toBeInTheDocument();
        unmount();
      }
    }
  });
});
