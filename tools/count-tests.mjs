import { existsSync, readFileSync, readdirSync } from 'node:fs';

/* Adds up what the test runs of all projects wrote. Fails if there is nothing, or a failure. */

const projects = ['apps', 'libs'].flatMap((folder) => readdirSync(folder).map((name) => `${folder}/${name}`)).concat(['tools', 'tools/bench', 'e2e']);
const reports = projects.map((project) => `${project}/test-results.json`).filter(existsSync).map((file) => JSON.parse(readFileSync(file, 'utf8')));
const passed = sum(({ numPassedTests }) => numPassedTests);
// A file that does not load fails without a failed test.
const failed = sum(({ numFailedTests, success }) => numFailedTests || (success ? 0 : 1));

process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = passed > 0 && failed === 0 ? 0 : 1;

function sum(count) {
  return reports.reduce((total, report) => total + count(report), 0);
}
