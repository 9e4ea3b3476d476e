#!/usr/bin/env python3
"""Seeds the corpora of the readers from tests/data/readers: packages also as parts in plain text."""
import glob
import os
import subprocess
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
DATA = os.path.join(HERE, '..', '..', 'data', 'readers')


def seed(target, name, data):
    folder = os.path.join(HERE, target)
    os.makedirs(folder, exist_ok=True)
    if len(data) <= 20000:
        with open(os.path.join(folder, name), 'wb') as out:
            out.write(data)


def parts(path):
    with zipfile.ZipFile(path) as z:
        return b''.join(b'@@@ ' + n.encode() + b'\n' + z.read(n) for n in z.namelist())


for path in sorted(glob.glob(os.path.join(DATA, '*.*'))):
    name = os.path.basename(path)
    kind = name.rsplit('.', 1)[1]
    with open(path, 'rb') as f:
        data = f.read()
    if kind == 'py' or name == 'bomb.docx':
        continue
    if kind != 'pdf':
        seed('reader_dispatch', name, data)
    if kind in ('txt', 'csv', 'html', 'eml', 'docx', 'xlsx', 'ofd'):
        seed('reader_' + kind, name, data)
    if name in ('plain.docx', 'office.docx', 'plain.xlsx', 'plain.ofd'):
        seed('reader_' + kind, name + '.parts', parts(path))
xhtml = subprocess.run(['pdftotext', '-bbox-layout', os.path.join(DATA, 'plain.pdf'), '-'], capture_output=True, check=True).stdout
seed('reader_pdf', 'plain.xhtml', xhtml)
seed('reader_wire', 'failure', b'BHD1E' + (7).to_bytes(4, 'little') + (12).to_bytes(4, 'little') + b'reader.empty' + bytes(4) + b'END.')
empty = bytes(4) * 3
seed('reader_wire', 'document', b'BHD1D' + (1).to_bytes(4, 'little') + empty + (1).to_bytes(4, 'little') +
     (1).to_bytes(4, 'little') + b'a' + (2).to_bytes(4, 'little') + b'p1' + bytes(4) + bytes(4) * 11 + b'END.')
