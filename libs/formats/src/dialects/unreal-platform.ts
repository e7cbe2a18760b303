import type { Build } from '@buildwire/contracts';

const UNREAL = new Map([
  ['windows', 'Win64'],
  ['macos', 'Mac'],
  ['linux', 'Linux'],
  ['android', 'Android'],
  ['ios', 'IOS'],
  ['tvos', 'TVOS'],
  ['visionos', 'VisionOS'],
]);

/** The platform as Unreal Engine names it: the build system's own name for it, such as LinuxArm64, says most. */
export function unrealPlatform({ platform, platformRaw }: Build): string | undefined {
  return platformRaw ?? UNREAL.get(platform?.toLowerCase() ?? '') ?? platform;
}
