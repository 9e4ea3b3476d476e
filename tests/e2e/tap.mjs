// Runs the cases of a browser test one after the other and prints TAP.  Each case goes on where the one before ended.
const cases = [];
export const test = (name, run) => cases.push({ name, run });

// after_failure(number) may tell where the browser stood: it gives lines of text.  Sets the exit status.
export async function run_all(after_failure = async () => []) {
  console.log(`1..${cases.length}`);
  for (const [i, { name, run }] of cases.entries()) {
    try {
      await run();
      console.log(`ok ${i + 1} - ${name}`);
    } catch (problem) {
      process.exitCode = 1;
      const lines = [String(problem.stack), ...await after_failure(i + 1)].join('\n');
      console.log(`not ok ${i + 1} - ${name}\n${lines.replace(/^/gm, '# ')}`);
    }
  }
}
