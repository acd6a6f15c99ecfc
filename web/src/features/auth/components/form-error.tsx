import { useTranslations } from 'next-intl';
import { Icon } from '@/components/ui/icon';

/** What went wrong with a form as a whole, worded from the API's code. */
export function FormError({ code }: { code?: string }) {
  const t = useTranslations('errors');
  if (!code) return null;
  return (
    <p role="alert" className="flex items-start gap-2 rounded-1 bg-danger-soft px-3 py-2 text-[13.5px]/5 text-text">
      <Icon name="alert" size={16} className="mt-0.5 text-danger" />
      {t.has(code) ? t(code) : t('unknown')}
    </p>
  );
}
