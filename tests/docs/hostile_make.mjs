// hostile_make.mjs DIR: writes hostile and damaged files into DIR and DIR/cases.tsv: name, what must come of it, what must be in
// the text.  "ok" is a correct read; anything else is the message key of the one failure.
import { mkdirSync, writeFileSync, openSync, writeSync, closeSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { zip } from '../e2e/zip.mjs';

const out = process.argv[2];
const samples = join(dirname(fileURLToPath(import.meta.url)), '..', 'data', 'readers');
mkdirSync(out, { recursive: true });
const rows = [];


function add(name, bytes, expect, check = '') {
  writeFileSync(join(out, name), bytes);
  rows.push([name, expect, check].join('\t'));
}

const xml = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n';
const W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';
const REL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/';
const types = xml + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>';
const relations = (list) =>
  xml + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' +
  list.map(([id, type, to, more = '']) => `<Relationship Id="${id}" Type="${REL}${type}" Target="${to}" ${more}/>`).join('') + '</Relationships>';
const p = (text, inner = '') => `<w:p><w:pPr>${inner}</w:pPr><w:r><w:t>${text}</w:t></w:r></w:p>`;
const docxParts = (document, extra = [], list = []) => [
  { name: '[Content_Types].xml', data: types },
  { name: '_rels/.rels', data: relations([['r1', 'officeDocument', 'word/document.xml']]) },
  { name: 'word/_rels/document.xml.rels', data: relations(list) },
  { name: 'word/document.xml', data: document }, ...extra];
const body = (inner) => xml + `<w:document ${W} ${R}><w:body>${inner}</w:body></w:document>`;
const docx = (inner, extra, list, options) => zip(docxParts(body(inner), extra, list), options);

const S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';
const xlsxParts = (sheet, extra = [], list = []) => [
  { name: '[Content_Types].xml', data: types },
  { name: '_rels/.rels', data: relations([['r1', 'officeDocument', 'xl/workbook.xml']]) },
  { name: 'xl/workbook.xml', data: xml + `<workbook ${S} ${R}><sheets><sheet name="台账" sheetId="1" r:id="r1"/></sheets></workbook>` },
  { name: 'xl/_rels/workbook.xml.rels', data: relations([['r1', 'worksheet', 'worksheets/sheet1.xml'], ...list]) },
  { name: 'xl/worksheets/sheet1.xml', data: sheet }, ...extra];
const sheet = (inner, head = '') => xml + `<worksheet ${S}>${head}<sheetData>${inner}</sheetData></worksheet>`;
const text = (ref, value) => `<c r="${ref}" t="inlineStr"><is><t>${value}</t></is></c>`;
const xlsx = (inner, extra, list, head) => zip(xlsxParts(sheet(inner, head), extra, list));

const O = 'xmlns:ofd="http://www.ofdspec.org/2016"';
const ofd = (parts) => zip(parts.map(([name, data]) => ({ name, data })));
const ofdRoot = ['OFD.xml', xml + `<ofd:OFD ${O} DocType="OFD"><ofd:DocBody><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>`];
const ofdDocument = (pages) => ['Doc_0/Document.xml', xml + `<ofd:Document ${O}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>${pages}</ofd:Pages></ofd:Document>`];
const ofdPage = (inner) => xml + `<ofd:Page ${O}><ofd:Content><ofd:Layer>${inner}</ofd:Layer></ofd:Content></ofd:Page>`;
const ofdText = '<ofd:TextObject ID="1" Boundary="40 60 160 5" Font="1" Size="5"><ofd:TextCode X="0" Y="5" DeltaX="g 3 5">整改情况</ofd:TextCode></ofd:TextObject>';

const pdf = (objects, trailer = '<</Root 1 0 R>>') => '%PDF-1.4\n' + objects.join('\n') + `\ntrailer${trailer}\n%%EOF\n`;
const stream = (s, dict = '') => `<<${dict}/Length ${Buffer.byteLength(s, 'latin1')}>>stream\n${s}\nendstream`;
const page = (content, more = '') => [
  `1 0 obj<</Type/Catalog/Pages 2 0 R${more}>>endobj`, '2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj',
  '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj',
  `4 0 obj${stream(content)}endobj`, '5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj'];
const words = 'BT /F1 16 Tf 72 700 Td (Rectification report) Tj ET';

// Bombs.
const spaces = Buffer.alloc(64 << 20, 32);
add('ratio.docx', zip(docxParts(spaces)), 'reader.zip_bomb');
add('ratio.xlsx', zip(xlsxParts(spaces)), 'reader.zip_bomb');
add('ratio.ofd', zip([{ name: 'OFD.xml', data: spaces }]), 'reader.zip_bomb');
const inner = zip([{ name: 'a.txt', data: Buffer.alloc(1 << 20, 97) }]);
add('nested.zip', zip(Array.from({ length: 16 }, (_, i) => ({ name: `lib ${i}.zip`, data: inner }))), 'reader.archive');
let shell = inner;
for (let i = 0; i < 6; i++) shell = zip(Array.from({ length: 10 }, (_, k) => ({ name: `${k}.zip`, data: shell })));
add('forty-two.zip', shell, 'reader.archive');
add('nested-in.docx', docx(p('正文'), [{ name: 'word/embeddings/42.zip', data: shell }]), 'ok', '正文');
const many = Array.from({ length: 12000 }, (_, i) => ({ name: `x/${i}`, data: '', store: true }));
add('many-entries.docx', zip([...docxParts(body(p('x'))), ...many]), 'reader.zip_many');
const overlap = { name: 'word/document.xml', data: body(p('重叠')) };
add('overlapping.docx', zip([...docxParts(body(p('甲'))), { ...overlap, name: 'word/b.xml', offset: 0 }]), 'reader.zip_broken|ok');
add('size-4g.docx', zip(docxParts(body(p('甲'))).map((x) => ({ ...x, size: 0xfffffff0 }))), 'reader.zip_bomb|reader.zip_broken');
add('size-small.docx', zip(docxParts(body(p('甲'.repeat(5000)))).map((x) => ({ ...x, size: 20 }))), 'reader.zip_broken');
add('bad-crc.docx', zip(docxParts(body(p('甲'))).map((x) => ({ ...x, crc: 1 }))), 'reader.zip_broken');
add('method-99.docx', zip(docxParts(body(p('甲'))).map((x) => ({ ...x, method: 99 }))), 'reader.zip_cut');
add('method-12.docx', zip(docxParts(body(p('甲'))).map((x) => ({ ...x, method: 12 }))), 'reader.zip_broken');
add('encrypted-entry.docx', zip(docxParts(body(p('甲'))).map((x) => ({ ...x, flags: 1 }))), 'reader.encrypted');
add('garbage-deflate.docx', zip(docxParts(body(p('甲'))).map((x) => ({ ...x, packed: Buffer.alloc(400, 0xff) }))), 'reader.zip_broken');
const laughs = '<!DOCTYPE d [<!ENTITY a "ha">' + 'bcdefghij'.split('').map((c, i) => `<!ENTITY ${c} "${`&${'abcdefghi'[i]};`.repeat(10)}">`).join('') + ']>';
add('laughs.docx', zip(docxParts(xml + laughs + '<d>&j;</d>')), 'reader.xml_entities');
add('laughs.xlsx', zip(xlsxParts(xml + laughs + '<d>&j;</d>')), 'reader.xml_entities');
add('laughs.ofd', ofd([['OFD.xml', xml + laughs + '<d>&j;</d>']]), 'reader.xml_entities');
add('quadratic.docx', zip(docxParts(xml + `<!DOCTYPE d [<!ENTITY a "${'x'.repeat(50000)}">]><d>${'&a;'.repeat(50000)}</d>`)), 'reader.xml_entities');
add('external-dtd.docx', zip(docxParts(xml + '<!DOCTYPE d SYSTEM "http://127.0.0.1:9/x.dtd"><d/>')), 'reader.xml_entities');
add('external-entity.xlsx', zip(xlsxParts(xml + '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]><d>&x;</d>')), 'reader.xml_entities');
add('parameter-entity.ofd', ofd([['OFD.xml', xml + '<!DOCTYPE d [<!ENTITY % x SYSTEM "file:///etc/passwd"> %x;]><d/>']]), 'reader.xml_entities');
add('deep.docx', docx('<w:sdt>'.repeat(100000) + '</w:sdt>'.repeat(100000)), 'reader.nesting');
add('deep.xlsx', xlsx('<row>'.repeat(100000)), 'reader.nesting|reader.xml_broken');
add('deep.ofd', ofd([ofdRoot, ofdDocument('<ofd:Page ID="1" BaseLoc="P.xml"/>'), ['Doc_0/P.xml', ofdPage('<ofd:PageBlock>'.repeat(50000))]]), 'reader.nesting');
add('deep-tables.docx', docx('<w:tbl><w:tr><w:tc>'.repeat(3000) + p('x') + '</w:tc></w:tr></w:tbl>'.repeat(3000)), 'reader.nesting');
add('attributes.docx', docx(`<w:p ${Array.from({ length: 60000 }, (_, i) => `a${i}="1"`).join(' ')}><w:r><w:t>属性</w:t></w:r></w:p>`), 'ok|reader.xml_broken|reader.too_much', '');
add('long-name.docx', docx(`<w:${'n'.repeat(1 << 20)}/>` + p('长名')), 'ok', '长名');

// Cut and changed packages: at every tenth part of the file.
for (const sample of ['plain.docx', 'plain.xlsx', 'plain.ofd']) {
  const whole = readFileSync(join(samples, sample));
  for (let i = 1; i < 10; i += 2)
    add(`cut-${i}-${sample}`, whole.subarray(0, Math.floor((whole.length * i) / 10)), 'reader.zip_cut');
  add(`cut-22-${sample}`, whole.subarray(0, whole.length - 22), 'reader.zip_cut');
  const holes = Buffer.from(whole);
  holes.fill(0, 200, 700);
  add(`holes-${sample}`, holes, 'reader.zip_broken');
}
add('four-bytes.docx', 'PK\x03\x04', 'reader.archive');
add('end-only.docx', zip([]), 'reader.archive');
add('prefix.docx', docx(p('前有杂物'), [], [], { prefix: '#!/bin/sh\nexit 1\n' }), 'reader.not_text|reader.zip_broken');
add('comment.docx', docx(p('后有注释'), [], [], { comment: 'x'.repeat(3000) }), 'ok', '后有注释');
add('count-lies.docx', docx(p('x'), [], [], { count: 60000 }), 'reader.zip_cut');
add('twice.docx', zip([...docxParts(body(p('先'))), { name: 'word/document.xml', data: body(p('后')) }]), 'reader.zip_broken|ok');
add('symlink.docx', zip([...docxParts(body(p('链接'))), { name: 'word/media/a', data: '/etc/passwd', store: true, mode: 0o120777 }]), 'ok', '链接');
for (const [name, path] of [['up', '../../etc/passwd'], ['root', '/etc/passwd'], ['drive', 'C:\\x'], ['back', '..\\..\\x']])
  add(`path-${name}.docx`, docx(p('路径'), [{ name: path, data: 'x' }]), 'reader.zip_path');
add('path-nul.docx', docx(p('路径'), [{ name: 'a\0b', data: 'x' }]), 'ok', '路径'); // libzip ends the name at the NUL
add('part-upward.docx', zip([
  { name: '[Content_Types].xml', data: types }, { name: '_rels/.rels', data: relations([['r1', 'officeDocument', '../../../etc/passwd']]) },
  { name: 'word/document.xml', data: body(p('退路')) }]), 'ok|reader.part_missing', '');

// Office documents.
add('macro.docm', docx(p('x'), [{ name: 'word/vbaProject.bin', data: 'x' }]), 'reader.macro');
add('macro.xlsm', xlsx('', [{ name: 'xl/vbaProject.bin', data: 'x' }]), 'reader.macro');
const ole = Buffer.concat([Buffer.from('d0cf11e0a1b11ae1', 'hex'), Buffer.alloc(2000)]);
add('old.doc', ole, 'reader.old_office');
add('old.xls', ole, 'reader.old_office');
add('locked.docx', Buffer.concat([ole, Buffer.from('EncryptedPackage', 'utf16le'), Buffer.alloc(100)]), 'reader.encrypted');
add('external.docx', docx(p('外链') + '<w:hyperlink r:id="x1"><w:r><w:t>点此</w:t></w:r></w:hyperlink>', [], [['x1', 'hyperlink', 'http://127.0.0.1:9/', 'TargetMode="External"'], ['x2', 'attachedTemplate', 'http://127.0.0.1:9/t.dotm', 'TargetMode="External"']]), 'ok', '外链');
const styles = (inner) => xml + `<w:styles ${W}>${inner}</w:styles>`;
add('cyclic-styles.docx', docx(p('循环样式', '<w:pStyle w:val="a"/>'), [{ name: 'word/styles.xml', data: styles('<w:style w:type="paragraph" w:styleId="a"><w:basedOn w:val="b"/></w:style><w:style w:type="paragraph" w:styleId="b"><w:basedOn w:val="a"/></w:style>') }], [['r2', 'styles', 'styles.xml']]), 'ok', '循环样式');
add('long-styles.docx', docx(p('样式链', '<w:pStyle w:val="s0"/>'), [{ name: 'word/styles.xml', data: styles(Array.from({ length: 20000 }, (_, i) => `<w:style w:type="paragraph" w:styleId="s${i}"><w:basedOn w:val="s${i + 1}"/></w:style>`).join('')) }], [['r2', 'styles', 'styles.xml']]), 'ok', '样式链');
const numbering = xml + `<w:numbering ${W}><w:abstractNum w:abstractNumId="0"><w:numStyleLink w:val="n"/><w:lvl w:ilvl="0"><w:start w:val="99999999999"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1%2%3%4%5%6%7%8%9%0%%"/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="77"/></w:num></w:numbering>`;
add('cyclic-numbering.docx', docx(p('编号循环', '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="1"/></w:numPr>') + p('编号无着', '<w:numPr><w:ilvl w:val="99"/><w:numId w:val="2"/></w:numPr>'), [{ name: 'word/numbering.xml', data: numbering }], [['r2', 'numbering', 'numbering.xml']]), 'ok', '编号无着');
add('wide-span.docx', docx(`<w:tbl><w:tr><w:tc><w:tcPr><w:gridSpan w:val="2000000000"/></w:tcPr>${p('宽')}</w:tc></w:tr></w:tbl>`), 'reader.table_too_wide|ok', '');
add('no-body.docx', zip(docxParts(xml + '<d/>')), 'reader.no_text|reader.part_missing');
add('no-document.docx', zip([{ name: '[Content_Types].xml', data: types }, { name: 'word/x.xml', data: '<a/>' }]), 'reader.part_missing');
add('broken-xml.docx', zip(docxParts(body('<w:p><w:r><w:t>未闭合'))), 'reader.xml_broken');
add('latin1-xml.docx', zip(docxParts(Buffer.concat([Buffer.from(xml + `<w:document ${W}><w:body><w:p><w:r><w:t>`), Buffer.from([0xe9, 0xff, 0xfe]), Buffer.from('</w:t></w:r></w:p></w:body></w:document>')]))), 'reader.xml_broken');
add('utf16-xml.docx', zip(docxParts(Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(`<w:document ${W}><w:body>${p('宽码')}</w:body></w:document>`, 'utf16le')]))), 'ok', '宽码');
add('long-paragraph.docx', docx(p('长'.repeat(1 << 20))), 'reader.line_too_long');

