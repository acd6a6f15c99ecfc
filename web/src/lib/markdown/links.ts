import type MarkdownIt from 'markdown-it';

const SAFE = /^(?:https?:|mailto:)/i;

/** Only addresses that cannot run anything are linked to. */
export function isSafeUrl(url: string): boolean {
  return SAFE.test(url.trim());
}

/**
 * What stands between an address and the sentence around it in Japanese and Chinese: （、。」 and their like, which no address holds
 * unescaped. Letters stay: https://ja.wikipedia.org/wiki/日本語 is one address.
 */
const WIDE_MARKS = /[\u2018-\u201f\u3000-\u3004\u3008-\u3020\u3030\u303d\u30fb\ufe10-\ufe6f\uff01-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65]/g;
/** A mail address is over where Japanese goes on: me@example.comまで. */
const MAIL = /([\w.+-]+@[\w-]+(?:\.[\w-]+)+)[\u3041-\u9fff\uac00-\ud7af]/g;

/** Finds addresses in running text. Names of files (README.md) are none, although some look like those of a country's sites. */
export function links(md: MarkdownIt): void {
  const { linkify } = md;
  md.validateLink = isSafeUrl;
  linkify.set({ fuzzyLink: false, fuzzyEmail: true }).add('ftp:', null).add('//', null);
  linkify.add('www.', {
    validate: (text, pos, { re }) => new RegExp(`^(?:(?:${re.src_domain})\\.)+${re.src_domain_root}${re.src_port}${re.src_host_terminator}${re.src_path}`, 'i').exec(text.slice(pos))?.[0].length ?? 0,
    normalize: (match) => {
      match.url = `http://${match.url}`;
    },
  });
  const { test, match, matchAtStart } = { test: linkify.test.bind(linkify), match: linkify.match.bind(linkify), matchAtStart: linkify.matchAtStart.bind(linkify) };
  const parted = (text: string) => text.replace(WIDE_MARKS, ' ').replace(MAIL, '$1 ');
  linkify.test = (text) => test(parted(text));
  linkify.match = (text) => match(parted(text));
  linkify.matchAtStart = (text) => matchAtStart(parted(text));
}
