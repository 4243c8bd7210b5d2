/** Text as HTML that shows it unchanged. */
export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

const STYLE = `
body { font: 16px/1.5 system-ui, sans-serif; color: #222; max-width: 76rem; margin: 0 auto; padding: 1rem; }
h1 { font-size: 1.6rem; margin: .5rem 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
.verdict { border-left: 4px solid #4269d0; padding: .5rem 1rem; background: #f4f6fc; }
.verdict p { margin: .25rem 0; }
.columns { display: flex; flex-wrap: wrap; gap: 1.5rem; align-items: flex-start; }
.columns > * { flex: 1 1 20rem; min-width: 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: .2rem .7rem; border-bottom: 1px solid #ddd; text-align: right; white-space: nowrap; }
td:nth-child(-n+3), th:nth-child(-n+3) { text-align: left; }
figure { margin: 0; } figcaption { color: #666; font-size: .85rem; }
.film { display: flex; gap: 1rem; overflow-x: auto; } .film figure { flex: 0 0 auto; }
.film img { width: 280px; image-rendering: pixelated; }
pre { overflow-x: auto; background: #f6f6f6; padding: .75rem; font-size: .8rem; }
svg { max-width: 100%; }
@media print { .film { flex-wrap: wrap; overflow: visible; } .film img { width: 160px; } section { break-inside: avoid; } }
`;

/** A self-contained page; `body` is HTML. */
export function page(title: string, body: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<h1>${escapeHtml(title)}</h1>
${body.join('\n')}
</body>
</html>
`;
}

/** `title` is text, `body` is HTML. */
export function section(title: string, ...body: readonly string[]): string {
  return `<section><h2>${escapeHtml(title)}</h2>\n${body.join('\n')}\n</section>`;
}

/** Pieces of HTML side by side. */
export function columns(pieces: readonly string[]): string {
  return `<div class="columns">${pieces.join('')}</div>`;
}

/** The run's settings, folded away. */
export function configurationSection(config: unknown): string {
  const json = escapeHtml(JSON.stringify(config, null, 2));
  return section('Configuration', `<details><summary>config.json</summary><pre>${json}</pre></details>`);
}

/** Cells are text. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const row = (cells: readonly string[], tag: 'th' | 'td'): string => {
    return `<tr>${cells.map((cell) => `<${tag}>${escapeHtml(cell)}</${tag}>`).join('')}</tr>`;
  };
  return `<div class="scroll"><table>${row(head, 'th')}${rows.map((cells) => row(cells, 'td')).join('')}</table></div>`;
}

/** `content` is HTML, the caption text. */
export function figure(content: string, caption: string): string {
  return `<figure>${content}<figcaption>${escapeHtml(caption)}</figcaption></figure>`;
}

/** An image that is part of the page. */
export function picture(png: Uint8Array, caption: string): string {
  return figure(`<img alt="${escapeHtml(caption)}" src="data:image/png;base64,${Buffer.from(png).toString('base64')}">`, caption);
}
