'use client';

import './globals.css';
import { Notice } from '@/components/notice';
import { Button } from '@/components/ui/button';

/** When even the frame of all pages broke, no language is known: both are spoken. */
export default function GlobalError() {
  return (
    <html lang="en">
      <body>
        <title>Yoriai</title>
        <div className="grid h-dvh">
          <Notice amiss title="This page could not be shown" hint="Nothing is lost. Try again in a moment.">
            <p lang="ja" className="mb-4 max-w-[38ch] text-[14px]/[22px] text-text-2">このページを表示できませんでした。失われたものはありません。少し待ってからお試しください。</p>
            <Button kind="primary" onClick={() => location.reload()}>Try again · <span lang="ja">もう一度試す</span></Button>
          </Notice>
        </div>
      </body>
    </html>
  );
}
