'use client';

import clsx from 'clsx';
import { useTranslations } from 'next-intl';
import { memo, useRef, useState, type ComponentProps } from 'react';
import ReactMarkdown, { type Components, type ExtraProps } from 'react-markdown';
import rehypeHighlight from 'rehype-highlight';
import remarkGfm from 'remark-gfm';
import { rehypeMentions } from '@/lib/mentions';
import { Icon } from './ui/icon';

const SAFE = /^(https?:|mailto:)/i;

/** Only addresses that cannot run anything are kept. */
export function safeUrl(url: string): string {
  return SAFE.test(url.trim()) ? url : '';
}

const components: Components = {
  a: ({ href, children }) => (href ? <a href={href} target="_blank" rel="noopener noreferrer nofollow">{children}</a> : <span>{children}</span>),
  // A picture from elsewhere would tell its server who reads what, and when: it becomes a link.
  img: ({ src, alt }) => (typeof src === 'string' && src ? <a href={src} target="_blank" rel="noopener noreferrer nofollow">{alt || src}</a> : <span>{alt}</span>),
  pre: CodeBlock,
  table: WideTable,
  input: ({ checked }) => <TaskBox done={checked ?? false} />,
};

const remark = [remarkGfm];
const rehype: ComponentProps<typeof ReactMarkdown>['rehypePlugins'] = [[rehypeHighlight, { detect: false, ignoreMissing: true }], rehypeMentions];

/** What people and models write. Raw HTML stays text. */
export const Markdown = memo(function Markdown({ text, running = false }: { text: string; running?: boolean }) {
  return (
    <div className={clsx('md', running && 'md-running')}>
      <ReactMarkdown remarkPlugins={remark} rehypePlugins={rehype} components={components} urlTransform={safeUrl}>{text}</ReactMarkdown>
    </div>
  );
});

/** Scrolls within itself, by the keyboard too. */
function WideTable({ children }: ComponentProps<'table'>) {
  const t = useTranslations('ui');
  return <div role="group" tabIndex={0} aria-label={t('table')} className="md-table"><table>{children}</table></div>;
}

function TaskBox({ done }: { done: boolean }) {
  const t = useTranslations('ui');
  return <input type="checkbox" checked={done} aria-label={t(done ? 'done' : 'toDo')} readOnly disabled className="mr-1.5 align-[-2px]" />;
}

function CodeBlock({ children, node }: ComponentProps<'pre'> & ExtraProps) {
  const t = useTranslations('ui');
  const pre = useRef<HTMLPreElement>(null);
  const [copied, setCopied] = useState(false);
  const code = node?.children[0];
  const classes = code?.type === 'element' ? code.properties.className : undefined;
  const language = Array.isArray(classes) ? classes.map(String).find((name) => name.startsWith('language-'))?.slice('language-'.length) : undefined;
  return (
    <figure className="overflow-hidden rounded-2 border border-line bg-code-bg">
      <figcaption className="flex items-center justify-between border-b border-line py-[3px] pr-1.5 pl-3.5 text-[12px]/5 text-text-3">
        <span>{language ?? t('code')}</span>
        <button
          type="button" className="shift inline-flex h-6 items-center gap-1.5 rounded-1 px-1.5 hover:bg-surface-2 hover:text-text max-page:h-9"
          onClick={async () => {
            await navigator.clipboard.writeText(pre.current?.textContent ?? '');
            setCopied(true);
            setTimeout(() => setCopied(false), 1_500);
          }}
        >
          <Icon name={copied ? 'check' : 'copy'} size={15} />{copied ? t('copied') : t('copy')}
        </button>
      </figcaption>
      <pre ref={pre} tabIndex={0}>{children}</pre>
    </figure>
  );
}
