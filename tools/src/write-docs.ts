import { outdatedFiles, write } from './docs/generated-files.js';
import { print } from './terminal.js';

const outdated = await outdatedFiles();
const paths = outdated.map(({ path }) => path).join(', ');
if (outdated.length === 0) {
  print('the generated docs are up to date');
} else if (process.argv.includes('--check')) {
  process.stderr.write(`not up to date: ${paths}; run npm run docs and commit the result\n`);
  process.exitCode = 1;
} else {
  await Promise.all(outdated.map(write));
  print(`written: ${paths}`);
}
