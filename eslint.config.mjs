import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

// A library may belong to two stages: outbound-http to delivery and to matching, which streams artifacts (docs/adr/0010).
const STAGES = ['ingestion', 'matching', 'rendering', 'delivery', 'delivery-log'];

/** Who may import whom: `type:` is the layer, `stage:` the part of the path. Specs may use the testing library besides. */
const boundaries = (forSpecs = []) => [
  'error',
  {
    enforceBuildableLibDependency: true,
    depConstraints: [
      { sourceTag: 'type:contract', onlyDependOnLibsWithTags: ['type:contract'], allowedExternalImports: ['zod', 'node:*', ...(forSpecs.length > 0 ? ['*'] : [])] },
      { sourceTag: 'type:domain', onlyDependOnLibsWithTags: ['type:contract', ...forSpecs], bannedExternalImports: ['@nestjs/*', 'typeorm', '@nats-io/*', 'undici'] },
      { sourceTag: 'type:adapter', onlyDependOnLibsWithTags: ['type:contract', ...forSpecs] },
      { sourceTag: 'type:host', onlyDependOnLibsWithTags: ['type:contract', 'type:adapter', ...forSpecs] },
      { sourceTag: 'type:embedded', onlyDependOnLibsWithTags: [] },
      { sourceTag: 'type:testing', onlyDependOnLibsWithTags: ['type:contract', 'type:embedded'] },
      { sourceTag: 'type:app', onlyDependOnLibsWithTags: ['type:contract', 'type:domain', 'type:adapter', 'type:host', ...forSpecs] },
      { sourceTag: 'type:standalone', onlyDependOnLibsWithTags: ['type:contract', 'type:adapter', 'type:host', 'type:embedded', 'type:app', ...forSpecs] },
      { sourceTag: 'type:tool', onlyDependOnLibsWithTags: ['type:contract', 'type:domain', 'type:testing', 'type:adapter', 'type:app', 'type:standalone'] },
      { sourceTag: 'type:e2e', onlyDependOnLibsWithTags: ['type:contract', 'type:testing', 'type:embedded'] },
      ...STAGES.map((stage) => ({ sourceTag: `stage:${stage}`, onlyDependOnLibsWithTags: [`stage:${stage}`, 'stage:any'] })),
    ],
  },
];

/** Packages that one library owns: nobody else may import them. */
const OWNED = [
  { regex: '^@nats-io/', owner: 'libs/messaging' },
  { regex: '^(undici|(node:)?https?2?)(/|$)', owner: 'libs/outbound-http' },
  { regex: '^opossum(/|$)', owner: 'libs/resilience' },
  { regex: '^(typeorm|pg)(/|$)', owner: 'libs/database' },
  { regex: '^(jsonc-parser|pino|zod-openapi)(/|$)', owner: 'libs/service-runtime' },
];
const OWNERS = OWNED.map(({ owner }) => owner);
const ownedBut = (...mine) => [
  'error',
  { patterns: OWNED.filter(({ owner }) => !mine.includes(owner)).map(({ regex, owner }) => ({ regex, message: `Only ${owner} may import this.` })) },
];

/** One writer per table: each schema of the database belongs to one service, and others only read it. */
const WRITERS = { matching: 'apps/matching', delivery: 'apps/delivery', delivery_log: 'apps/delivery-log' };
const writersRules = Object.entries(WRITERS).flatMap(([schema, owner]) => {
  const writes = `/\\b(insert\\s+into|merge\\s+into|update|delete\\s+from|truncate|copy)\\s+(only\\s+|table\\s+)*"?${schema}"?\\./i`;
  const message = `Only ${owner} writes to ${schema}.*.`;
  return [{ selector: `Literal[value=${writes}]`, message }, { selector: `TemplateElement[value.raw=${writes}]`, message }];
});

const SUBJECTS = 'Subjects are written once, in libs/contracts.';
const CONFIGURATION = 'Configuration is read once, by loadConfig.';
const NO_FETCH = 'Only libs/outbound-http calls a customer, and never with fetch.';
const HOUSE_RULES = [
  { selector: 'Literal[value=/^buildwire\\./]', message: SUBJECTS },
  { selector: 'TemplateElement[value.raw=/^buildwire\\./]', message: SUBJECTS },
  { selector: "MemberExpression[object.name='process']:matches([property.name='env'], [property.value='env'])", message: CONFIGURATION },
  { selector: "MemberExpression[object.property.name='process'][property.name='env']", message: CONFIGURATION },
  { selector: "VariableDeclarator[init.name='process'] Property[key.name='env']", message: CONFIGURATION },
  { selector: ':matches(ImportDeclaration, ExportNamedDeclaration, ExportAllDeclaration)[source.value=/^(node:)?process$/]', message: CONFIGURATION },
  { selector: "CallExpression[callee.name='fetch']", message: NO_FETCH },
  { selector: "MemberExpression[object.name='globalThis'][property.name='fetch']", message: NO_FETCH },
  { selector: 'ImportExpression[source.type!="Literal"]', message: 'Import by a fixed name, so that lint can judge it.' },
  // The rule for static imports does not see these. A selector cannot hold a slash.
  ...OWNED.map(({ regex }) => ({ selector: `ImportExpression[source.value=/${regex.replaceAll('/', '\\u002f')}/]`, message: 'Import this statically, where its owner does.' })),
  { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
  ...writersRules,
];
const houseRulesBut = (...allowed) => ['error', ...HOUSE_RULES.filter(({ message }) => !allowed.some((part) => message.includes(part)))];

export default tseslint.config(
  // The configuration of tools has the form that its tool asks for.
  { ignores: ['**/dist/**', '**/node_modules/**', '**/*.mjs', '**/*.json', '**/vitest.config.ts'] },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.recommended],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@nx/enforce-module-boundaries': boundaries(),
      'no-restricted-imports': ownedBut(),
      'no-restricted-syntax': houseRulesBut(),
      'max-lines': ['error', { max: 250, skipBlankLines: true }],
      'max-lines-per-function': ['error', { max: 60 }],
      complexity: ['error', 12],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      '@typescript-eslint/no-invalid-void-type': 'off',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
    },
  },
  ...OWNERS.map((owner) => ({ files: [`${owner}/src/**/*.ts`], rules: { 'no-restricted-imports': ownedBut(owner) } })),
  ...Object.values(WRITERS).map((owner) => ({ files: [`${owner}/src/**/*.ts`], rules: { 'no-restricted-syntax': houseRulesBut(`Only ${owner} writes`) } })),
  { files: ['libs/database/src/migrations/*.ts'], rules: { 'no-restricted-syntax': houseRulesBut(' writes to ') } },
  { files: ['libs/contracts/src/**/*.ts'], rules: { 'no-restricted-syntax': houseRulesBut(SUBJECTS) } },
  { files: ['libs/service-runtime/src/load-config.ts', 'libs/embedded/src/**/*.ts'], rules: { 'no-restricted-syntax': houseRulesBut(CONFIGURATION) } },
  {
    files: ['**/*.spec.ts', '**/spec-support/**/*.ts', 'libs/testing/src/**/*.ts', 'libs/embedded/src/**/*.ts', 'e2e/src/**/*.ts', 'tools/src/**/*.ts', 'tools/bench/src/**/*.ts', 'tools/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': boundaries(['type:testing']),
      'no-restricted-imports': 'off',
      'no-restricted-syntax': 'off',
      'max-lines-per-function': 'off',
      'max-lines': ['error', { max: 400, skipBlankLines: true }],
    },
  },
);
