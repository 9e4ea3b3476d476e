// Templates of the office: made with LibreOffice, with fields cut into runs, in tables, heads, feet and text boxes; filled by the program.
// Hostile ones, each refused with what, where and what to do.  Prints TAP.
//
//   templates.mjs PROGRAM DATA_DIR
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { zip, zip_all, zip_text } from '../e2e/zip.mjs';
import { check, run, stopped_by, tell } from './checks.mjs';

const [program, data] = process.argv.slice(2);
const dir = mkdtempSync(join(tmpdir(), 'bihuan-templates-'));
const where = ['--db', join(dir, 't.db'), '--files', join(dir, 'files')];
const office = (to, out, ...files) => run('soffice', `-env:UserInstallation=file://${join(dir, 'office')}`, '--headless', '--convert-to', to, '--outdir', join(dir, out), ...files);
const paper = (file) => spawnSync(program, ['paper', 'LY-2026-002', '--kind', 'progress', '--template', file, '--out', dir, ...where], { encoding: 'utf8', env: { ...process.env, BIHUAN_LANG: 'zh' } });

const ns = 'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:draw="urn:oasis:names:tc:opendocument:xmlns:drawing:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0" xmlns:svg="urn:oasis:names:tc:opendocument:xmlns:svg-compatible:1.0" xmlns:dc="http://purl.org/dc/elements/1.1/"';
const flat = (body, header = '', footer = '') => `<?xml version="1.0" encoding="UTF-8"?><office:document ${ns} office:version="1.3" office:mimetype="application/vnd.oasis.opendocument.text"><office:automatic-styles>
<style:style style:name="B" style:family="text"><style:text-properties fo:font-weight="bold"/></style:style><style:style style:name="I" style:family="text"><style:text-properties fo:font-style="italic" fo:color="#aa0000"/></style:style>
<style:page-layout style:name="L"><style:page-layout-properties fo:page-width="21cm" fo:page-height="29.7cm"/><style:header-style/><style:footer-style/></style:page-layout></office:automatic-styles>
<office:master-styles><style:master-page style:name="Standard" style:page-layout-name="L"><style:header><text:p>${header}</text:p></style:header><style:footer><text:p>${footer}</text:p></style:footer></style:master-page></office:master-styles>
<office:body><office:text>${body}</office:text></office:body></office:document>`;
const p = (s) => `<text:p>${s}</text:p>`, cut = (s) => [...s].map((c, i) => (i % 3 === 1 ? `<text:span text:style-name="B">${c}</text:span>` : i % 3 === 2 ? `<text:span text:style-name="I">${c}</text:span>` : c)).join('');
const cell = (s) => `<table:table-cell>${p(s)}</table:table-cell>`;
const table_of = (field) => `<table:table table:name="T"><table:table-column table:number-columns-repeated="3"/><table:table-row>${['序号', '编号', '问题'].map(cell).join('')}</table:table-row><table:table-row>${cell(cut('{{#findings}}{{n}}'))}${cell(cut('{{no}}'))}${cell(cut(`{{${field}}}{{/findings}}`))}</table:table-row></table:table>`, table = table_of('title');
const box = (s) => `<text:p>锚<draw:frame draw:name="F" text:anchor-type="paragraph" svg:width="8cm" svg:height="2cm"><draw:text-box>${p(s)}</draw:text-box></draw:frame></text:p>`;

