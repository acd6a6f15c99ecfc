// Markdown as models write it: headings, lists, tables, code, formulas, Japanese.
const block = (n) => `## Part ${n}: 京都の秋

Here is **part ${n}** with \`inline code\`, a [link](https://example.com/${n}) and some *emphasis*. これは**「重要」**な点です。The rest of the paragraph goes on for a while, as answers do, so that lines are broken and words are measured.

1. First, look at the list.
2. Then at **this**, which has a nested one:
   - one
   - two, with \`code\`
3. And at last here.

| name | value | note |
|---|--:|---|
| alpha | ${n} | short |
| beta | ${n * 2} | a longer note that wraps somewhere |

\`\`\`ts
export function part${n}(input: string[]): number {
  // counts what is not empty
  const kept = input.filter((line) => line.trim() !== '');
  return kept.reduce((sum, line) => sum + line.length, ${n});
}
\`\`\`

> A quotation, to end the part with: 約3~5日、価格は100~200円。

`;

/** So many characters of it. */
export function markdown(length) {
  let text = '';
  for (let n = 1; text.length < length; n++) text += block(n);
  return text.slice(0, length);
}
