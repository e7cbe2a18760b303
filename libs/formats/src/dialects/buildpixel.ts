import type { Build, Event, EventType } from '@buildwire/contracts';
import { inMilliseconds } from '../instants.js';
import { json } from '../json.js';
import { primaryArtifact } from '../primary-artifact.js';
import type { Renderer } from '../rendering.js';
import { noWords } from './no-words.js';
import { unrealPlatform } from './unreal-platform.js';
import { vendorFields } from './vendor-fields.js';

interface Word {
  type: string;
  status: string;
  ended: boolean;
}

/** BuildPixel documents no event for a canceled build. */
const WORDS: Partial<Record<EventType, Word>> = {
  'build.created': { type: 'build.created', status: 'pending', ended: false },
  'build.started': { type: 'build.running', status: 'running', ended: false },
  'build.finished': { type: 'build.complete', status: 'complete', ended: true },
  'build.failed': { type: 'build.failed', status: 'failed', ended: true },
  'build.superseded': { type: 'build.superseded', status: 'superseded', ended: true },
};

/** BuildPixel's webhook: `{ type, createdAt, organizationId, data: { build, project } }`. What is unknown is left out. */
export const buildpixel: Renderer = (event) => {
  const word = WORDS[event.type];
  if (word === undefined || event.build === undefined) return noWords('buildpixel', event.type, Object.keys(WORDS));
  return json({
    type: word.type,
    createdAt: inMilliseconds(event.occurredAt),
    organizationId: vendorFields(event, 'buildpixel')['organizationId'] ?? event.organization.id,
    data: { build: buildOf(event.build, word), project: projectOf(event) },
  });
};

/** There is a duration once the build ended, and an artifact once it is complete. */
function buildOf(build: Build, { status, ended }: Word): Record<string, unknown> {
  return {
    id: build.id,
    status,
    platform: unrealPlatform(build),
    buildType: build.type,
    branch: branchOf(build),
    commit: build.source?.sha,
    durationMs: ended ? build.timing?.durationMs : undefined,
    artifactUrl: status === 'complete' ? primaryArtifact(build)?.url : undefined,
  };
}

function projectOf({ app }: Event): Record<string, unknown> {
  return { id: app.id, name: app.name ?? app.slug ?? app.id };
}

/** A tag is no branch. */
function branchOf({ source = {} }: Build): string | undefined {
  const isBranch = source.refType === undefined || source.refType === 'branch';
  return source.branch ?? (isBranch ? source.ref : undefined);
}
