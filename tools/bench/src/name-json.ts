/*
 * A profile has no frame for what V8 has built in: parsing would count as its caller's own work. With this module preloaded it has
 * one. Only profiled processes load it.
 */
const { parse, stringify } = JSON;

JSON.parse = function parseJson(...input: Parameters<typeof parse>): unknown {
  return parse(...input);
};
JSON.stringify = function stringifyJson(...input: [unknown]): string {
  return stringify(...input);
};
