'use client';

import clsx from 'clsx';
import { memo, useState } from 'react';
import { parse, type Author } from '@/lib/markdown/parser';
import { Sections } from '@/lib/markdown/sections';
import { elements } from './elements';

interface Props {
  text: string;
  author: Author;
  /** Whether more of it is still coming. */
  running?: boolean;
  /** Whether what stands above belongs to the same text. */
  continued?: boolean;
}

/** What people and models write. Raw HTML stays text. Of a text that grows only the last section is read again. */
export const Markdown = memo(function Markdown({ text, author, running = false, continued = false }: Props) {
  const [sections] = useState(() => new Sections());
  const parts = sections.of(text);
  return (
    <div className={clsx('md', author === 'person' && 'md-person', running && 'md-running', continued && 'md-continued')}>
      {parts.map((part, i) => <Section key={i} text={part} author={author} growing={running && i === parts.length - 1} />)}
    </div>
  );
});

const Section = memo(function Section({ text, author, growing }: { text: string; author: Author; growing: boolean }) {
  return elements(parse(text, author), growing);
});
