'use client';

import { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState, type RefObject } from 'react';

const SLACK = 60;

/** Keeps the end of a conversation in view while one is there: new rows, growing answers and a rising keyboard do not push it away. */
export function useStickToEnd(scroller: RefObject<HTMLElement | null>, content: RefObject<HTMLElement | null>, changed: (atEnd: boolean) => void, startAtEnd: boolean) {
  const sticking = useRef(startAtEnd);
  const [atEnd, setAtEnd] = useState(true);
  const lastTop = useRef(0);

  const pin = useCallback(() => {
    const element = scroller.current;
    if (element && sticking.current) element.scrollTop = element.scrollHeight;
  }, [scroller]);

  useLayoutEffect(pin);

  useEffect(() => {
    const observer = new ResizeObserver(pin);
    if (scroller.current) observer.observe(scroller.current);
    if (content.current) observer.observe(content.current);
    return () => observer.disconnect();
  }, [content, pin, scroller]);

  useEffect(() => changed(atEnd), [atEnd, changed]);

  return useMemo(
    () => ({
      atEnd,
      scrolled: () => {
        const element = scroller.current;
        if (!element) return;
        const near = element.scrollHeight - element.scrollTop - element.clientHeight < SLACK;
        // Rows that grow above also move the position; only a person's own way up lets go.
        if (near) sticking.current = true;
        else if (element.scrollTop < lastTop.current - 1) sticking.current = false;
        lastTop.current = element.scrollTop;
        setAtEnd(near || sticking.current);
      },
      toEnd: () => {
        sticking.current = true;
        setAtEnd(true);
        pin();
      },
      release: () => {
        sticking.current = false;
      },
    }),
    [atEnd, pin, scroller],
  );
}
