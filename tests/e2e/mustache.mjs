// A second, small reader of the template language, only for previews and tests: the program has its own.
// Strict: an unknown name throws.  `on_use` hears every name that was found, for the list of data.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

function parse(source, name) {
  const root = { kind: 'root', children: [] };
  const open = [root];
  let at = 0;
  const add = (node) => open[open.length - 1].children.push(node);
  for (const match of source.matchAll(/\{\{(?:\{([^}]+)\}|([#^/>!<$&]?)\s*([^}]*?)\s*)\}\}/g)) {
    if (match.index > at) add({ kind: 'text', text: source.slice(at, match.index) });
    at = match.index + match[0].length;
    const sign = match[1] !== undefined ? '&' : match[2];
    const key = (match[1] ?? match[3]).trim();
    if (sign === '!') continue;
    if (sign === '/') {
      const closed = open.pop();
      if (closed.key !== key) throw new Error(`${name}: {{/${key}}} closes {{${closed.kind}${closed.key}}}`);
    } else if ('#^<$'.includes(sign) && sign) {
      const node = { kind: sign, key, children: [] };
      add(node);
      open.push(node);
    } else add({ kind: sign || 'name', key });
  }
  if (open.length > 1) throw new Error(`${name}: ${open[open.length - 1].key} is not closed`);
  add({ kind: 'text', text: source.slice(at) });
  return root.children;
}

export class Templates {
  constructor(dir, constants, on_use = () => {}) {
    this.trees = new Map();
    for (const file of readdirSync(dir).filter((one) => one.endsWith('.html')))
      this.trees.set(file.slice(0, -5), parse(readFileSync(join(dir, file), 'utf8'), file));
    this.constants = constants;
    this.on_use = on_use;
  }

  render(name, data) {
    return this.#walk(this.#tree(name), [{ value: data, path: '' }], new Map());
  }

  #tree(name) {
    const tree = this.trees.get(name);
    if (!tree) throw new Error(`no template ${name}`);
    return tree;
  }

  #find(key, stack) {
    if (key.startsWith('t.') || key.startsWith('static.')) {
      const text = this.constants(key);
      if (text === undefined) throw new Error(`unknown constant ${key}`);
      return { value: text, path: key };
    }
    if (key === '.') return stack[stack.length - 1];
    const names = key.split('.');
    for (let i = stack.length - 1; i >= 0; i--) {
      const { value, path } = stack[i];
      if (value === null || typeof value !== 'object' || !(names[0] in value)) continue;
      let found = value;
      for (const one of names) {
        if (found === null || typeof found !== 'object' || !(one in found)) throw new Error(`unknown name ${key} (at ${one})`);
        found = found[one];
      }
      const where = path ? `${path}.${key}` : key;
      this.on_use(where, found);
      return { value: found, path: where };
    }
    throw new Error(`unknown name ${key}`);
  }

  #walk(nodes, stack, blocks) {
    let out = '';
    for (const node of nodes) {
      if (node.kind === 'text') out += node.text;
      else if (node.kind === '>') out += this.#walk(this.#tree(node.key), stack, blocks);
      else if (node.kind === '<') {
        const given = new Map(node.children.filter((child) => child.kind === '$').map((child) => [child.key, child.children]));
        out += this.#walk(this.#tree(node.key), stack, new Map([...given, ...blocks]));
      } else if (node.kind === '$') out += this.#walk(blocks.get(node.key) ?? node.children, stack, blocks);
      else {
        const { value, path } = this.#find(node.key, stack);
        const is_false = value === null || value === false || value === '' || (Array.isArray(value) && !value.length);
        if (node.kind === '^') out += is_false ? this.#walk(node.children, stack, blocks) : '';
        else if (node.kind === '#') {
          if (is_false) continue;
          const items = Array.isArray(value) ? value.map((one) => ({ value: one, path: `${path}[]` })) : [{ value, path }];
          for (const item of items) out += this.#walk(node.children, [...stack, item], blocks);
        } else {
          if (value !== null && typeof value === 'object') throw new Error(`${node.key} is no text`);
          const text = value === null ? '' : String(value);
          out += node.kind === '&' ? text : text.replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
        }
      }
    }
    return out;
  }
}
