import { describe, expect, it } from 'vitest';
import { describeFault, parseExpression } from './expression.js';
import { anEvent } from './spec-support/an-event.js';

describe('an expression', () => {
  it.each([
    'event.type == "build.failed"',
    'event.build.number > 41.5 && event.build.number == 42',
    'event.build.platform in ["ios", "android"]',
    'event.build["platform"] == "ios"',
    'event.build.source.message.lowerAscii().contains("lights")',
    'has(event.build.type) && !has(event.build.profile)',
    'event.build.artifacts.exists(a, a.kind == "ipa" && a.sizeBytes < 11)',
    'event.build.artifacts.filter(a, a.kind == "ipa").all(a, a.url.endsWith(".ipa"))',
    'size(event.build.artifacts) == 1',
    'event.nothing == 1 || true',
    'timestamp(event.occurredAt) < timestamp(event.receivedAt) && timestamp(event.occurredAt).getHours() == 14',
    'timestamp(event.receivedAt) - timestamp(event.occurredAt) > duration("1s") && timestamp(event.occurredAt) + duration("1h30m") > timestamp(event.receivedAt)',
    'event.build.state == "failed" ? true : false',
    '["main", "master"].exists(b, event.build.source.branch.startsWith(b))',
  ])('%s lets the event through', (text) => {
    expect(evaluated(text)).toEqual({ passed: true, reason: 'the expression is true' });
  });

  it.each([
    ['event.build.number < 42', 'the expression is false'],
    ['event.build.platform', 'the expression is neither true nor false'],
    ['event.build.flavour == "free"', 'the expression cannot be evaluated: No such key: flavour'],
    ['has(event.job.kind)', 'the expression cannot be evaluated: No such key: job'],
    ['event.constructor == event.toString', 'the expression cannot be evaluated: No such key: constructor'],
    ['event.__proto__ == null', 'the expression cannot be evaluated: No such key: __proto__'],
    ['event.build.artifacts[7].kind == "ipa"', 'the expression cannot be evaluated: No such key: index out of bounds, index 7 >= size 1'],
    ['event.build.number + "1" == "421"', 'the expression cannot be evaluated: no such overload: dyn<double> + string'],
    ['1 / 0 == 1', 'the expression cannot be evaluated: division by zero'],
  ])('%s lets it not through, and says why', (text, reason) => {
    expect(evaluated(text)).toEqual({ passed: false, reason });
  });

  it.each([
    ['event.build.number >', 'line 1, column 21: Unexpected token: EOF'],
    ['event.type == "a" &&\n  evnt.type == "b"', 'line 2, column 3: Unknown variable: evnt'],
    ['"abc', 'line 1, column 1: Unterminated string'],
    ['event.type == "ä" && foo', 'line 1, column 22: Unknown variable: foo'],
    ['1 + 2', 'line 1, column 1: is of type int; it must be true or false'],
    ['event.type == 1 + "a"', "line 1, column 15: no such overload: int + string"],
    ['event.build.platform.shout()', 'line 1, column 1: shout() cannot be used'],
    ['true && event.type.matches("(a+)+$")', 'line 1, column 9: regular expressions cannot be used; use contains, startsWith or endsWith'],
    ['event.type.contains(event.id)', 'line 1, column 1: contains() takes a text in quotes only'],
    ['duration(event.id) > duration("1s")', 'line 1, column 1: duration() takes a text in quotes only, of at most 32 characters'],
    [`duration("${'1'.repeat(33)}s") > duration("1s")`, 'line 1, column 1: duration() takes a text in quotes only, of at most 32 characters'],
    ['event.a.exists(x, x.b.exists(y, y == 1))', 'line 1, column 19: exists() cannot be used within another loop'],
    ['size(event.a.map(x, x + x)) > 1', 'line 1, column 6: map() cannot be used'],
    ['cel.bind(a, event.id + event.id, a == "x")', 'line 1, column 1: bind() cannot be used'],
    ['timestamp(event.occurredAt).getHours("Asia/Tokyo") == 1', 'line 1, column 1: getHours() takes at most 0 arguments here'],
    ['event.id.split("") == []', 'line 1, column 1: split() cannot be used'],
  ])('%j is refused, with the place', (text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  it.each([
    ['many operations', Array.from({ length: 300 }, () => 'true').join('&&'), 'line 1, column 1: Exceeded maxAstNodes (250)'],
    ['deep nesting', `${'('.repeat(500)}true${')'.repeat(500)}`, 'line 1, column 33: Exceeded maxDepth (32)'],
    ['a long list', `[${'1,'.repeat(200)}1] == []`, 'line 1, column 202: Exceeded maxListElements (100)'],
    ['many characters', `"${'a'.repeat(2_000)}" == event.id`, 'line 1, column 1: is longer than 2000 characters'],
  ])('is refused with %s', (_, text, fault) => {
    expect(faultOf(text)).toBe(fault);
  });

  it.each([
    ['a loop over all an event can hold', 'event.ext.x.numbers.all(n, n == 1)', { numbers: Array.from({ length: 100_000 }, () => 1) }],
    ['a text read for each item', `event.ext.x.numbers.all(n, ${Array.from({ length: 20 }, () => '!event.ext.x.text.contains("aaaaaaaab")').join('&&')})`, { numbers: Array.from({ length: 1_000 }, () => 1), text: 'a'.repeat(60_000) }],
    ['a text searched for many others', `[event.ext.x.text].all(t, ${Array.from({ length: 24 }, () => '!t.contains("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaab")').join('&&')})`, { text: 'a'.repeat(60_000) }],
    ['texts that grow', `(${Array.from({ length: 40 }, () => 'event.ext.x.text').join('+')}).contains("aaaaaaab")`, { text: 'a'.repeat(60_000) }],
    ['lists that grow', `(${Array.from({ length: 40 }, () => 'event.ext.x.numbers').join('+')}).all(n, n == 1)`, { numbers: Array.from({ length: 4_000 }, () => 1) }],
    ['a comparison of all there is', 'event.ext.x == event.ext.y', { numbers: Array.from({ length: 100_000 }, () => 1) }],
    ['the keys of a large object', 'event.ext.x.all(k, k != "y")', Object.fromEntries(Array.from({ length: 50_000 }, (_, key) => [`k${key}`, 1]))],
  ])('is stopped before %s costs much', (name, text, x) => {
    const searches = name.startsWith('a text searched');
    const event = anEvent({ ext: { x, y: structuredClone(x) } });
    const parsed = parseExpression(text);
    if ('fault' in parsed) throw new Error(describeFault(parsed.fault));
    parsed.expression.evaluate(anEvent({ ext: { x: { text: '', numbers: [] } } }));
    const started = performance.now();
    const verdict = parsed.expression.evaluate(event);
    expect(performance.now() - started).toBeLessThan(1_000);
    expect(verdict.reason).toBe(searches ? 'the expression is true' : 'the expression cannot be evaluated: it reads too much of the event');
  });

  it('costs nothing for what it does not read', () => {
    const event = anEvent({ ext: { x: { text: 'a'.repeat(250_000) } } });
    expect(evaluated('event.build.number == 42', event).passed).toBe(true);
    expect(evaluated('size(event.ext.x.text) > 1', event).reason).toBe('the expression cannot be evaluated: it reads too much of the event');
  });

  it('leaves the event as it was', () => {
    const event = anEvent();
    const before = structuredClone(event);
    evaluated('event.build.artifacts.exists(a, a.kind == "x")', event);
    expect(event).toEqual(before);
  });
});

function faultOf(text: string): string | undefined {
  const parsed = parseExpression(text);
  return 'fault' in parsed ? describeFault(parsed.fault) : undefined;
}

function evaluated(text: string, event = anEvent()) {
  const parsed = parseExpression(text);
  if ('fault' in parsed) throw new Error(describeFault(parsed.fault));
  return parsed.expression.evaluate(event);
}
