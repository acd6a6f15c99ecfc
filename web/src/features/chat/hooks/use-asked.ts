'use client';

import { useRoom } from '@/lib/live/hooks';
import type { ModelChoice } from '@/lib/models/choice';
import { effortsOf, type Effort } from '@/lib/models/effort';
import { useModels } from '@/lib/models/use-models';
import { useAskedModel } from '@/stores/drafts';
import { useUi } from '@/stores/ui';
import type { Asked } from '../api/preview-context';

interface Asking {
  /** What the next question says of how it is to be answered; nothing where the room's wishes stand. */
  asked: Pick<Asked, 'provider' | 'model' | 'effort'>;
  /** The room's model, the one that is asked instead, and the one that answers. */
  usual: ModelChoice;
  wished: ModelChoice | null;
  answering: ModelChoice;
  efforts: readonly Effort[];
}

/** How the next question of a room is to be answered. */
export function useAsked(roomId: string): Asking {
  const room = useRoom(roomId)?.room;
  const { models } = useModels();
  const [wished] = useAskedModel(roomId);
  const effort = useUi((ui) => ui.effort[roomId]);
  const usual = { provider: room?.ai_provider ?? '', id: room?.ai_model ?? '' };
  const answering = wished ?? usual;
  const efforts = effortsOf(models, answering.provider, answering.id);
  // A choice that the model does not take any more is none.
  const asked = { ...(wished && { provider: wished.provider, model: wished.id }), ...(effort && efforts.includes(effort) && { effort }) };
  return { asked, usual, wished, answering, efforts };
}
