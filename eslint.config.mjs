import nx from '@nx/eslint-plugin';
import tseslint from 'typescript-eslint';

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
      { sourceTag: 'type:tool', onlyDependOnLibsWithTags: ['type:contract', 'type:testing', 'type:adapter', 'type:app', 'type:standalone'] },
      { sourceTag: 'type:e2e', onlyDependOnLibsWithTags: ['type:contract', 'type:testing', 'type:embedded'] },
      ...STAGES.map((stage) => ({ sourceTag: `stage:${stage}`, onlyDependOnLibsWithTags: [`stage:${stage}`, 'stage:any'] })),
    ],
  },
];

/** Packages that one library owns: nobody else may import them. */
const OWNED = [
  { group: ['@nats-io/*'], owner: 'libs/messaging' },
  { group: ['undici'], owner: 'libs/outbound-http' },
  { group: ['opossum'], owner: 'libs/resilience' },
  { group: ['typeorm', 'pg'], owner: 'libs/database' },
  { group: ['jsonc-parser', 'pino', 'zod-openapi'], owner: 'libs/service-runtime' },
];
const ownedBut = (...mine) => [
  'error',
  { patterns: OWNED.filter(({ owner }) => !mine.includes(owner)).map(({ group, owner }) => ({ group, message: `Only ${owner} may import this.` })) },
];

const HOUSE_RULES = [
  { selector: "Literal[value=/^buildwire\\./]", message: 'Subjects are written once, in libs/contracts.' },
  { selector: "TemplateElement[value.raw=/^buildwire\\./]", message: 'Subjects are written once, in libs/contracts.' },
  { selector: "MemberExpression[object.name='process'][property.name='env']", message: 'Configuration is read once, by loadConfig.' },
  { selector: "CallExpression[callee.name='fetch']", message: 'Only libs/outbound-http calls a customer, and never with fetch.' },
  { selector: "ExportDefaultDeclaration", message: 'Export by name.' },
];
const houseRulesBut = (...allowed) => ['error', ...HOUSE_RULES.filter(({ message }) => !allowed.some((part) => message.includes(part)))];

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '**/*.mjs', '**/*.json'] },
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
  ...['messaging', 'outbound-http', 'resilience', 'database', 'service-runtime'].map((name) => ({
    files: [`libs/${name}/src/**/*.ts`],
    rules: { 'no-restricted-imports': ownedBut(`libs/${name}`) },
  })),
  { files: ['libs/contracts/src/**/*.ts'], rules: { 'no-restricted-syntax': houseRulesBut('Subjects') } },
  { files: ['libs/service-runtime/src/load-config.ts', 'libs/embedded/src/**/*.ts'], rules: { 'no-restricted-syntax': houseRulesBut('Configuration') } },
  {
    files: ['**/*.spec.ts', '**/spec-support/**/*.ts', 'libs/testing/src/**/*.ts', 'libs/embedded/src/**/*.ts', 'e2e/src/**/*.ts', 'tools/src/**/*.ts', 'tools/*.ts'],
    rules: {
      '@nx/enforce-module-boundaries': boundaries(['type:testing']),
      'no-restricted-imports': 'off',
      'no-restricted-syntax': 'off',
      'max-lines-per-function': 'off',
      'max-lines': ['error', { max: 400, skipBlankLines: true }],
    },
  },
);
