#!/usr/bin/env python3
"""Makes the binary fixtures beside this file; run again after a change and commit the result."""
import io
import os
import struct
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
STAMP = (2024, 7, 8, 9, 30, 0)
W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
R = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"'
REL = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships/'
HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


def save(name, data):
    with open(os.path.join(HERE, name), 'wb') as out:
        out.write(data if isinstance(data, bytes) else data.encode())


def pack(parts):
    out = io.BytesIO()
    with zipfile.ZipFile(out, 'w', zipfile.ZIP_DEFLATED) as z:
        for name, text in parts:
            info = zipfile.ZipInfo(name, STAMP)
            info.compress_type = zipfile.ZIP_DEFLATED
            z.writestr(info, text)
    return out.getvalue()


def relations(*rows):
    return HEAD + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">' + ''.join(
        f'<Relationship Id="{i}" Type="{REL}{t}" Target="{to}"/>' for i, t, to in rows) + '</Relationships>'


TYPES = HEAD + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="%s"/></Types>'
DOCX_TYPE = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml'


def docx(body, extra=(), types=DOCX_TYPE):
    rows = [('r1', 'styles', 'styles.xml'), ('r2', 'numbering', 'numbering.xml'), ('r3', 'footnotes', 'footnotes.xml'),
            ('r4', 'header', 'header1.xml')]
    parts = [('[Content_Types].xml', TYPES % types), ('_rels/.rels', relations(('r1', 'officeDocument', 'word/document.xml'))),
             ('word/_rels/document.xml.rels', relations(*rows)),
             ('word/document.xml', HEAD + f'<w:document {W} {R}><w:body>{body}</w:body></w:document>')]
    return pack(parts + list(extra))


def p(text, properties='', run=''):
    return f'<w:p><w:pPr>{properties}</w:pPr><w:r><w:rPr>{run}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r></w:p>'


def numbered(text, num, level=0):
    return p(text, f'<w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{num}"/></w:numPr>')


def level(i, fmt, text, start=1):
    return f'<w:lvl w:ilvl="{i}"><w:start w:val="{start}"/><w:numFmt w:val="{fmt}"/><w:lvlText w:val="{text}"/></w:lvl>'


NUMBERING = HEAD + f'<w:numbering {W}><w:abstractNum w:abstractNumId="0">' + level(0, 'chineseCountingThousand', '%1、') + \
    level(1, 'chineseCounting', '(%2)') + level(2, 'decimal', '%3.') + level(3, 'decimalEnclosedCircle', '%4') + \
    '</w:abstractNum><w:abstractNum w:abstractNumId="1">' + level(0, 'bullet', '\uf0b7') + '</w:abstractNum>' \
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num>' \
    '<w:num w:numId="3"><w:abstractNumId w:val="0"/><w:lvlOverride w:ilvl="2"><w:startOverride w:val="9"/></w:lvlOverride></w:num>' \
    '</w:numbering>'
STYLES = HEAD + f'<w:styles {W}><w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/></w:style>' \
    '<w:style w:type="paragraph" w:styleId="1"><w:name w:val="heading 1"/><w:basedOn w:val="a"/><w:rPr><w:b/></w:rPr></w:style>' \
    '<w:style w:type="paragraph" w:styleId="T"><w:name w:val="Mine"/><w:basedOn w:val="1"/><w:pPr><w:jc w:val="center"/></w:pPr></w:style>' \
    '</w:styles>'
FOOTNOTES = HEAD + f'<w:footnotes {W}><w:footnote w:type="separator" w:id="0">{p("x")}</w:footnote>' \
    f'<w:footnote w:id="2">{p("数据截至六月底。")}</w:footnote></w:footnotes>'
HEADER = HEAD + f'<w:hdr {W}>{p("内部资料")}</w:hdr>'
CORE = HEAD + '<cp:coreProperties xmlns:cp="c" xmlns:dc="d"><dc:title>整改方案</dc:title></cp:coreProperties>'


def cell(text, properties=''):
    return f'<w:tc><w:tcPr>{properties}</w:tcPr>{p(text)}</w:tc>'


TABLE = '<w:tbl><w:tr><w:trPr><w:tblHeader/></w:trPr>' + cell('序号') + cell('问题') + cell('措施') + '</w:tr><w:tr>' + \
    cell('1', '<w:vMerge w:val="restart"/>') + cell('应收账款清收不力', '<w:vMerge w:val="restart"/>') + cell('建立清收台账') + \
    '</w:tr><w:tr>' + cell('', '<w:vMerge/>') + cell('', '<w:vMerge/>') + cell('诉讼保全') + '</w:tr><w:tr>' + \
    cell('合计', '<w:gridSpan w:val="2"/>') + cell('2') + '</w:tr></w:tbl>'