// Workbooks.
add('last-cell.xlsx', xlsx(`<row r="1048576">${text('XFD1048576', '末格')}</row>`, [], [], '<dimension ref="A1:XFD1048576"/>'), 'ok', '末格');
add('beyond.xlsx', xlsx(`<row r="1">${text('A1', '首格')}${text('ZZZ9', '界外')}${text('A99999999', '界外')}</row>`), 'ok', '首格');
add('wide-row.xlsx', xlsx(`<row r="1">${Array.from({ length: 16384 }, () => '<c t="inlineStr"><is><t>格</t></is></c>').join('')}</row>`), 'ok', '格');
add('merge-all.xlsx', zip(xlsxParts(sheet(`<row r="1">${text('A1', '合并')}</row>`).replace('</worksheet>', '<mergeCells><mergeCell ref="A1:XFD1048576"/><mergeCell ref="B2:A1"/><mergeCell ref="?"/></mergeCells></worksheet>'))), 'ok', '合并');
add('no-such-string.xlsx', xlsx(`<row r="1"><c r="A1" t="s"><v>4000000000</v></c>${text('B1', '有字')}</row>`), 'ok', '有字');
add('long-cell.xlsx', xlsx(`<row r="1">${text('A1', '长'.repeat(1 << 20))}</row>`), 'reader.line_too_long');
add('long-number.xlsx', xlsx(`<row r="1"><c r="A1"><v>${'9'.repeat(100000)}E999999999</v></c>${text('B1', '大数')}</row>`), 'ok', '大数');
add('external-link.xlsx', xlsx(`<row r="1"><c r="A1" t="str"><f>'[http://127.0.0.1:9/a.xlsx]S'!A1</f><v>缓存值</v></c></row>`), 'ok', '缓存值');
add('dde.xlsx', xlsx(`<row r="1">${text('A1', '只有字')}</row>`, [{ name: 'xl/externalLinks/externalLink1.xml', data: '<externalLink xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><ddeLink ddeService="cmd" ddeTopic="/c calc"/></externalLink>' }]), 'ok', '只有字');
add('laughs-sheet.xlsx', zip(xlsxParts('<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet><sheetData><row r="1"><c t="inlineStr"><is><t>&b;</t></is></c></row></sheetData></worksheet>')), 'reader.xml_entities|reader.xml_doctype|reader.xml_broken');
add('command.xlsx', xlsx(`<row r="1">${text('A1', "=cmd|'/c calc'!A0")}</row>`), 'ok', '=cmd');
add('missing-sheet.xlsx', zip(xlsxParts(sheet('')).slice(0, 4)), 'reader.part_missing');
add('million-rows.xlsx', xlsx(Array.from({ length: 420000 }, (_, i) => `<row><c><v>${(i * 7919) % 1000003}</v></c></row>`).join('')), 'reader.too_much');