const types = '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>';
const body = (inner) => `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>${inner}</w:body></w:document>`;
const plain = body('<w:p><w:r><w:t>x</w:t></w:r></w:p>');
const docx = (more = [], document = plain, kinds = types) => zip([['[Content_Types].xml', kinds], ['word/document.xml', document], ...more].map(([name, data, size]) => ({ name, data, size })));
const relation = (type, target, mode = '') => `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="x/${type}" Target="${target}"${mode}/></Relationships>`;
const external = ' TargetMode="External"';
const laughs = `<!DOCTYPE l [<!ENTITY a "ha">${Array.from({ length: 20 }, (_, i) => `<!ENTITY a${i} "${`&a${i ? i - 1 : ''};`.repeat(10)}">`).join('')}]><w:styles>&a19;</w:styles>`;
const hostile = {
  'a macro': [docx([['word/vbaProject.bin', 'x']]), '宏', 'word/vbaProject.bin'],
  'a .docm': [docx([], plain, types.replace('openxmlformats-officedocument.wordprocessingml.document.main', 'ms-word.document.macroEnabled.main') + ' '), '宏', 'Content_Types'],
  'an external link': [docx([['word/_rels/document.xml.rels', relation('hyperlink', 'http://evil.example/', external)]]), '文件以外的地址', 'http://evil.example/'],
  'an attached template': [docx([['word/_rels/settings.xml.rels', relation('attachedTemplate', 'file://host/x.dotm', external)]]), '文件以外的地址', 'settings.xml.rels'],
  'an included picture': [docx([], body('<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> INCLUDE</w:instrText></w:r><w:r><w:instrText>PICTURE "http://x/"</w:instrText></w:r></w:p>')), '域“INCLUDEPICTURE”', 'word/document.xml'],
  'a link of a head': [docx([['word/_rels/header1.xml.rels', relation('image', '\\\\host\\share\\x.png')]]), '文件以外的地址', 'header1.xml.rels'],
  'a formula': [docx([], body('<w:p><w:fldSimple w:instr=" =SUM(ABOVE) "/></w:p>')), '域“=SUM', 'word/document.xml'],
  'a command': [docx([], body('<w:p><w:fldSimple w:instr="DDEAUTO c:\\x\\cmd.exe &quot;/k calc&quot;"/></w:p>')), '域“DDEAUTO”', 'word/document.xml'],
  'a document in the document': [docx([], body('<w:altChunk/>')), '包含其他文档', 'word/document.xml'],
  'an OLE object': [docx([['word/embeddings/oleObject1.bin', 'x']]), '嵌入对象', 'oleObject1.bin'],
  'a billion laughs': [docx([['word/styles.xml', laughs]]), '文档类型声明', 'word/styles.xml'],
  'a path that leads out': [docx([['../../etc/cron.d/x', 'x']]), '指向包外', '../../etc/cron.d/x'],
  'a bomb': [docx([['word/media/big.png', Buffer.alloc(60 << 20)]]), '解压后过大', 'word/media/big.png'],
  'a size that lies': [docx([['word/media/lie.png', Buffer.alloc(100000), 10]]), '损坏', 'word/media/lie.png'],
};

