import { ProblemError } from './problem.js';
import { keyKindOf, secretFaults, settledDialect, settingsFaults } from './webhook-faults.js';
import type { FittingSettings, SettingsFault } from './webhook-faults.js';
import { pointerOf } from './validate.js';

type Change<Settings> = { [Name in keyof Settings]?: Settings[Name] | undefined } & { secret?: string | undefined };

/**
 * The settings after a change. `current` holds the whole URL. A webhook that becomes raw speaks `buildwire` unless the change says
 * otherwise. Throws a {@link ProblemError} that names what no longer fits together, and says when a secret is needed.
 */
export function mergeWebhook<Settings extends FittingSettings>(current: Settings, change: Change<Settings>): Settings {
  const { secret, ...settings } = change;
  // A change comes from JSON, which has no undefined to overwrite with.
  const merged = { ...current, ...settings } as Settings;
  if (change.dialect === undefined && merged.format !== current.format) merged.dialect = settledDialect({ format: merged.format });
  const faults = [...settingsFaults(merged), ...secretFaults(merged, secret), ...missingSecret(current, merged, secret)];
  if (faults.length === 0) return merged;
  throw new ProblemError('invalid_request', undefined, faults.map(({ path, message }) => ({ pointer: pointerOf(path), detail: message })));
}

function missingSecret(current: FittingSettings, merged: FittingSettings, secret: string | undefined): SettingsFault[] {
  const kind = keyKindOf(merged);
  if (secret !== undefined || kind === 'none' || kind === keyKindOf(current)) return [];
  return [{ path: ['secret'], message: kind === 'private' ? 'is needed: whsk_ and an Ed25519 private key' : 'is needed: the webhook has none that its receiver could share' }];
}