// Portable documents.
add('javascript.pdf', pdf(page(words, '/OpenAction<</S/JavaScript/JS(app.alert(1))>>')), 'ok', 'Rectification');
add('launch.pdf', pdf(page(words, '/OpenAction<</S/Launch/F(/bin/sh)>>')), 'ok', 'Rectification');
add('encrypted.pdf', pdf(page(words), `<</Root 1 0 R/ID[<00><00>]/Encrypt<</Filter/Standard/V 1/R 2/P -4/O<${'41'.repeat(32)}>/U<${'42'.repeat(32)}>>>>>`), 'reader.encrypted|reader.pdf_broken');
add('loop-pages.pdf', pdf(['1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj', '2 0 obj<</Type/Pages/Kids[2 0 R 2 0 R]/Count 2>>endobj']), 'reader.pdf_no_text|reader.pdf_broken');
add('loop-form.pdf', pdf([...page('/X Do').slice(0, 2), '3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</XObject<</X 6 0 R>>>>>>endobj', `4 0 obj${stream('/X Do')}endobj`, `6 0 obj${stream('/X Do', '/Type/XObject/Subtype/Form/BBox[0 0 9 9]/Resources<</XObject<</X 6 0 R>>>>')}endobj`]), 'reader.pdf_no_text');
add('no-text.pdf', pdf(page('0 0 m 9 9 l S')), 'reader.pdf_no_text');
add('count-lies.pdf', pdf(page(words)).replace('/Count 1', '/Count 2000000000'), 'ok|reader.pdf_broken|reader.pdf_no_text', '');
add('head-only.pdf', '%PDF-1.7\n', 'reader.pdf_broken');
add('noise.pdf', Buffer.concat([Buffer.from('%PDF-1.4\n'), Buffer.alloc(100000, 0xa5)]), 'reader.pdf_broken');
add('deep-array.pdf', pdf(['1 0 obj<</Type/Catalog/Pages ' + '['.repeat(200000) + '>>endobj']), 'reader.pdf_broken|reader.pdf_no_text|reader.crashed');
add('no-document.ofd', ofd([ofdRoot]), 'reader.part_missing');
add('no-root.ofd', ofd([['Doc_0/Document.xml', xml + '<a/>'], ['OFD.xml', xml + `<ofd:OFD ${O}/>`]]), 'reader.part_missing');
add('no-page.ofd', ofd([ofdRoot, ofdDocument('<ofd:Page ID="1" BaseLoc="Pages/0/Content.xml"/>')]), 'reader.part_missing');
add('self-template.ofd', ofd([ofdRoot, ofdDocument('<ofd:Page ID="1" BaseLoc="P.xml"/>'), ['Doc_0/P.xml', ofdPage(ofdText).replace('<ofd:Content>', '<ofd:Template TemplateID="1"/><ofd:Content>')]]), 'ok', '整改情况');
add('up.ofd', ofd([ofdRoot, ofdDocument('<ofd:Page ID="1" BaseLoc="../../../../etc/passwd"/>')]), 'reader.part_missing|reader.zip_path');