try {
  run(program, 'demo', ...where, '--data', data);
  const one = flat(p(cut('关于{{source.title}}的报告')) + p(`共有问题<text:span text:style-name="B">{{figures.</text:span>findings}}个。`) + p(cut('{{#findings}}')) + p(cut('{{n}}．{{title}}')) + p(cut('{{/findings}}')) + table + box(cut('框内：{{source.no}}')), cut('页眉 {{source.no}}'), `${cut('页脚 {{today_text}}')} <text:page-number text:select-page="current">1</text:page-number>`);
  const two = flat(`<text:h text:outline-level="1">${cut('{{source.title}}')}</text:h>` + p(cut('{{^meetings}}没有会议{{/meetings}}{{#meetings}}有会议{{/meetings}}，截至{{today_text}}')) + `<text:list><text:list-item>${p('项目一')}</text:list-item></text:list>` + table);
  // Written by several hands: changes tracked, comments, bookmarks in the middle of fields.
  const change = (kind, id, inner = '') => `<text:changed-region text:id="${id}"><text:${kind}><office:change-info><dc:creator>Reviewer</dc:creator><dc:date>2026-01-01T00:00:00</dc:date></office:change-info>${inner}</text:${kind}></text:changed-region>`;
  const note = '<office:annotation office:name="n"><dc:creator>Reviewer</dc:creator><text:p>删掉这句？</text:p></office:annotation>';
  const marked = flat(`<text:tracked-changes>${change('insertion', 'c1')}${change('deletion', 'c2', p('旧的话'))}</text:tracked-changes>` + p('关于{{sour<text:bookmark text:name="b"/>ce.ti' + note + 'tle}}的报告') +
    p('共有{{figures.<text:change-start text:change-id="c1"/>findings}}个问题<text:change-end text:change-id="c1"/><text:change text:change-id="c2"/>。') + box(cut('框内：{{source.no}}')) + table);
  const broken = flat(p('好的一段') + p(cut('坏的 {{source.no} 字段')) + table_of('titel') + box('{{nothing_here}}'), '页眉 {{nowhere}}', 'x');
  for (const [name, text] of Object.entries({ one, two, marked, broken })) writeFileSync(join(dir, `${name}.fodt`), text);
  office('docx:MS Word 2007 XML', 'made', ...['one', 'two', 'marked', 'broken'].map((name) => join(dir, `${name}.fodt`)));
  const parts = (file) => ['word/document.xml', 'word/header1.xml', 'word/footer1.xml'].map((name) => { try { return zip_text(readFileSync(file), name); } catch { return ''; } });
  const before = parts(join(dir, 'made', 'one.docx'));
  check('LibreOffice cut the fields into runs', !before[0].includes('{{source.title}}') && before[0].includes('txbxContent') && (before[0].match(/<w:r>/g) || []).length > 60);
  const review = parts(join(dir, 'made', 'marked.docx'))[0];
  check('LibreOffice kept changes, comment, bookmark and both forms of the box', ['w:ins ', 'w:del ', 'w:commentReference', 'w:bookmarkStart', 'mc:Fallback'].every((tag) => review.includes(`<${tag}`)), review.slice(0, 3000));
  // The same file as it comes back from an old program, by way of .doc; and with what WPS and Word write on saving.
  office('doc:MS Word 97', 'old', join(dir, 'made', 'two.docx'));
  office('docx:MS Word 2007 XML', 'back', join(dir, 'old', 'two.doc'));
  const saved = zip_all(readFileSync(join(dir, 'made', 'two.docx'))).map(([name, data]) => [name, name !== 'word/document.xml' ? data : data.toString()
    .replace('<w:document ', '<w:document xmlns:wpsCustomData="http://www.wps.cn/officeDocument/2013/wpsCustomData" xmlns:w16se="http://schemas.microsoft.com/office/word/2015/wordml/symex" ')
    .replace(/<w:r>/g, '<w:proofErr w:type="spellStart"/><w:r w:rsidR="00A1">').replace(/<w:p>/g, '<w:p w:rsidR="00B2">')]);
  saved.push(['customXml/item1.xml', '<s:customData xmlns="http://www.wps.cn/officeDocument/2013/wpsCustomData" xmlns:s="http://www.wps.cn/officeDocument/2013/wpsCustomData"><customSectProps><customSectPr/></customSectProps></s:customData>']);
  mkdirSync(join(dir, 'saved'), { recursive: true });
  writeFileSync(join(dir, 'saved', 'two.docx'), zip(saved.map(([name, data]) => ({ name, data }))));
  for (const [way, name] of [['made', 'one'], ['made', 'two'], ['made', 'marked'], ['back', 'two'], ['saved', 'two']]) {
    const file = join(dir, way, `${name}.docx`), said = paper(file);
    const [document, header, footer] = said.status === 0 ? parts(join(dir, 'progress.docx')) : ['', '', ''];
    const words = (xml) => xml.replace(/<[^>]+>/g, '');
    check(`${way} ${name}: filled, no brace left`, said.status === 0 && !words(document + header + footer).includes('{{') && words(document).includes('岫川数科集团审计查出问题整改台账'), said.stdout + said.stderr);
    check(`${way} ${name}: a row for each of 25 findings`, (document.match(/<w:tr[ >]/g) || []).length === 26, (document.match(/<w:tr[ >]/g) || []).length);
    if (name === 'one') {
      check('one: head, foot, page number and text box are filled', words(header).includes('页眉 LY-2026-002') && words(footer).includes('页脚 ') && footer.includes('PAGE') && words(document).includes('框内：LY-2026-002'));
      check('one: our PDF shows the text box', run('pdftotext', join(dir, 'progress.pdf'), '-').replace(/\s/g, '').includes('框内：LY-2026-002'));
    }
    if (name === 'marked') {
      const all = zip_all(readFileSync(join(dir, 'progress.docx'))).map(([part, data]) => part + data.toString()).join('');
      check('marked: changes are accepted, nobody is named, no comment goes out', words(document).includes('共有25个问题。') && !/旧的话|Reviewer|删掉这句|<w:(ins|del|comment)/.test(all), all.match(/.{60}(旧的话|Reviewer|删掉这句|<w:(ins|del|comment)).{60}/)?.[0]);
    }
    office('pdf:writer_pdf_Export', `opened-${way}-${name}`, join(dir, 'progress.docx'));
    check(`${way} ${name}: LibreOffice opens what was filled`, run('pdftotext', join(dir, `opened-${way}-${name}`, 'progress.pdf'), '-').includes('LY-2026-002'));
  }
  const faults = paper(join(dir, 'made', 'broken.docx'));
  check('each broken field is told with its place and the text around', faults.status !== 0 && /p2: .*不完整.*坏的/.test(faults.stderr) && /table 1 r2 c3: .*titel/.test(faults.stderr) && /box p1: .*nothing_here/.test(faults.stderr) && /header\d p1: .*nowhere.*页眉/.test(faults.stderr), faults.stderr);
  for (const [name, [bytes, what, place]] of Object.entries(hostile)) {
    writeFileSync(join(dir, 'hostile.docx'), bytes);
    const said = paper(join(dir, 'hostile.docx'));
    check(`${name} is refused with what and where`, said.status !== 0 && said.status !== null && said.stderr.includes(what) && said.stderr.includes(place), `${said.status} ${said.stderr}`);
  }
} catch (problem) {
  stopped_by(problem);
}
rmSync(dir, { recursive: true, force: true });
tell();
