/** Where Expo builds for. Another platform would be a word that no receiver of Expo's webhooks knows. */
export const expoPlatforms = ['ios', 'android'] as const;
export type ExpoPlatform = (typeof expoPlatforms)[number];

/** Producers write iOS as well as ios. */
export function expoPlatform(platform: string | undefined): ExpoPlatform | undefined {
  return expoPlatforms.find((name) => name === platform?.toLowerCase());
}
