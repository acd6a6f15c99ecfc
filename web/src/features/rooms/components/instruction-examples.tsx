'use client';

import { useTranslations } from 'next-intl';

const EXAMPLES = ['brief', 'teacher', 'translate'] as const;

/** Instructions to begin with: a press adds one to what stands there. */
export function InstructionExamples({ value, onChange }: { value: string; onChange: (value: string) => void }) {
  const t = useTranslations('instructions');
  return (
    <ul aria-label={t('examples')} className="-mt-2 flex flex-wrap gap-1.5">
      {EXAMPLES.filter((example) => !value.includes(t(`texts.${example}`))).map((example) => (
        <li key={example}>
          <button
            type="button" title={t(`texts.${example}`)} onClick={() => onChange([value.trimEnd(), t(`texts.${example}`)].filter(Boolean).join('\n'))}
            className="shift min-h-8 rounded-full border border-line px-3 text-[13px]/5 text-text-2 hover:bg-surface-2 max-page:min-h-11"
          >
            {t(`names.${example}`)}
          </button>
        </li>
      ))}
    </ul>
  );
}
