import { fileURLToPath } from 'node:url';
import { sizes } from './plans.js';
import type { Size } from './plans.js';
import type { Figures } from './report.js';
import { longScenarios, quickScenarios, scenarios } from './scenarios.js';

/** What the command line asks for. */
export interface Order {
  size: Size;
  scenarios: readonly (keyof Figures)[];
  /** Files to write. */
  json?: string;
  plot?: string;
}

const PLOTS = fileURLToPath(new URL('../../../docs/performance/', import.meta.url));
const names = Object.keys(scenarios) as (keyof Figures)[];
/** What runs when no scenario is named. */
const unasked: Record<Size, readonly (keyof Figures)[]> = { smoke: names, quick: quickScenarios, full: names.filter((name) => !longScenarios.includes(name)) };

/** Throws an error that says what can be asked for. */
export function orderOf(args: readonly string[]): Order {
  const unknown = args.find((arg) => !isName(arg) && !/^--(smoke|quick|json=.+|plot(=.+)?)$/.test(arg));
  if (unknown !== undefined) throw new Error(`${unknown}: there are ${names.join(', ')}, --quick, --smoke, --json=<file> and --plot or --plot=<file>`);
  const size = sizes.find((each) => args.includes(`--${each}`)) ?? 'full';
  const asked = args.filter(isName);
  const json = valueOf(args, '--json');
  const plot = args.includes('--plot') ? `${PLOTS}${[...(asked.length > 0 ? asked : ['all']), ...(size === 'full' ? [] : [size])].join('-')}.svg` : valueOf(args, '--plot');
  return { size, scenarios: asked.length > 0 ? asked : unasked[size], ...(json === undefined ? {} : { json }), ...(plot === undefined ? {} : { plot }) };
}

function isName(arg: string): arg is keyof Figures {
  return names.some((name) => name === arg);
}

function valueOf(args: readonly string[], option: string): string | undefined {
  return args.find((arg) => arg.startsWith(`${option}=`))?.slice(option.length + 1);
}
