'use client';

import { useEffect, useRef, useState } from 'react';

/** How long it takes to show what has come but is not shown yet. */
const CATCH_UP_MS = 450;

/**
 * Shows a growing text at an even pace, although it comes in pieces. What was there when the row came on screen is shown at once,
 * and so is everything as soon as nothing more can come or the reader asked for less motion.
 */
export function usePacedText(text: string, growing: boolean): string {
  const [shown, setShown] = useState(text.length);
  const state = useRef({ text, shown: text.length, last: 0 });
  const still = typeof matchMedia === 'function' && matchMedia('(prefers-reduced-motion: reduce)').matches;

  useEffect(() => {
    const held = state.current;
    if (!text.startsWith(held.text.slice(0, held.shown))) held.shown = 0;
    held.text = text;
    if (!growing || still) {
      held.shown = text.length;
      setShown(text.length);
      return;
    }
    let frame = requestAnimationFrame(function step(now) {
      const passed = held.last === 0 ? 16 : Math.min(100, now - held.last);
      held.last = now;
      const left = held.text.length - held.shown;
      if (left > 0) {
        held.shown = Math.min(held.text.length, held.shown + Math.max(1, Math.round((left * passed) / CATCH_UP_MS)));
        setShown(held.shown);
        frame = requestAnimationFrame(step);
      } else held.last = 0;
    });
    return () => cancelAnimationFrame(frame);
  }, [text, growing, still]);

  if (!growing) return text;
  return whole(text, Math.min(shown, text.length));
}

/** Never ends between the halves of one character. */
function whole(text: string, end: number): string {
  const code = text.charCodeAt(end - 1);
  return text.slice(0, code >= 0xd800 && code <= 0xdbff ? end - 1 : end);
}
