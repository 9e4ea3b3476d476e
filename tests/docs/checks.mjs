// What the tests of written files share: programs that must end well, named checks, and TAP on standard output at the end.
import { execFileSync } from 'node:child_process';

const results = [];

export const check = (name, is_good, detail = '') => results.push([name, is_good, detail]);

// Runs the program; gives what it printed, throws when it fails.
export const run = (command, ...args) => execFileSync(command, args, { encoding: 'utf8', maxBuffer: 1 << 26, stdio: ['ignore', 'pipe', 'pipe'] });

// What stopped the test is a failed check.
export const stopped_by = (problem) => check('all commands run', false, String(problem.stderr || '') + String(problem.stack));

// Prints all checks; sets the exit status.
export function tell() {
  console.log(`1..${results.length}`);
  results.forEach(([name, is_good, detail], at) => {
    console.log(`${is_good ? 'ok' : 'not ok'} ${at + 1} - ${name}`);
    if (!is_good) for (const line of String(detail).split('\n')) console.log(`# ${line}`);
  });
  process.exitCode = results.every(([, is_good]) => is_good) ? 0 : 1;
}
