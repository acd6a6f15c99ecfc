const CALLS_AI = /(^|[\s、。「（(])@ai(?![\w-])/i;

/** People may call the AI in the text instead of by the switch. */
export function callsAi(text: string): boolean {
  return CALLS_AI.test(text);
}
