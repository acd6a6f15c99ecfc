'use client';

import type { ComponentProps, ReactElement } from 'react';
import type { ModelChoice } from '@/lib/models/choice';
import { openLazily } from './ui/open-lazily';

export interface ModelPickerProps {
  value: ModelChoice | null;
  onChange: (model: ModelChoice) => void;
  /** What the room lets be asked. */
  allowed?: readonly string[];
  /** The room's own, where another is chosen for once. */
  usual?: ModelChoice;
  /** The button that opens it. */
  trigger: ReactElement<ComponentProps<'button'>>;
}

/** Chooses a model. */
export const ModelPicker = openLazily<ModelPickerProps>(async () => (await import('./model-chooser')).ModelChooser, 'dialog');
