import { rulesOf } from '@buildwire/contracts';
import type { RuleSettings, Rules } from '@buildwire/contracts';

const MAX_KEPT = 1_000;

/** The rules of webhooks, one object for all that follow the same: twenty thousand webhooks are in memory, and nearly all follow a preset. */
export class SharedRules {
  private readonly kept = new Map<string, Rules>();

  of({ format, dialect, success, retry, signing, limits }: RuleSettings): Rules {
    const settings = { format, dialect, success, retry, signing, limits: limits?.perSecond === undefined ? null : { perSecond: limits.perSecond } };
    const key = JSON.stringify(settings);
    const known = this.kept.get(key);
    if (known !== undefined) return known;
    // Whoever has them keeps them; they are only not shared any more.
    if (this.kept.size === MAX_KEPT) this.kept.clear();
    const rules = rulesOf(settings);
    this.kept.set(key, rules);
    return rules;
  }
}
