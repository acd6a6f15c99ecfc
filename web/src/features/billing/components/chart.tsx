import { useTranslations } from 'next-intl';

interface Bar {
  key: string;
  label: string;
  value: number;
}

/** Bars against the largest of them. The table below says the same in numbers, so the drawing is one image to who listens. */
export function UsageChart({ bars, upright, label }: { bars: Bar[]; upright: boolean; label: string }) {
  const t = useTranslations('billing');
  const most = Math.max(...bars.map(({ value }) => value), 1);
  const part = (value: number) => (value === 0 ? '0' : `max(2px, ${(value / most) * 100}%)`);
  if (upright) {
    return (
      <div role="img" aria-label={label} className="flex h-32 items-end gap-[3px] rounded-2 border border-line bg-surface px-3 pt-3 pb-1.5">
        {bars.map(({ key, label: name, value }) => (
          <span key={key} title={`${name}: ${t('tokens', { count: value })}`} className="flex h-full flex-1 items-end border-b border-line"><span className="block w-full rounded-t-[3px] bg-accent" style={{ height: part(value) }} /></span>
        ))}
      </div>
    );
  }
  return (
    <div role="img" aria-label={label} className="grid gap-1.5 rounded-2 border border-line bg-surface p-3">
      {bars.map(({ key, label: name, value }) => (
        <span key={key} className="grid grid-cols-[minmax(0,160px)_1fr] items-center gap-2 text-[12.5px]/4 max-page:grid-cols-[minmax(0,96px)_1fr]"><bdi className="truncate text-text-2">{name}</bdi><span className="h-3 rounded-[3px] bg-accent" style={{ width: part(value) }} /></span>
      ))}
    </div>
  );
}