// Mails and pages.
const part = (i) => `Content-Type: multipart/mixed; boundary="b${i}"\r\n\r\n--b${i}\r\n`;
add('nested.eml', 'From: a@example.com\r\nSubject: x\r\n' + Array.from({ length: 10000 }, (_, i) => part(i)).join('') + 'Content-Type: text/plain\r\n\r\nend\r\n', 'reader.nesting|reader.mail_broken|reader.no_text|ok');
add('messages.eml', 'From: a@example.com\r\nSubject: x\r\n' + 'Content-Type: message/rfc822\r\n\r\n'.repeat(10000) + 'end', 'reader.nesting|reader.mail_broken|reader.no_text|ok');
add('parts.eml', 'From: a@example.com\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n' + '--b\r\nContent-Type: text/plain\r\n\r\n段\r\n'.repeat(10000) + '--b--\r\n', 'reader.nesting');
add('base64.eml', 'From: a@example.com\r\nSubject: x\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n!!!!' + Buffer.from('正文在此。').toString('base64') + '====', 'ok');
add('no-end.eml', 'From: a@example.com\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n未完', 'ok', '未完');
add('charset.eml', 'From: a@example.com\r\nSubject: x\r\nContent-Type: text/plain; charset=no-such-charset\r\n\r\nplain words\r\n', 'ok', 'plain words');
add('name.eml', 'From: a@example.com\r\nSubject: x\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nwords\r\n--b\r\nContent-Type: text/plain; name="../../etc/passwd"\r\nContent-Disposition: attachment; filename="../../etc/passwd"\r\n\r\nx\r\n--b--\r\n', 'ok', 'words');
add('divs.html', '<!DOCTYPE html><body>' + '<div>'.repeat(100000) + '深处' + '</div>'.repeat(100000), 'reader.nesting');
add('spans.html', '<!DOCTYPE html><body>' + '<span>'.repeat(100000) + '深处', 'ok', '深处');
add('open-tables.html', '<!DOCTYPE html><body>' + '<table><tr><td>'.repeat(5000) + '表', 'reader.nesting');
add('spans-table.html', '<!DOCTYPE html><table><tr><td rowspan=999999999 colspan=999999999>大格</td></tr></table>', 'ok|reader.table_too_wide', '');
add('script.html', '<!DOCTYPE html><body><script>alert(1)</script><p onclick="x()">只有字</p><img src=x onerror=alert(1)><iframe src="file:///etc/passwd"></iframe>', 'ok', '只有字');
add('entities.html', '<!DOCTYPE html><p>&#x110000;&#xD800;&#0;&nosuch;&amp;尾</p>', 'ok', '尾');
add('attributes.html', '<!DOCTYPE html><p ' + Array.from({ length: 8000 }, (_, i) => `a${i}=1`).join(' ') + '>属性多</p>', 'ok|reader.timeout', '');
add('open-comment.html', '<!DOCTYPE html><p>前</p><!--' + '-'.repeat(1 << 20), 'ok', '前');
add('nul.html', '<!DOCTYPE html><p>a\0b 中\0文</p>', 'reader.not_text');

