import { standardHealthRule } from '@buildwire/contracts';
import type { HealthRule } from '@buildwire/contracts';
import { z } from 'zod';

const hours = z.coerce.number().positive().max(8_760);

/** When a webhook without success is disabled: shared by who does it and who shows it. */
export const healthRuleConfig = {
  WEBHOOK_DISABLE_AFTER_HOURS: hours.default(standardHealthRule.disableAfterHours).meta({ description: 'A webhook is disabled after so many hours without success; fractions count.' }),
  WEBHOOK_WARN_AFTER_HOURS: hours.default(standardHealthRule.warnAfterHours).meta({ description: 'The event `webhook.failing` tells of a webhook after so many hours without success.' }),
};

export function healthRuleOf(config: { WEBHOOK_DISABLE_AFTER_HOURS: number; WEBHOOK_WARN_AFTER_HOURS: number }): HealthRule {
  return { disableAfterHours: config.WEBHOOK_DISABLE_AFTER_HOURS, warnAfterHours: config.WEBHOOK_WARN_AFTER_HOURS };
}
