#!/usr/bin/env python3
"""Rules on the sources that no compiler checks: layers, foreign headers, lengths, banned calls, ASCII, SQL, headers that
compile alone, permissions that exist.  Prints TAP.

    sources.py SOURCE_ROOT BUILD_ROOT CC [CFLAG...]
"""
import concurrent.futures
import glob
import os
import re
import subprocess
import sys
import tempfile

root, build, cc, flags = sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]
os.chdir(root)

# DESIGN.md: base < text,calendar < db < record < loop,watch < intake,publish,access < serve,cli < main
LAYERS = [{'base'}, {'text', 'calendar'}, {'db'}, {'record'}, {'loop', 'watch'}, {'intake', 'publish', 'access'}, {'serve'}, {'cli'}]
LEVEL = {room: level for level, rooms in enumerate(LAYERS) for room in rooms}
# Shown by every room, owned by serve: the texts people read have no dependency but base.
OPEN_HEADERS = {'serve/messages.h'}
STANDARD = {
    'assert', 'ctype', 'dirent', 'errno', 'fcntl', 'glob', 'grp', 'inttypes', 'limits', 'locale', 'math', 'netdb', 'poll', 'pthread', 'pwd', 'regex',
    'sched', 'setjmp', 'signal', 'stdalign', 'stdarg', 'stdatomic', 'stdbool', 'stddef', 'stdint', 'stdio', 'stdlib', 'stdnoreturn', 'string',
    'strings', 'time', 'unistd', 'spawn', 'ftw', 'syslog', 'getopt', 'malloc', 'elf', 'semaphore', 'uchar', 'wchar'}
BANNED = ['strcpy', 'strcat', 'sprintf', 'vsprintf', 'strncpy', 'strtok', 'atoi', 'atol', 'atof', 'gets', 'system', 'popen', 'alloca']
LINES_MAX = 600
CHINESE_TABLES = re.compile(r'^src/(text/|intake/outline|intake/draft_build)')
# Programs that run while building, with no room of their own.
BUILD_TOOLS = {'src/serve/static_embed.c', 'src/serve/template_embed.c', 'src/serve/messages_compile.c', 'src/calendar/maketable.c'}
# Digests belong to text, password hashes to access; neither may stand on the other's wrapper.
TWO_USERS = {'sodium.h': {'src/access/password.c', 'src/text/digest.c'}}
# Compares all tables of two databases by the names that the engine gives; no statement could be named before.
MAINTENANCE = {'src/record/maintain.c'}

sources = sorted(p for p in glob.glob('src/**/*.[ch]', recursive=True))
results = []


def read(path):
    with open(path, encoding='utf-8') as file:
        return file.read()


texts = {path: read(path) for path in sources}


def without_comments(text):
    return re.sub(r'/\*.*?\*/|//[^\n]*', lambda m: '\n' * m.group(0).count('\n'), text, flags=re.S)


def without_strings(text):
    return re.sub(r'"(\\.|[^"\\\n])*"|\'(\\.|[^\'\\\n])*\'', '""', text)


codes = {path: without_comments(text) for path, text in texts.items()}


def check(name, faults):
    results.append((name, faults))


def room(path):
    parts = path.split('/')
    return parts[1] if len(parts) > 2 else None


faults = []
for path, code in codes.items():
    for header in re.findall(r'^\s*#\s*include\s+"([^"]+)"', code, re.M):
        other = header.split('/')[0]
        if '/' not in header or other not in LEVEL or room(path) is None or header in OPEN_HEADERS:
            continue
        mine = room(path)
        if other != mine and LEVEL[other] >= LEVEL[mine] and not (mine == 'serve' and LEVEL[other] < LEVEL['serve']):
            faults.append(f'{path} includes {header}')
check('rooms include only rooms below them', faults)

users = {}
for path, code in codes.items():
    if path in BUILD_TOOLS:
        continue
    for header in re.findall(r'^\s*#\s*include\s+<([^>]+)>', code, re.M):
        name = header[:-2]
        if name in STANDARD or name.startswith(('sys/', 'netinet/', 'arpa/', 'linux/', 'net/')):
            continue
        users.setdefault(header, []).append(path)
faults = [f'{header}: {", ".join(paths)}' for header, paths in sorted(users.items())
          if (len(paths) > 1 and set(paths) != TWO_USERS.get(header)) or not paths[0].endswith('.c')]