// Text and its encodings.
const prose = '关于整改进展情况的通报\n一、总体情况。认真落实整改责任，建立问题清单。\n二、下一步安排。\n';
add('overlong.txt', Buffer.concat([Buffer.from(prose.repeat(4)), Buffer.from([0xc0, 0xaf, 0xe0, 0x80, 0xaf, 0xf0, 0x80, 0x80, 0xaf]), Buffer.from('尾')]), 'reader.charset');
add('surrogate.txt', Buffer.concat([Buffer.from(prose.repeat(4)), Buffer.from([0xed, 0xa0, 0x80, 0xed, 0xb0, 0x80])]), 'ok', '总体情况');
add('surrogate-16.txt', Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(prose, 'utf16le'), Buffer.from([0x00, 0xd8, 0x41, 0x00])]), 'ok', '总体情况');
add('odd-16.txt', Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(prose, 'utf16le').swap16(), Buffer.from([0x4e])]), 'ok', '总体情况');
add('utf32.txt', Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), Buffer.from('a\0\0\0b\0\0\0')]), 'reader.not_text|reader.charset|ok');
add('utf7.txt', '+ZXRl+G8- rectification report +AGE-\n', 'ok', 'rectification');
add('mixed.txt', Buffer.concat([Buffer.from(prose), Buffer.from([0xb5, 0xb3, 0xce, 0xaf, 0xd5, 0xfb, 0xb8, 0xc4, 0x0a]), Buffer.from(prose)]), 'reader.charset');
add('wrong-head.html', Buffer.concat([Buffer.from('<!DOCTYPE html><meta charset="gb2312"><p>'), Buffer.from(prose), Buffer.from('</p>')]), 'ok', '');
add('carriage.txt', prose.replaceAll('\n', '\r'), 'ok', '下一步安排');
add('separators.txt', '甲\u2028乙\u2029丙\u0085丁\v戊\f己\n', 'ok', '丙');
add('bidi.txt', '正文\u202E反向\u2066隔离\u200F结束\n', 'ok', '正文');
add('nul.txt', prose.repeat(3) + '\0\0尾', 'ok|reader.not_text', '');
add('all-nul.txt', Buffer.alloc(4096), 'reader.empty');
add('controls.txt', prose + Array.from({ length: 32 }, (_, i) => String.fromCharCode(i || 1)).join('') + '尾\n', 'ok|reader.not_text', '');
add('empty.txt', '', 'reader.empty');
add('blank.txt', ' \r\n\u3000\ufeff\n', 'reader.no_text|reader.empty');
add('combining.txt', 'a' + '\u0301'.repeat(200000) + '\n', 'ok', 'a');
add('noise.bin', Buffer.from(Array.from({ length: 65536 }, (_, i) => (i * 7919 + (i >> 3) * 104729) & 255)), 'reader.not_text|reader.charset');
add('marks.txt', '一、'.repeat(50000), 'ok', '一、');
add('quotes.txt', '“'.repeat(100000) + '\n' + '《'.repeat(100000), 'ok', '《');
for (const [name, formula] of [['command', "=cmd|'/c calc'!A0"], ['sum', '@SUM(1+1)*cmd|x'], ['plus', '+1+cmd|x'], ['minus', '-2+3+cmd|x'], ['tab', '"\t=1+1"'], ['dde', '=DDE("cmd";"/c";"x")']])
  add(`formula-${name}.csv`, `序号,问题,措施\n1,${formula},建账\n`, 'ok', '建账');
