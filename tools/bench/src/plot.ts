import { plottedRows } from './plot-rows.js';
import type { Row } from './plot-rows.js';
import { headOf } from './report.js';
import type { Report } from './report.js';

const WIDTH = 880;
const MARGIN = 16;
/** Where labels end and bars begin; where bars end and their figures begin. */
const BARS = { from: 290, to: 640 };
const ROW = 20;
const BAR = 13;
const TITLE = 34;

/** Readable on white and on black; whoever shows it without a style sheet sees the light one. */
const STYLE = `
  .back { fill: #ffffff } text { fill: #1f2328; font: 12px system-ui, sans-serif } .title { font-weight: 600 } .note { fill: #59636e }
  .s0 { fill: #0969da } .s1 { fill: #bf8700 } .s2 { fill: #1a7f37 } .s3 { fill: #cf222e } .s4 { fill: #8250df } .s5 { fill: #6e7781 } .s6 { fill: #0a7ea4 } .s7 { fill: #bf3989 }
  .target { stroke: #1f2328; stroke-width: 2 }
  @media (prefers-color-scheme: dark) {
    .back { fill: #0d1117 } text { fill: #e6edf3 } .note { fill: #9198a1 } .target { stroke: #e6edf3 }
    .s0 { fill: #4493f8 } .s1 { fill: #d29922 } .s2 { fill: #3fb950 } .s3 { fill: #f85149 } .s4 { fill: #ab7df8 } .s5 { fill: #9198a1 } .s6 { fill: #39c5cf } .s7 { fill: #db61a2 }
  }
`;
const COLOURS = 8;

/** A run as an SVG document. The same report gives the same bytes. */
export function plotOf(report: Report): string {
  const panels = plottedRows(report).filter(({ rows }) => rows.length > 0);
  let top = MARGIN + ROW;
  const drawn = panels.map(({ title, rows }) => {
    const legend = legendOf(rows);
    const panel = panelAt(top, title, rows, legend);
    top += TITLE + rows.length * ROW + (legend.length > 1 ? ROW : 0);
    return panel;
  });
  const height = top + MARGIN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escaped(headOf(report))}">`,
    `<style>${STYLE}</style>`,
    `<rect class="back" width="${WIDTH}" height="${height}"/>`,
    text(MARGIN, MARGIN + 10, headOf(report).replaceAll('`', ''), 'note'),
    ...drawn,
    '</svg>\n',
  ].join('\n');
}

function panelAt(top: number, title: string, rows: readonly Row[], legend: readonly string[]): string {
  const scale = (BARS.to - BARS.from) / Math.max(...rows.map(({ parts, target }) => Math.max(target ?? 0, sum(parts.map(({ value }) => value)))), Number.MIN_VALUE);
  const bars = rows.map((row, place) => barAt(top + TITLE + place * ROW, row, scale, legend));
  const key = legend.length > 1 ? [keyAt(top + TITLE + rows.length * ROW, legend)] : [];
  return [text(MARGIN, top + TITLE - 14, title, 'title'), ...bars, ...key].join('\n');
}

function barAt(top: number, { label, parts, target, note }: Row, scale: number, legend: readonly string[]): string {
  let left = BARS.from;
  const drawn = parts.map(({ name, value }) => {
    const width = Math.max(0, value * scale);
    const rect = `<rect class="${colour(legend.indexOf(name))}" x="${fixed(left)}" y="${top}" width="${fixed(width)}" height="${BAR}"/>`;
    left += width;
    return rect;
  });
  const at = fixed(BARS.from + (target ?? 0) * scale);
  const line = target === undefined ? '' : `<line class="target" x1="${at}" x2="${at}" y1="${top - 2}" y2="${top + BAR + 2}"/>`;
  return `<g class="bar">${text(MARGIN, top + 11, label)}${drawn.join('')}${line}${text(BARS.to + 10, top + 11, note, 'note')}</g>`;
}

function keyAt(top: number, legend: readonly string[]): string {
  const step = (WIDTH - 2 * MARGIN) / legend.length;
  const entry = (name: string, place: number) => {
    const left = MARGIN + place * step;
    return `<rect class="${colour(place)}" x="${fixed(left)}" y="${top}" width="10" height="10"/>${text(left + 14, top + 9, name, 'note')}`;
  };
  return legend.map(entry).join('');
}

function legendOf(rows: readonly Row[]): string[] {
  return [...new Set(rows.flatMap(({ parts }) => parts.map(({ name }) => name)))];
}

function text(x: number, y: number, content: string, kind?: string): string {
  return `<text${kind === undefined ? '' : ` class="${kind}"`} x="${fixed(x)}" y="${y}">${escaped(content)}</text>`;
}

const escaped = (content: string) => content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
const colour = (place: number) => `s${Math.max(0, place) % COLOURS}`;
const fixed = (value: number) => String(Math.round(value * 10) / 10);
const sum = (values: number[]) => values.reduce((total, value) => total + value, 0);