BOX = '<w:p><w:r><mc:AlternateContent xmlns:mc="m"><mc:Choice><w:drawing><wps:txbx xmlns:wps="s"><w:txbxContent>' + p('文本框里的字') + \
    '</w:txbxContent></wps:txbx></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox xmlns:v="v"><w:txbxContent>' + \
    p('文本框里的字') + '</w:txbxContent></v:textbox></w:pict></mc:Fallback></mc:AlternateContent><w:t>框外的字</w:t></w:r></w:p>'
BODY = p('关于巡察整改的通报', '<w:pStyle w:val="T"/>') + numbered('总体情况', 1) + numbered('组织领导', 1, 1) + \
    numbered('责任落实', 1, 1) + numbered('第一项', 1, 2) + numbered('第二项', 1, 2) + numbered('细目', 1, 3) + \
    numbered('问题整改', 1) + numbered('再来一项', 1, 1) + numbered('另起编号', 3, 2) + numbered('圆点', 2) + TABLE + \
    '<w:p><w:r><w:t>保留</w:t></w:r><w:del><w:r><w:delText>删去的</w:delText></w:r></w:del><w:ins><w:r><w:t>新增的字</w:t></w:r></w:ins>' \
    '<w:r><w:t>。</w:t><w:footnoteReference w:id="2"/></w:r></w:p>' + BOX + \
    '<w:p><w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>' \
    '<w:r><w:t>域结果</w:t></w:r><w:r><w:fldChar w:fldCharType="end"/></w:r><w:r><w:t>之后</w:t></w:r></w:p>' + \
    '<w:p><w:r><w:rPr><w:b/></w:rPr><w:t>第一行</w:t><w:br/><w:t>第二行</w:t></w:r></w:p>' + \
    p('中共某某委员会', '<w:jc w:val="right"/>')
EXTRA = [('word/styles.xml', STYLES), ('word/numbering.xml', NUMBERING), ('word/footnotes.xml', FOOTNOTES),
         ('word/header1.xml', HEADER), ('docProps/core.xml', CORE)]
save('plain.docx', docx(BODY, EXTRA))
save('macro.docm', docx(p('x'), [('word/vbaProject.bin', b'\0' * 20)]))
save('doctype.docx', pack([('[Content_Types].xml', TYPES % DOCX_TYPE), ('word/document.xml',
     '<!DOCTYPE d [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]><d>&c;</d>')]))
