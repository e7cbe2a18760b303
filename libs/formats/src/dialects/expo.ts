import type { EventType } from '@buildwire/contracts';
import { json } from '../json.js';
import { primaryArtifact } from '../primary-artifact.js';
import type { Renderer } from '../rendering.js';
import { expoPlatform, expoPlatforms } from './expo-platforms.js';
import { noPlatform, noWords } from './no-words.js';

const STATUS: Partial<Record<EventType, 'finished' | 'errored'>> = {
  'build.finished': 'finished',
  'build.failed': 'errored',
};

/** Expo's classic build webhook: four keys, of which `artifactUrl` is there only when the build finished. It never knew of a canceled build. */
export const expo: Renderer = ({ type, build }) => {
  const status = STATUS[type];
  if (status === undefined || build === undefined) return noWords('expo', type, Object.keys(STATUS));
  const platform = expoPlatform(build.platform);
  if (platform === undefined) return noPlatform('expo', build.platform, expoPlatforms);
  const artifactUrl = status === 'finished' ? primaryArtifact(build)?.url : undefined;
  return json({ status, id: build.id, artifactUrl, platform });
};
