import { readItem, writeItem } from '@/lib/live/device-storage';

const RECENT = 6;
const USUAL = ['👍', '❤️', '😂', '🎉', '🙏', '👀'];
const segmenter = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const PICTURE = /\p{Extended_Pictographic}|\p{Regional_Indicator}|\u20e3/u;

/** The first emoji in a text, if there is one. */
export function emojiIn(text: string): string | null {
  for (const { segment } of segmenter.segment(text)) if (PICTURE.test(segment)) return segment;
  return null;
}

/** What one reacted with last, filled up with what people usually take. */
export function recentEmoji(userId: string): string[] {
  const kept = (readItem(keyOf(userId)) ?? '').split(' ').filter((text) => emojiIn(text) === text && text !== '');
  return [...new Set([...kept, ...USUAL])].slice(0, RECENT);
}

export function keepEmoji(userId: string, emoji: string): void {
  writeItem(keyOf(userId), [...new Set([emoji, ...recentEmoji(userId)])].slice(0, RECENT).join(' '));
}

const keyOf = (userId: string) => `yoriai.emoji.${userId}`;

/** What the grid offers, each in the one form that the API keeps. Any other can be typed. */
export const EMOJI = [
  '👍 👎 👏 🙌 🙏 🤝 👌 ✌️ 🤞 💪 👋 🫶 🙇 🙋 🤷 🤦',
  '😀 😄 😅 😂 🤣 🙂 😉 😊 😍 🥰 😘 😋 😎 🤩 🥳 🤔 🤨 😐 🙄 😏 😴 😢 😭 😤 😡 🤯 😱 😳 🥺 😇 🤗 🫡 🫠 🤫 🤐 🤒',
  '❤️ 🧡 💛 💚 💙 💜 🖤 🤍 💔 💯 ✨ ⭐ 🔥 🎉 🎊 🎁 🏆 🥇 💡 📌 ✅ ❌ ❓ ❗ ⚠️ 👀 🚀 ⏰ 💤 💬',
  '🐱 🐶 🐰 🐻 🐼 🐸 🐙 🦊 🐟 🌸 🌻 🍀 🍁 🌙 ☀️ ☔ ❄️ 🌈 🍵 ☕ 🍺 🍣 🍙 🍜 🍰 🍎 ⚽ 🎵 🎮 🏠 🚃 ✈️',
].map((row) => row.split(' '));
