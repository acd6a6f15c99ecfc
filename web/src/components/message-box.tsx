'use client';

import { useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode, type RefObject } from 'react';
import { Icon } from '@/components/ui/icon';
import { isComposing } from '@/lib/composing';
import { GrowingText } from './growing-text';

interface Props {
  text: string;
  onText: (text: string) => void;
  /** Sends what stands there. Nothing is sent while it is not ready. */
  onSend: (text: string) => void;
  ready: boolean;
  label: string;
  placeholder: string;
  sendLabel: string;
  /** Left of the button: what the message is for. */
  choices?: ReactNode;
  /** Instead of Send while there is nothing to send. */
  stop?: ReactNode;
  /** Over the box. */
  above?: ReactNode;
  onKey?: (event: KeyboardEvent<HTMLTextAreaElement>) => void;
  box: RefObject<HTMLTextAreaElement | null>;
  /** What is written is for few eyes. */
  hushed?: boolean;
}

/** Where one writes a message: the box, what it is for, and Send, which keeps the focus in the box. */
export function MessageBox({ text, onText, onSend, ready, label, placeholder, sendLabel, choices, stop, above, onKey, box, hushed }: Props) {
  const composing = useRef(false);
  // Set from sending in mid-composition until the writer goes on: what an input method still commits belongs to what was sent.
  const late = useRef(false);
  const [changed] = useState(() => ({ onText }));
  useLayoutEffect(() => {
    changed.onText = onText;
  });

  // What was typed before the page came alive stands in the box alone.
  useLayoutEffect(() => {
    const typed = box.current?.value;
    if (typed) changed.onText(typed);
  }, [box, changed]);

  const send = () => {
    if (!ready) return;
    late.current = composing.current;
    onSend(text);
    if (!late.current) return;
    // Takes the composition's text out of the input method's hands.
    composing.current = false;
    box.current?.blur();
    box.current?.focus();
  };

  return (
    <form
      className={`shift relative rounded-3 border shadow-float ${hushed ? 'border-private-line bg-private-soft focus-within:border-private' : 'border-line-strong bg-surface focus-within:border-accent'} short:flex short:flex-wrap short:items-end`}
      onSubmit={(event) => {
        event.preventDefault();
        send();
      }}
    >
      <GrowingText
        ref={box} id="message-box" label={label} placeholder={placeholder} value={text} enterKeyHint="enter" dir="auto" className="short:w-0 short:min-w-36 short:flex-1"
        onChange={(next) => onText(late.current ? '' : next)}
        onCompositionStart={() => {
          composing.current = true;
          late.current = false;
        }}
        onCompositionEnd={(event) => {
          composing.current = false;
          // Some input methods empty the box without an input event.
          if (event.currentTarget.value !== text) onText(late.current ? '' : event.currentTarget.value);
        }}
        onPaste={() => (late.current = false)}
        onKeyDown={(event) => {
          late.current = false;
          if (!isComposing(event)) onKey?.(event);
          if (event.defaultPrevented || event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
          // Where the keyboard is on the screen, Enter is a new line and the button sends.
          if (!matchMedia('(pointer: fine)').matches) return;
          event.preventDefault();
          send();
        }}
      />
      {/* Behind the box in the tree, so that it finds the box as it is now. */}
      {above}
      <div className="flex items-end gap-1.5 px-2 pt-1 pb-2 short:ml-auto short:max-w-full short:shrink-0 short:pb-1">
        <div className="flex min-w-0 grow flex-wrap items-center gap-1.5">{choices}</div>
        {stop}
        {(!stop || ready) && (
          <button
            type="submit" aria-label={sendLabel} title={sendLabel} disabled={!ready}
            // The press would take the focus, and the keyboard of a phone with it.
            onPointerDown={(event) => event.preventDefault()} onMouseDown={(event) => event.preventDefault()}
            className="shift grid size-9 shrink-0 place-items-center rounded-full bg-accent text-on-accent hover:bg-accent-hover disabled:bg-surface-2 disabled:text-text-3 max-page:size-11 short:size-8!"
          >
            <Icon name="send" />
          </button>
        )}
      </div>
    </form>
  );
}
