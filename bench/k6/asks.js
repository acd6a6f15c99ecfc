// Questions to the AI, answered by the scripted provider: it costs nothing and knows what it has to say. Of each answer every
// word has to come, and its end.
import { sleep } from 'k6';
import { Trend } from 'k6/metrics';
import { arrived, newPerson, newRoom, rowsFor, scaled, send, socket, summary, summaryTrendStats, thresholds } from './yoriai.js';

const people = scaled(40);
const questions = 3;
const words = 40;
const first = new Trend('yoriai_asked_to_first_word', true);
const whole = new Trend('yoriai_asked_to_end', true);

export const options = {
  summaryTrendStats,
  scenarios: { asks: { executor: 'per-vu-iterations', vus: people, iterations: 1, maxDuration: '15m' } },
  thresholds: { ...thresholds, ...rowsFor('registerUser', 'createRoom', 'sendMessage') },
};

export default async function asks() {
  sleep(Math.random() * 5);
  const me = await newPerson();
  const room = me && (await newRoom(me, { ai_provider: 'scripted', ai_model: 'scripted' }));
  if (!room) return;
  let asked;
  let left = questions;
  let patience;
  let open;
  const ask = async () => {
    if (left-- === 0) return open.close();
    const question = { at: Date.now() };
    asked = question;
    patience = setTimeout(() => end(question, false), 120_000);
    const stored = await send(me, room, `[slow:${words}] Tell me.`, { ai: {} });
    if (!stored) return end(question, false);
    question.id = stored.ai_message.id;
    if (question.early) hear(question.early);
  };
  const end = (question, well) => {
    if (question !== asked) return;
    asked = undefined;
    clearTimeout(patience);
    arrived.add(well);
    if (well) whole.add(Date.now() - question.at);
    ask();
  };
  const hear = (frame) => {
    if (!asked) return;
    const ended = frame.type === 'message.updated' && frame.data.status !== 'streaming' && frame.data.ai;
    if (ended && asked.id === undefined) asked.early = frame; // the answer was quicker than the answer to the question
    if (frame.type === 'ai.delta' && !asked.heard) {
      asked.heard = true;
      first.add(Date.now() - asked.at);
    }
    if (ended && frame.data.id === asked.id) {
      end(asked, frame.data.status === 'completed' && frame.data.content.trim().split(/\s+/).length === words);
    }
  };
  await socket(me, (it) => {
    open = it;
    it.send(JSON.stringify({ action: 'view', room_id: room.id }));
    ask();
  }, hear);
}

export const handleSummary = summary('questions to the AI');
