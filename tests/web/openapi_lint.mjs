// The description of the API is valid OpenAPI 3.1 and says what it must: redocly finds no error, every operation names its
// permission, every change asks for the token.   node openapi_lint.mjs BIHUAN
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const web = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'web');
const dir = mkdtempSync(join(tmpdir(), 'bihuan-openapi-'));
const results = [];
const check = (name, faults) => results.push([name, faults]);
try {
  execFileSync(process.execPath, [join(web, 'install.mjs'), '--dev'], { stdio: 'ignore' });
  const text = execFileSync(process.argv[2], ['openapi'], { encoding: 'utf8', maxBuffer: 1 << 26 });
  const file = join(dir, 'openapi.json');
  writeFileSync(file, text);
  const lint = spawnSync(process.execPath, [join(web, 'node_modules/@redocly/cli/bin/cli.js'), 'lint', file, '--format=json'],
    { encoding: 'utf8', cwd: dir, env: { ...process.env, REDOCLY_TELEMETRY: 'off', CI: 'true' } });
  const found = JSON.parse(lint.stdout.slice(lint.stdout.indexOf('{')));
  check('redocly finds no error', found.problems.filter((p) => p.severity === 'error').map((p) => `${p.ruleId}: ${p.message}`));
  const description = JSON.parse(text);
  const operations = Object.entries(description.paths).flatMap(([path, item]) => Object.entries(item).map(([method, op]) => ({ path, method, op })));
  check('there are operations', operations.length > 50 ? [] : [`${operations.length}`]);
  check('each operation names its permission', operations.filter((o) => !o.op['x-permission']).map((o) => o.path));
  check('each change asks for session and token', operations.filter((o) => o.method === 'post' && o.op['x-permission'] !== 'public'
    && !o.op.security.some((s) => 'csrf' in s && 'session' in s)).map((o) => o.path));
  check('each failure is problem+json', operations.filter((o) => o.op.responses['4XX']?.$ref !== '#/components/responses/Problem').map((o) => o.path));
  const create = description.paths['/units'].post.requestBody.content['application/json'].schema;
  check('fields of a command have types, limits and the required mark',
    create.required.includes('code') && create.properties.code.maxLength === 40 && create.properties.valid_from.format === 'date'
      ? [] : [JSON.stringify(create).slice(0, 300)]);
  const unit = description.paths['/units/{id}'].get.responses['200'].content['application/json'].schema.properties.unit;
  check('answers name the columns of their queries', unit.properties.parent_name ? [] : [JSON.stringify(unit)]);
} finally {
  rmSync(dir, { recursive: true, force: true });
}
console.log(`1..${results.length}`);
results.forEach(([name, faults], i) => {
  console.log(`${faults.length ? 'not ok' : 'ok'} ${i + 1} - ${name}`);
  for (const fault of faults) console.log(`# ${fault}`);
});
process.exitCode = results.some(([, faults]) => faults.length) ? 1 : 0;
