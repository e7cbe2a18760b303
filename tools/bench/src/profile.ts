import { readFile, readdir } from 'node:fs/promises';
import { temporaryFolder } from '@buildwire/testing';
import { causes, microsByCause } from './profile-causes.js';
import type { Cause, CpuProfile } from './profile-causes.js';
import type { Stacks } from './stacks.js';
import { measureThroughput } from './throughput.js';
import type { Load, Throughput } from './throughput.js';
import type { Workbench } from './workbench.js';

export interface Profile {
  fanOut: number;
  deliveries: number;
  /** While it was profiled, which costs. */
  perSecond: number;
  stages: ProfiledStage[];
}

export interface ProfiledStage {
  /** Of a process of Buildwire, or one of the servers. */
  stage: string;
  /** The whole process, by the kernel's count. */
  cpuMicrosPerDelivery: number;
  /** That, shared out as the samples of its main thread are; absent for a server. */
  byCause?: Record<Cause, number>;
}

const NAME_JSON = new URL('./name-json.js', import.meta.url).href;
const FILE = /^CPU\.\d+\.\d+\.(\d+)\.0\./;

/** Where the CPU time of five processes goes, for each load. The profiles are read once the processes have ended and written them. */
export async function measureProfile(bench: Workbench, stacks: Stacks, loads: readonly Load[]): Promise<Profile[]> {
  const folder = await temporaryFolder('profile');
  try {
    const execArgv = ['--cpu-prof', `--cpu-prof-dir=${folder.path}`, `--import=${NAME_JSON}`];
    const { pids, measured } = await stacks.use('five', { execArgv }, async (stack, api) => {
      const measured: Throughput[] = [];
      for (const load of loads) measured.push(await measureThroughput(bench, stack, api, load));
      return { pids: stack.pids, measured };
    });
    await stacks.stop();
    const profiles = await readProfiles(folder.path, pids);
    return measured.map((each) => profileOf(each, profiles));
  } finally {
    await folder.remove();
  }
}

/** By process; throws unless each has written one. */
async function readProfiles(folder: string, pids: Record<string, number>): Promise<Map<string, CpuProfile>> {
  const files = await readdir(folder);
  const fileOf = new Map(files.map((file) => [Number(FILE.exec(file)?.[1]), file]));
  const read = async ([name, pid]: [string, number]): Promise<[string, CpuProfile]> => {
    const file = fileOf.get(pid);
    if (file === undefined) throw new Error(`${name} wrote no profile`);
    return [name, JSON.parse(await readFile(`${folder}/${file}`, 'utf8')) as CpuProfile];
  };
  return new Map(await Promise.all(Object.entries(pids).map(read)));
}

function profileOf({ fanOut, deliveries, perSecond, cpuMicrosPerDelivery, windowMicros }: Throughput, profiles: ReadonlyMap<string, CpuProfile>): Profile {
  const stages = Object.entries(cpuMicrosPerDelivery).map(([stage, micros]): ProfiledStage => {
    const profile = profiles.get(stage);
    if (profile === undefined) return { stage, cpuMicrosPerDelivery: micros };
    return { stage, cpuMicrosPerDelivery: micros, byCause: sharedOut(micros, microsByCause(profile, windowMicros)) };
  });
  return { fanOut, deliveries, perSecond, stages };
}

/** A sample may also have waited for a core, so only its share counts. */
function sharedOut(micros: number, sampled: Record<Cause, number>): Record<Cause, number> {
  const all = causes.reduce((sum, cause) => sum + sampled[cause], 0);
  return Object.fromEntries(causes.map((cause) => [cause, all === 0 ? 0 : (micros * sampled[cause]) / all])) as Record<Cause, number>;
}
