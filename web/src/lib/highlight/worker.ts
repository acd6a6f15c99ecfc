import { highlight } from './highlighter';

addEventListener('message', ({ data }: MessageEvent<{ id: number; code: string; language: string }>) => {
  postMessage({ id: data.id, html: highlight(data.code, data.language) });
});