add('open-quote.csv', '序号,问题\n1,"没有结束\n2,x\n', 'ok', '没有结束');
add('columns.csv', '题,'.repeat(20000) + '\n', 'reader.table_too_wide|ok');
add('long-cell.csv', '序号,问题\n1,"' + '长'.repeat(1 << 20) + '"\n', 'reader.line_too_long');
add('ragged.csv', '序号,问题,措施\n1\n,,,,,,,\n2,甲,乙,丙,丁\n', 'ok', '丁');
add('picture.txt', Buffer.from('89504e470d0a1a0a0000', 'hex'), 'reader.image');
add('text.rtf', '{\\rtf1 x}', 'reader.rtf');
add('open.odt', zip([{ name: 'mimetype', data: 'application/vnd.oasis.opendocument.text', store: true }, { name: 'content.xml', data: '<a/>' }]), 'reader.odf');
add('slides.pptx', zip([{ name: '[Content_Types].xml', data: types }, { name: 'ppt/presentation.xml', data: '<a/>' }]), 'reader.slides');
add('binary.xlsb', zip([{ name: '[Content_Types].xml', data: types }, { name: 'xl/workbook.bin', data: 'x' }]), 'reader.xlsb');
add('archive.gz', Buffer.from('1f8b0800000000000003', 'hex'), 'reader.archive');

// Files of a hundred megabytes are written piece by piece.
function addLarge(name, piece, bytes, expect) {
  const block = Buffer.from(piece.repeat(Math.ceil((1 << 20) / Buffer.byteLength(piece))));
  const fd = openSync(join(out, name), 'w');
  for (let n = 0; n < bytes; n += block.length) writeSync(fd, block, 0, Math.min(block.length, bytes - n));
  closeSync(fd);
  rows.push([name, expect, ''].join('\t'));
}
addLarge('one-line.txt', '长行', 96 << 20, 'reader.line_too_long|reader.too_much');
addLarge('large.txt', '整改进展情况通报第一行。\n', 96 << 20, 'reader.too_much');
addLarge('over-limit.txt', '整改进展情况通报第一行。\n', 130 << 20, 'reader.too_large');
addLarge('large.csv', '1,甲,乙\n', 60 << 20, 'reader.too_much');

writeFileSync(join(out, 'cases.tsv'), rows.join('\n') + '\n');