save('deep.docx', docx('<w:sdt>' * 3000 + '</w:sdt>' * 3000))
save('bomb.docx', pack([('[Content_Types].xml', TYPES % DOCX_TYPE), ('word/document.xml', b'<d>' + b' ' * (60 << 20) + b'</d>')]))
save('traverse.docx', pack([('[Content_Types].xml', TYPES % DOCX_TYPE), ('word/document.xml', '<d/>'), ('../../etc/passwd', 'x')]))
save('nobody.docx', pack([('[Content_Types].xml', TYPES % DOCX_TYPE), ('word/document.xml', '<d/>')]))
whole = docx(p('甲' * 50))
save('cut.docx', whole[:len(whole) // 2])
lying = bytearray(docx(p('甲' * 3000)))
at = lying.rfind(b'word/document.xml') - 46  # its entry of the central directory
lying[at + 24:at + 28] = struct.pack('<I', 300)
save('lying.docx', bytes(lying))

# Spreadsheet: shared and inline strings, dates, percentages, merged cells, a hidden sheet, binary noise in figures.
S = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
SHEET = HEAD + f'<worksheet {S}><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c><c r="C1" t="inlineStr"><is>' \
    '<r><t>金额</t></r><r><t>(万元)</t></r></is></c></row><row r="2"><c r="A2" t="s"><v>2</v></c><c r="B2" s="1"><v>45481</v></c>' \
    '<c r="C2"><v>4118.0000000000005</v></c><c r="D2" s="2"><v>0.92900000000000005</v></c></row><row r="3"><c r="B3" s="3"><v>45481.395833333336</v></c>' \
    '<c r="C3"><v>1.5E-3</v></c><c r="D3" t="b"><v>1</v></c><c r="E3" t="e"><v>#DIV/0!</v></c><c r="F3"><f>1+1</f></c>' \
    '<c r="G3" t="str"><f>A1</f><v>公式_x000D_文本</v></c><c r="H3"><v>12345678901234567890</v></c><c r="I3"><v>-1.25E2</v></c></row></sheetData>' \
    '<mergeCells><mergeCell ref="A2:A3"/></mergeCells></worksheet>'
SHEET2 = HEAD + f'<worksheet {S}><sheetData><row><c t="inlineStr"><is><t>字典</t></is></c></row></sheetData></worksheet>'
XSTYLES = HEAD + f'<styleSheet {S}><numFmts><numFmt numFmtId="164" formatCode="yyyy&quot;年&quot;m&quot;月&quot;d&quot;日&quot; h:mm"/></numFmts><cellXfs>' \
    '<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="10"/><xf numFmtId="164"/></cellXfs></styleSheet>'
STRINGS = HEAD + f'<sst {S}><si><t>单位</t></si><si><t>日期</t></si><si><r><t>市财</t></r><r><t>政局</t></r><rPh><t>x</t></rPh></si></sst>'
WORKBOOK = HEAD + f'<workbook {S} {R}><sheets><sheet name="台账" sheetId="1" r:id="r1"/><sheet name="字典" sheetId="2" state="hidden" r:id="r2"/></sheets></workbook>'
XLSX = [('[Content_Types].xml', TYPES % 'x'), ('_rels/.rels', relations(('r1', 'officeDocument', 'xl/workbook.xml'))),
        ('xl/workbook.xml', WORKBOOK), ('xl/_rels/workbook.xml.rels', relations(('r1', 'worksheet', 'worksheets/sheet1.xml'),
         ('r2', 'worksheet', 'worksheets/sheet2.xml'), ('r3', 'sharedStrings', 'sharedStrings.xml'), ('r4', 'styles', 'styles.xml'))),
        ('xl/worksheets/sheet1.xml', SHEET), ('xl/worksheets/sheet2.xml', SHEET2), ('xl/styles.xml', XSTYLES), ('xl/sharedStrings.xml', STRINGS)]
save('plain.xlsx', pack(XLSX))
save('macro.xlsm', pack(XLSX + [('xl/vbaProject.bin', b'\0' * 20)]))

# OFD: two pages, a template, a wrapped paragraph, characters out of order.
O = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def text(x, y, s, size=5):
    return f'<ofd:TextObject ID="1" Boundary="{x} {y} 160 {size}" Font="1" Size="{size}"><ofd:TextCode X="0" Y="{size}" ' \
        f'DeltaX="g {len(s) - 1} {size}">{s}</ofd:TextCode></ofd:TextObject>'


def page(*objects):
    return HEAD + f'<ofd:Page {O}><ofd:Template TemplateID="9"/><ofd:Content><ofd:Layer>' + ''.join(objects) + '</ofd:Layer></ofd:Content></ofd:Page>'


LONG = '一是建立健全制度并严格执行有关规定明确责任分工压实整改'
OFD = [('OFD.xml', HEAD + f'<ofd:OFD {O} DocType="OFD"><ofd:DocBody><ofd:DocInfo><ofd:Title>版式通报</ofd:Title></ofd:DocInfo>'
        '<ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot></ofd:DocBody></ofd:OFD>'),
       ('Doc_0/Document.xml', HEAD + f'<ofd:Document {O}><ofd:CommonData><ofd:PageArea><ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea>'
        '<ofd:TemplatePage ID="9" BaseLoc="Tpls/0.xml"/></ofd:CommonData><ofd:Pages><ofd:Page ID="1" BaseLoc="Pages/0/Content.xml"/>'
        '<ofd:Page ID="2" BaseLoc="Pages/1/Content.xml"/></ofd:Pages></ofd:Document>'),
       ('Doc_0/Tpls/0.xml', HEAD + f'<ofd:Page {O}><ofd:Content><ofd:Layer>' + text(30, 5, '样张') + '</ofd:Layer></ofd:Content></ofd:Page>'),
       ('Doc_0/Pages/0/Content.xml', page(text(40, 60, LONG), text(30, 67, '任务每一条都要有人负责有人督办有人验收直到真正办结为止'),
        text(70, 30, '整改进展情况通报'), text(30, 74, '销号。'), text(40, 81, '二是常抓不懈。'), text(100, 285, '1'))),
       ('Doc_0/Pages/1/Content.xml', page(text(40, 40, '三是持续用力。'), text(100, 285, '2')))]
save('plain.ofd', pack(OFD))

save('plain.eml', 'From: =?gb18030?B?1tPOxA==?= <a@example.com>\r\nTo: b@example.com\r\nSubject: =?GB2312?B?1fu4xM2osag=?=\r\n'
     'MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary="X"\r\n\r\n--X\r\nContent-Type: text/plain; charset=gb18030\r\n'
     'Content-Transfer-Encoding: base64\r\n\r\n'.encode() + __import__('base64').encodebytes('现将整改情况通报如下。\n一、总体情况。\n'.encode('gb18030')) +
     b'\r\n--X\r\nContent-Type: application/pdf; name="a.pdf"\r\nContent-Disposition: attachment; filename*=UTF-8\'\'%E9%99%84%E4%BB%B6.pdf\r\n\r\nx\r\n--X--\r\n')
save('html.eml', 'From: a@example.com\r\nSubject: =?UTF-8?B?5rWL6K+V?=\r\nContent-Type: text/html; charset=utf-8\r\n'
     'Content-Transfer-Encoding: 8bit\r\n\r\n<p>第一段</p><p>第二段<br>第三段</p>\r\n'.encode())

PROSE = '关于巡察整改进展情况的通报\n\n  一、总体情况。公司党委认真落实整改责任,建立问题清单、任务清单。\n二、下一步安排。'
TRAD = '關於巡察整改進展情況的通報\n一、總體情況。公司黨委認真落實整改責任,建立問題清單、任務清單。這是對組織的要求。\n'
save('utf8.txt', PROSE)
save('bom.txt', b'\xef\xbb\xbf' + PROSE.encode())
save('utf16le.txt', b'\xff\xfe' + PROSE.encode('utf-16-le'))
save('utf16be.txt', b'\xfe\xff' + PROSE.encode('utf-16-be'))
save('gb18030.txt', PROSE.replace('\n', '\r\n').encode('gb18030'))
save('big5.txt', TRAD.encode('big5'))
save('gb-traditional.txt', TRAD.encode('gb18030'))
save('names-gb.txt', '张伟\n王芳\n李娜\n刘洋\n陈静\n杨磊\n赵勇\n'.encode('gb18030'))
save('names-big5.txt', '張偉\n王芳\n李娜\n劉洋\n陳靜\n楊磊\n趙勇\n'.encode('big5'))
save('damaged-utf8.txt', PROSE.encode() * 3 + b'\xe4\xb8')
save('bidi.txt', 'abc\u202edef\u202c 正文\n')
save('nul.txt', b'abc\0def\x01\x02\xff\xfe\n' * 10)
save('plain.csv', '\ufeff序号,问题,"措施,含逗号"\r\n1,"他说""好""",=1+1\r\n2,"两\n行",\r\n')
save('gb.csv', '单位,问题数\n市财政局,14\n'.encode('gb18030'))
save('old.doc', b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + b'\0' * 600)
save('locked.docx', b'\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1' + b'\0' * 100 + 'EncryptedPackage'.encode('utf-16-le') + b'\0' * 100)
save('blank.txt', b' \r\n\t')
save('picture.png', b'\x89PNG\r\n\x1a\n' + b'\0' * 20)
save('broken.pdf', b'%PDF-1.4\nthis is no pdf\n')
save('scan.pdf', b'''%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj
trailer<</Root 1 0 R>>
''')
STREAM = b'BT /F1 16 Tf 72 700 Td <' + '一、总体情况'.encode('gbk').hex().encode() + b'> Tj ET'
save('cid.pdf', b'''%%PDF-1.4
1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj
2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj
3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj
4 0 obj<</Length %d>>stream
%s
endstream endobj
5 0 obj<</Type/Font/Subtype/Type0/BaseFont/STSong-Light/Encoding/GBK-EUC-H/DescendantFonts[6 0 R]>>endobj
6 0 obj<</Type/Font/Subtype/CIDFontType0/BaseFont/STSong-Light/CIDSystemInfo<</Registry(Adobe)/Ordering(GB1)/Supplement 2>>/DW 1000>>endobj
trailer<</Root 1 0 R>>
''' % (len(STREAM), STREAM))
GRID = '''<table><tr><th>序号</th><th>问题</th><th colspan="2">措施与状态</th></tr>
<tr><td rowspan="2">1</td><td rowspan="2">清收<br>不力</td><td>建台账</td><td rowspan="2">正在整改</td></tr><tr><td>诉讼</td></tr></table>'''
PAGE = f'''<!DOCTYPE html><html><head><meta charset="%s"><title>整改通报</title><style>p{{}}</style><script>var a="<p>x</p>"</script></head>
<body><div class="top nav">首页 &gt; 公开</div><h1>关于整改的<br>通报</h1><p>&emsp;&emsp;现将整改
情况报告如下,    共 58 个 items here。</p><p><b>一、总体情况</b></p>{GRID}<ol><li>第一</li><li>第二</li></ol><table><tr><td><p>版式表格里的字</p></td></tr></table>
<p style="text-align:right">某某委员会<br>2025年12月24日</p><div style="display:none">看不见</div><footer>版权所有</footer></body></html>'''
save('plain.html', PAGE % 'utf-8')
save('gb.html', (PAGE % 'gb2312').encode('gb18030'))
save('open.html', '<p>' + ''.join(f'<b class={i}>' for i in range(400)) + '<p>x' * 400)