check('each foreign header is included by one .c', faults)

faults = [f'{path}: {text.count(chr(10))} lines' for path, text in texts.items() if text.count('\n') > LINES_MAX]
check(f'no file is over {LINES_MAX} lines', faults)

call = re.compile(r'(?<![\w>.])(' + '|'.join(BANNED) + r')\s*\(')
faults = []
for path, code in codes.items():
    for number, line in enumerate(without_strings(code).split('\n'), 1):
        for name in call.findall(line):
            faults.append(f'{path}:{number}: {name}')
check('no banned call', faults)

faults = []
for path, text in texts.items():
    if not text.isascii() and not CHINESE_TABLES.match(path):
        line = next(n for n, s in enumerate(text.split('\n'), 1) if not s.isascii())
        faults.append(f'{path}:{line}')
check('sources are ASCII but for tables of Chinese marks', faults)

statement = re.compile(r'"\s*(SELECT\s.+\sFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|CREATE\s+TABLE|ALTER\s+TABLE)\b')
faults = []
for path, code in codes.items():
    if path in MAINTENANCE or room(path) == 'db':  # the migrator's own table, pragmas and checks of the engines
        continue
    for number, line in enumerate(code.split('\n'), 1):
        if statement.search(line):
            faults.append(f'{path}:{number}')
check('no SQL in C', faults)

faults = []
for path in sorted(glob.glob('sql/query/*.sql')):
    blocks = re.split(r'^-- :(?:name|list)\s+', read(path), flags=re.M)[1:]
    for block in blocks:
        name = block.split()[0]
        has_reason = re.search(r'^-- unscoped: \S', block, re.M)
        has_scope = re.search(r'^-- scope: \S', block, re.M) and ('{scope ' in block or ' like ' in block.split('\n')[0])
        if not has_reason and not has_scope:
            faults.append(f'{path}: {name}')
check('every query has a scope or says why not', faults)

perms = set(re.findall(r'^PERM\((\w+)', read('data/roles.def'), re.M))
faults = [f'{path}: {perm}' for path, perm in re.findall(r'^ROUTE\(\w+,\s*"([^"]+)",\s*(\w+)', read('data/routes.def'), re.M)
          if perm not in perms and perm != 'PUBLIC']
commands = re.findall(r'^COMMAND\((\w+)\)', read('data/commands.def'), re.M)
all_code = '\n'.join(codes.values())
for command in commands:
    body = re.search(r'const struct command command_%s = \{(.*?)\};' % command, all_code, re.S)
    perm = body and re.search(r'\.perm = PERM_(\w+)', body.group(1))
    if not perm or perm.group(1) not in perms:
        faults.append(f'command {command}')
check('every route and command names a permission that exists', faults)

for kind, pattern in (('route', r'^ROUTE\((\w+,\s*"[^"]+")'), ('command', r'^COMMAND\((\w+)\)')):
    rows = re.findall(pattern, read(f'data/{kind}s.def'), re.M)
    check(f'no {kind} stands twice', sorted({row for row in rows if rows.count(row) > 1}))

words = re.compile(r'\b(TODO|FIXME|XXX|HACK)\b')
faults = [f'{path}:{n}' for path, text in texts.items() for n, line in enumerate(text.split('\n'), 1) if words.search(line)]
check('nothing is left for later', faults)


def compile_alone(header):
    with tempfile.NamedTemporaryFile('w', suffix='.c') as file:
        file.write(f'#include "{header}"\n')
        file.flush()
        run = subprocess.run([cc, '-std=gnu17', '-fsyntax-only', '-D_GNU_SOURCE', '-DBIHUAN_VERSION="0"', '-Isrc', f'-I{build}/src', f'-I{build}/src/db',
                              *flags, file.name], capture_output=True, text=True, check=False)
        return None if run.returncode == 0 else f'{header}: {run.stderr.splitlines()[0] if run.stderr else "failed"}'


headers = [path[4:] for path in sources if path.endswith('.h')]
with concurrent.futures.ThreadPoolExecutor(2) as pool:
    check('every header compiles alone', [fault for fault in pool.map(compile_alone, headers) if fault])

print(f'1..{len(results)}')
failed = False
for number, (name, found) in enumerate(results, 1):
    print(f'{"not ok" if found else "ok"} {number} - {name}')
    for fault in found:
        print(f'# {fault}')
    failed |= bool(found)
sys.exit(1 if failed else 0)
