// The other side of the outbox: a real SMTP server and a real HTTP listener on loopback.
//
//   outbox_peer.mjs DIRECTORY
// Prints "SMTP-PORT HTTP-PORT TLS-PORT"; each mail and request is a line of JSON in DIRECTORY/heard.  Ends with its standard
// input.  Recipients reject@ get 550, later@ 451; while DIRECTORY/slow exists, mail is taken in but not answered.  Paths: /ok,
// /fail (500), /gone (404), /moved (302), /robot (errcode 310000), /long (an answer without end).
import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { install } from '../../web/install.mjs';

install({ is_dev: true });
const { SMTPServer } = createRequire(new URL('../../web/package.json', import.meta.url))('smtp-server');
const dir = process.argv[2];
const hear = (what) => appendFileSync(join(dir, 'heard'), `${JSON.stringify(what)}\n`);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1',
  '-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')], { stdio: 'ignore' });

function answer(code, text) {
  return Object.assign(new Error(text), { responseCode: code });
}

const options = {
  disableReverseLookup: true,
  authOptional: true,
  allowInsecureAuth: true,
  onAuth: ({ username, password }, session, done) => (username === 'bihuan' && password === 'mail-secret' ? done(null, { user: username }) : done(answer(535, 'no'))),
  onRcptTo: ({ address }, session, done) => done(address.startsWith('reject@') ? answer(550, 'nobody of that name') : address.startsWith('later@') ? answer(451, 'not now') : null),
  onData(stream, session, done) {
    let text = '';
    stream.on('data', (part) => { text += part; });
    stream.on('end', async () => {
      const [head, body] = text.split('\r\n\r\n');
      hear({ kind: 'mail', to: session.envelope.rcptTo.map((one) => one.address), from: session.envelope.mailFrom.address, user: session.user || '', tls: session.secure,
        id: /^Message-ID: (.*)$/m.exec(head)[1].trim(), head, text: Buffer.from(body, 'base64').toString('utf8') });
      while (existsSync(join(dir, 'slow'))) await sleep(50);
      done();
    });
  },
};
const plain = new SMTPServer({ ...options, disabledCommands: ['STARTTLS'] });
const tls = new SMTPServer({ ...options, key: readFileSync(join(dir, 'key.pem')), cert: readFileSync(join(dir, 'cert.pem')) });
for (const server of [plain, tls]) server.on('error', () => {});

const web = createServer((request, response) => {
  let body = '';
  request.on('data', (part) => { body += part; });
  request.on('end', () => {
    const [path] = request.url.split('?');
    hear({ kind: 'hook', url: request.url, headers: request.headers, body });
    const json = (status, what) => response.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(what));
    if (path === '/fail') return json(500, {});
    if (path === '/gone') return json(404, {});
    if (path === '/moved') return response.writeHead(302, { Location: '/ok' }).end();
    if (path === '/robot') return json(200, { errcode: 310000, errmsg: 'sign not match' });
    if (path === '/long') return response.writeHead(200).end('x'.repeat(1 << 20));
    return json(200, { errcode: 0, code: 0 });
  });
});

const listen = (server) => new Promise((done) => { server.listen(0, '127.0.0.1', done); });
await Promise.all([plain, tls, web].map(listen));
console.log(plain.server.address().port, web.address().port, tls.server.address().port);
process.stdin.resume();
process.stdin.on('end', () => process.exit(0));
