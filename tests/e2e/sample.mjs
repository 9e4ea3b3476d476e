// Invented data for the preview: one value tree for each template, in the shape that DATA.md lists.
const option = (value, label, selected = false) => ({ value, label, selected });
const statuses = { normal: '正常', due_soon: '临期', behind: '滞后', overdue: '逾期', closed: '已销号' };
const status = (code) => ({ status: code, status_label: statuses[code] });
const pager = { first: 1, last: 50, total: 1284, previous_href: null, next_href: '/findings?after=50' };
const no_chips = { has_chips: false, chips: [], clear_href: '/findings' };

const events = [
  { at: '2026-03-09T14:22:05+08:00', at_text: '3月9日 14:22', actor: '周雅宁', what: '确认入库', detail: '问题 23 条、措施 41 条', reason: null },
  { at: '2026-03-09T11:02:40+08:00', at_text: '3月9日 11:02', actor: '周雅宁', what: '剔除段落', detail: null, reason: '页面附属文字' },
  { at: '2026-03-06T09:15:00+08:00', at_text: '3月6日 09:15', actor: '程立言', what: '导入文件', detail: '关于对华川装备集团党委开展常规巡视的反馈意见.docx', reason: null },
];

const base = (path, title, extra = {}) => ({
  lang: 'zh-CN', theme: 'light', csrf: 'token', flash: null, has_errors: false, errors: [], has_crumbs: false, crumbs: [],
  page: { title, path, query: '', other_lang: 'en', other_lang_name: 'English', version: '0.1.0', today_text: '2026年3月10日 星期二' },
  user: { name: '周雅宁', unit_name: '巡视整改办公室', post: '主管' },
  nav: [
    ['/', '我的工作', 'home', 5], ['/findings', '问题', 'list-check', null], ['/sources', '来源', 'file-text', null], ['/units', '单位', 'sitemap', null],
    ['/search', '搜索', 'search', null], ['/events', '事件', 'history', null], ['/users', '用户', 'users', null], ['/settings', '设置', 'settings', null],
  ].map(([href, label, icon, count]) => ({ href, label, icon, count, is_current: href === path || (href !== '/' && path.startsWith(href)) })),
  ...extra,
});

const titles = [
  '学习贯彻上级关于装备制造业高质量发展的决策部署不够深入，部分所属企业“重规模、轻效益”惯性较大，主业集中度不高',
  '“两金”压降力度不足，2025年末应收账款和存货余额较年初增加3.26亿元',
  '境外项目风险管控薄弱',
  '选人用人工作程序不够规范，个别干部试用期满未按规定考核，因私出国（境）证件集中管理存在漏洞，且自查发现后未及时纠正',
  '落实中央八项规定精神不到位，所属华川重机违规列支业务招待费18.4万元',
  '合同管理不严，先施工后签约问题时有发生',
  '安全生产责任制落实存在差距，隐患整改闭环率仅82.5%',
  '研发投入强度连续三年低于行业平均水平',
  '基层党组织生活不够严肃，“三会一课”记录补写代签',
  '上一轮巡视指出的薪酬管理问题整改不彻底',
];
const codes = ['overdue', 'due_soon', 'normal', 'behind', 'closed', 'normal', 'overdue', 'normal', 'closed', 'due_soon'];
const units = ['战略发展部', '财务资产部', '华川国际工程有限公司', '党委组织部（人力资源部）', '华川重型机械有限公司', '法律合规部', '安全环保部', '科技创新部', '党群工作部', '党委组织部（人力资源部）'];
const findings = titles.map((title, i) => ({
  id: i + 1, title, number: `XS-2025-${String(i + 1).padStart(3, '0')}`, ...status(codes[i]), waiting: i === 0 ? '等待 纪检监察组 自 9月3日（5个工作日）' : null,
  unit_name: units[i], lead: ['程立言', '高志明', null, '沈怡', '罗建国', '高志明', '韩松', '陆文博', '沈怡', '程立言'][i], aspect: ['贯彻落实党的理论和路线方针政策、党中央重大决策部署方面', '防范化解重大风险方面', '领导班子和干部队伍建设方面'][i % 3],
  phase: 'concentrated', phase_label: ['立行立改', '集中整改', '长期坚持'][i % 3], due: i === 7 ? null : `2026-0${(i % 6) + 3}-${10 + i}`, measures_done: i % 4, measures: 4, source_id: 1,
  source_title: '关于巡视华川装备集团党委的反馈意见', changed_text: '3月9日 14:22',
}));
const sort = (href) => ({ direction: 'none', href });
const columns = [['number', '编号'], ['unit', '责任单位'], ['lead', '牵头人'], ['aspect', '反馈方面'], ['phase', '整改类型'], ['due', '期限'], ['measures', '措施完成'], ['source', '来源'], ['changed', '最近变动']];
const figures = [
  { href: '/findings', value: '48', label: '问题', status: null }, { href: '/findings?status=due_soon', value: '6', label: '临期', status: 'due_soon' }, { href: '/findings?status=behind', value: '4', label: '滞后', status: 'behind' },
  { href: '/findings?status=overdue', value: '3', label: '逾期', status: 'overdue' }, { href: '/findings?status=closed', value: '21', label: '已销号', status: 'closed' },
];

const paragraphs = [
  ['title', '标题', '关于巡视华川装备集团有限公司党委的反馈意见', null, true], ['preamble', '前言', '根据统一部署，2025年4月8日至6月20日，第三巡视组对华川装备集团有限公司党委开展了常规巡视。2025年9月12日，巡视组向集团党委反馈了巡视意见。', null, false],
  ['aspect', '方面', '一、贯彻落实党的理论和路线方针政策、党中央重大决策部署方面', 'n1', true], ['finding', '问题', '1. 学习贯彻上级关于装备制造业高质量发展的决策部署不够深入。部分所属企业“重规模、轻效益”惯性较大，主业集中度不高，2024年非主业投资占比仍达17.8%。', 'n2', false],
  ['measure', '措施', '', null, false], ['finding', '问题', '2. “两金”压降力度不足。2025年末应收账款和存货余额较年初增加3.26亿元，其中一年以上应收账款占比31.4%。', 'n5', false],
  ['unplaced', '待归位', '此外，结合巡视反馈情况，请同步研究相关职能部门的履职问题，于2026年6月底前报送。', null, false], ['aspect', '方面', '二、领导班子和干部队伍建设方面', 'n6', true],
  ['finding', '问题', '1. 选人用人工作程序不够规范。个别干部试用期满未按规定考核。', 'n7', false], ['furniture', '已剔除', '分享到：微信 微博　【打印】【关闭窗口】', null, false],
].map(([role, role_label, text, node, is_heading], i) => ({
  number: i + 1, place: `第${i + 1}段`, role, role_label, is_heading, is_unplaced: role === 'unplaced', is_dropped: role === 'furniture', text, finding_href: role === 'finding' ? '/findings/1' : null,
  pieces: role === 'measure' ? [{ text: '一是开展专题学习，', node: 'n3' }, { text: '修订投资管理办法，严控非主业投资；', node: 'n3' }, { text: '二是清理退出非主业、非优势业务，2026年6月底前完成7户低效企业处置。', node: 'n4' }] : [{ text, node }],
}));
const node = (id, kind, kind_label, number, title, place, extra = {}) => ({ id, kind, kind_label, number, title, place, is_selected: id === 'n2', has_facts: kind !== 'aspect', phase_label: null, due: null, figures_text: null, derived: false, similar: null, ...extra });
const roles = [option('aspect', '方面'), option('finding', '问题', true), option('measure', '措施'), option('preamble', '前言')];
const parents = [option('n1', '一、贯彻落实党的理论和路线方针政策', true), option('n6', '二、领导班子和干部队伍建设方面')];
const selected_node = {
  id: 'n2', is_node: true, is_paragraph: false, is_finding: true, is_measure: false, kind_label: '问题', number: '1.', title: titles[0],
  phases: [option('immediate', '立行立改'), option('concentrated', '集中整改', true), option('long_term', '长期坚持')], due: '2026-06-30', due_words: '2026年6月底前', can_merge: true, can_split: true, can_drop: true,
  split_points: [{ at: 31, text: '部分所属企业“重规模…' }, { at: 52, text: '主业集中度不高' }], roles, parents, has_similar: true, similar: [{ finding_id: 9, number: 'SJ-2024-011', title: '非主业投资占比偏高，主责主业不突出', percent: 87 }], drop_reason: null,
};
const draft = {
  id: 7, title: '关于巡视华川装备集团有限公司党委的反馈意见', filename: '反馈意见（2025年9月12日）.docx', revision: 12, selected: 'n2', can_undo: true, can_redo: false, blocked: '还有 1 段待归位，归位或剔除后才能确认入库。', source_id: 1, format_label: 'DOCX', encoding: 'UTF-8',
  counts: { aspects: 2, findings: 3, measures: 2, long_term: 0, paragraphs: 10, dropped: 1, unplaced: 1, reports: 2 }, has_dropped: true, has_unplaced: true, has_reports: true, reports_open: true,
  reports: [{ level: 'warning', level_label: '编号', text: '“二、”下问题编号重新从1开始。', paragraph: 9 }, { level: 'danger', level_label: '合计', text: '原文称整改完成率80.6%，按11/14计算为78.6%。', paragraph: 6 }],
  paragraphs, has_other: true, other: [node('n9', 'part', '公示期', '', '2026年3月10日至3月30日（15个工作日）', '第42段', { has_facts: false })],
  aspects: [
    { ...node('n1', 'aspect', '方面', '一、', '贯彻落实党的理论和路线方针政策、党中央重大决策部署方面', '第3段'), findings: [
      { ...node('n2', 'finding', '问题', '1.', titles[0], '第4段', { phase_label: '集中整改', due: '2026-06-30', figures_text: '17.8%', similar: 1 }), has_measures: true, measures: [node('n3', 'measure', '措施', '一是', '开展专题学习，修订投资管理办法，严控非主业投资', '第5段', { phase_label: '立行立改' }), node('n4', 'measure', '措施', '二是', '清理退出非主业、非优势业务，完成7户低效企业处置', '第5段', { due: '2026-06-30', derived: true })] },
      { ...node('n5', 'finding', '问题', '2.', titles[1], '第6段', { phase_label: '集中整改', figures_text: '3.26亿元、31.4%' }), has_measures: false, measures: [] }] },
    { ...node('n6', 'aspect', '方面', '二、', '领导班子和干部队伍建设方面', '第8段'), findings: [{ ...node('n7', 'finding', '问题', '1.', titles[3], '第9段', { phase_label: '长期坚持' }), has_measures: false, measures: [] }] },
  ],
};

const measures = [
  { text: '修订《投资管理办法》，建立非主业投资负面清单，未经集团投资委员会审议不得新增非主业投资', ...status('closed'), phase_label: '立行立改', unit_name: '战略发展部', lead: '程立言', due: '2025-12-31', is_derived: false },
  { text: '2026年6月底前完成7户低效无效企业处置', ...status('overdue'), phase_label: '集中整改', unit_name: '资产管理中心', lead: '高志明', due: '2026-03-01', is_derived: true },
  { text: '每季度向党委常委会报告主业集中度', ...status('normal'), phase_label: '长期坚持', unit_name: null, lead: null, due: null, is_derived: false },
];
const field = (value = '', error = null, options = []) => ({ value, error, options, help: '' });
const unit = (id, name, level, children = [], is_open = false) => ({ id, name, kind_label: '公司', is_found: id === 9, level_label: level, people: 6 + id, open_findings: (id * 7) % 11, valid_to: id === 6 ? '2026-12-31' : null, has_children: children.length > 0, is_open, children });
const unit_rows = [unit(1, '华川装备集团有限公司', '一级', [
  unit(2, '集团总部', '一级', [unit(3, '巡视整改办公室', '部门'), unit(4, '财务资产部', '部门')], true),
  unit(5, '华川重型机械有限公司', '二级', [unit(6, '华川重机（洛安）铸锻有限责任公司', '三级', [unit(7, '大型铸锻件热处理分厂', '四级', [unit(8, '一车间', '五级')], true)], true)], true), unit(9, '华川国际工程有限公司', '二级')], true)];

export const pages = {
  login: { data: { ...base('/login', '登录', { user: null, nav: [] }), first_start: true, form: { login: field(), back: field('/') } } },
  password: { data: { ...base('/password', '设置密码', { has_errors: true, errors: [{ field: 'password', text: '新密码过短，至少 12 个字符' }] }), is_first: true, password_min: 12, form: { back: field('/'), current: field(), password: field('', '新密码过短，至少 12 个字符'), repeat: field() } } },
  home: { data: { ...base('/', '我的工作'), figures, may_import: true, has_todo: true, todo_more_href: '/findings?mine=1', events, has_drafts: true,
    todo: findings.slice(0, 6).map((one, i) => ({ href: `/findings/${one.id}`, title: one.title, ...status(codes[i]), what: ['填报进展', '补充佐证', '确认牵头人'][i % 3], unit_name: one.unit_name, due: one.due, waiting: one.waiting })),
    drafts: [{ href: '/drafts/7', title: '2025年度经济责任审计整改报告', unplaced: 1, findings: 12, at_text: '3月9日 16:40' }],
    sources: [{ href: '/sources/1', title: '关于巡视华川装备集团党委的反馈意见', closed: 12, findings: 23 }, { href: '/sources/2', title: '2025年度经济责任审计报告', closed: 9, findings: 17 }, { href: '/sources/3', title: '安全生产专项检查', closed: 0, findings: 8 }] } },
  source_list: { data: { ...base('/sources', '来源'), ...no_chips, may_import: true, filter: { q: '', kind: [option('inspection', '巡视巡察'), option('audit', '审计')] }, has_sources: true, empty_why: '', pager: { ...pager, last: 3, total: 3, next_href: null },
    sources: [['关于巡视华川装备集团党委的反馈意见', '巡视巡察', '第三巡视组', '2025-09-12', '整改中', 23, 12, 2], ['华川装备集团2025年度主要领导人员经济责任审计报告及整改意见', '审计', '审计署驻东江特派员办事处', '2025-11-03', '整改中', 17, 9, 1], ['安全生产专项检查问题清单', '专项检查', '集团安委会', null, '待确认', 8, 0, 0]].map(([title, kind_label, inspector, fed_back, state_label, count, closed, overdue], i) => ({ id: i + 1, title, kind_label, inspector, fed_back, state_label, findings: count, closed, overdue })) } },
  source_import: { data: { ...base('/sources/import', '导入文件'), accepted_text: '.docx .pdf .ofd .html .txt .xlsx .eml', accept: '.docx,.pdf,.ofd,.html,.txt,.xlsx,.eml', max_size_text: '50 MB', has_jobs: true, jobs: [{ href: '/jobs/3', filename: '2025年度经济责任审计整改报告.pdf', percent: 62, state_label: '正在识别' }],
    form: { kind: field('', null, [option('inspection', '巡视巡察'), option('audit', '审计')]), label: field('', null, [option('public', '公开'), option('internal', '内部', true), option('work_secret', '工作秘密')]) } } },
  source: { data: { ...base('/sources/1', '来源', { has_crumbs: true, crumbs: [{ href: '/sources', label: '来源' }, { href: null, label: '关于巡视华川装备集团党委的反馈意见' }] }), events,
    source: { id: 1, title: '关于巡视华川装备集团有限公司党委的反馈意见', kind_label: '巡视巡察', state_label: '整改中', fed_back: '2025-09-12', label_label: '内部', draft_href: null, figures, filename: '反馈意见.docx', size_text: '48 KB', encoding: 'UTF-8', paragraphs: paragraphs.filter((one) => one.text),
      aspects: [{ href: '/findings?aspect=1', title: '贯彻落实党的理论和路线方针政策、党中央重大决策部署方面', closed: 6, findings: 11 }, { href: '/findings?aspect=2', title: '领导班子和干部队伍建设方面', closed: 6, findings: 12 }],
      facts: [{ label: '巡视单位', value: '第三巡视组', place_href: '#p2' }, { label: '巡视期间', value: '2025-04-08 至 2025-06-20', place_href: '#p2' }, { label: '公示期', value: null, place_href: null }], has_reports: true, reports: [{ text: '“二、”下问题编号重新从1开始。', place_href: '#p9' }] } } },
  draft: { data: { ...base('/drafts/7', '确认识别结果', { has_crumbs: true, crumbs: [{ href: '/sources', label: '来源' }, { href: null, label: '确认识别结果' }] }), draft, selected: selected_node } },
  draft_paragraph: { template: 'draft', data: { ...base('/drafts/7', '确认识别结果'), draft, selected: { ...selected_node, id: 'p7', is_node: false, is_paragraph: true, is_finding: false, number: 7, title: paragraphs[6].text, has_similar: false, similar: [] } } },
  finding_list: { data: { ...base('/findings', '问题清单'), summary: Object.keys(statuses).map((code, i) => ({ ...status(code), href: `/findings?status=${code}`, count: [14, 6, 4, 3, 21][i] })), may_create: true, may_bulk: true, export_href: '/findings/export.xlsx', address: '/findings?source=1', pager, has_findings: true, findings, empty_why: '',
    saved_views: [{ href: '/findings', label: '全部', is_current: true }, { href: '/findings?view=2', label: '我牵头的', is_current: false }, { href: '/findings?view=3', label: '本月到期', is_current: false }],
    filter: { q: '', sort: 'due', columns: ['number', 'unit'], status: Object.entries(statuses).map(([code, label]) => option(code, label)), phase: [option('immediate', '立行立改'), option('concentrated', '集中整改')], source: [option('1', '关于巡视华川装备集团党委的反馈意见', true)], unit: [option('4', '财务资产部')], due_before: '', hidden: [{ name: 'source', value: '1' }] },
    has_chips: true, chips: [{ label: '来源', value: '关于巡视华川装备集团党委的反馈意见', remove_href: '/findings' }], clear_href: '/findings', columns: columns.map(([value, label]) => option(value, label, !['aspect', 'source'].includes(value))),
    show: Object.fromEntries(columns.map(([value]) => [value, !['aspect', 'source'].includes(value)])), sort: { title: sort('?sort=title'), status: sort('?sort=status'), number: sort('?sort=number'), unit: sort('?sort=unit'), due: { direction: 'ascending', href: '?sort=-due' }, changed: sort('?sort=changed') },
    bulk_fields: [option('lead', '牵头人'), option('due', '期限'), option('phase', '整改类型')], bulk_values: [option('高志明', '财务资产部')] } },
  finding_list_empty: { template: 'finding_list', data: null },
  finding_bulk: { data: { ...base('/findings', '修改结果'), bulk: { done: 2, refused: 1, has_refused: true, back: '/findings', rows: findings.slice(0, 3).map((one, i) => ({ ...one, is_done: i < 2, reason: i < 2 ? null : '已销号的问题不能修改期限' })) } } },
  finding: { data: { ...base('/findings/1', '问题', { has_crumbs: true, crumbs: [{ href: '/sources', label: '来源' }, { href: '/sources/1', label: '关于巡视华川装备集团党委的反馈意见' }, { href: null, label: '贯彻落实党的理论和路线方针政策方面' }], flash: { kind: 'success', text: '已保存。', undo_href: '/findings/1/undo' } }), events,
    finding: { ...findings[0], due_left_text: '已超 9 个工作日', primary: { href: '/findings/1/report', label: '填报进展' }, may_edit: true, paragraph: 4, place: '第4段', body: '2024年非主业投资占比仍达17.8%，三户所属企业连续两年亏损仍新增投资；集团对投资后评价结果运用不够。', quotes: [{ before: '1. ', text: titles[0] + '。', after: '2024年非主业投资占比仍达17.8%。' }],
      measures_count: 3, has_measures: true, measures, has_figures: true, figures: [{ what: '非主业投资占比（2024年）', value: '17.8', unit: '%', words: '达17.8%', is_about: false }, { what: '低效企业', value: '7', unit: '户', words: '近7户', is_about: true }], unit_id: 3, dates: [{ label: '反馈日期', date: '2025-09-12', words: null }, { label: '整改期限', date: '2026-06-30', words: '2026年6月底前' }],
      has_similar: true, similar: [{ id: 31, from_id: 1, title: '非主业投资占比偏高，主责主业不突出', percent: 87, ...status('closed'), source_title: '2024年度审计报告', is_linked: true, may_link: false }, { id: 42, from_id: 1, title: '部分所属企业盲目铺摊子、上项目', percent: 64, ...status('normal'), source_title: '专项检查', is_linked: false, may_link: true }] } } },
  finding_form: { data: { ...base('/findings/1/edit', '修改问题', { has_errors: true, errors: [{ field: 'due', text: '期限早于反馈日期' }] }), form: { action: '/findings/1', is_new: false, needs_reason: true, revision: field('4'), number: field('XS-2025-001'), back: field('/findings/1'), title: field(titles[0]), body: field('2024年非主业投资占比仍达17.8%。'), source: field('1', null, [option('1', '关于巡视华川装备集团党委的反馈意见', true)]), aspect: field('贯彻落实方面'), phase: field('', null, [option('concentrated', '集中整改', true)]), due: { ...field('2025-08-01', '期限早于反馈日期'), help: '' }, unit: field('', null, [option('3', '集团总部 / 战略发展部', true)]), lead: field('程立言', null, [option('程立言', '战略发展部 部长')]), reason: field(''), measures: [...measures.map((one, i) => ({ id: i + 1, position: i + 1, text: one.text, error: null })), { id: '', position: 4, text: '', error: null }] } } },
  unit_tree: { data: { ...base('/units', '组织结构'), count: 60, as_of: '2026-03-10', is_today: true, may_edit: true, may_move: true, filter: { q: '' }, levels: [option('1', '第 1 层'), option('2', '第 2 层', true)], has_units: true, empty_why: '', units: unit_rows } },
  unit: { data: { ...base('/units/5', '华川重型机械有限公司', { has_crumbs: true, crumbs: [{ href: '/units', label: '单位' }, { href: '/units/1', label: '华川装备' }, { href: null, label: '华川重机' }] }), events, form: { parent_id: field('1', null, [option('1', '华川装备集团有限公司 HC', true)]), findings_to: field('', '还有 9 个问题未销号，请选择移交给哪个单位。', [option('9', '华川国际工程有限公司 HC-03')]), valid_from: field('2026-03-10'), valid_to: field('2026-03-10'), reason: field() }, unit: { id: 5, name: '华川重型机械有限公司', short_name: '华川重机', kind_label: '公司', level_label: '管理 2 级', legal_level: 2, sector_label: '工业', uscc: '91980110MAXG7N8L5C', core_business: '重型机械设计与制造', code: 'HC-0205', valid_from: '2019-01-01', valid_to: null, may_edit: true, may_move: true, may_reopen: false, figures, has_children: true, children: [{ id: 6, name: '华川重机（洛安）铸锻有限责任公司', valid_to: null, open_findings: 4 }], has_people: true, people: [{ name: '罗建国', post: '党委书记、董事长', portfolio: '全面工作', phone: '010-00002100' }, { name: '许晴', post: '纪委书记', portfolio: '监督执纪', phone: '' }], placements: [{ parent_name: '华川装备集团有限公司', valid_from: '2019-01-01', valid_to: null }] } } },
  unit_form: { data: { ...base('/units/new', '新增单位'), form: { action: '/units/new', is_new: true, back: '/units', revision: field(''), name: field(''), short_name: field(), code: field('HC-02', '单位代码已被“华川国际工程有限公司”使用。'), kind: field('company', null, [option('', '请选择'), option('company', '公司', true)]), parent_id: field('', null, [option('1', '华川装备集团有限公司 HC')]), valid_from: field('2026-03-10'), legal_level: field('2'), sector: field('', null, [option('', '请选择', true), option('industry', '工业')]), uscc: field(), sort_no: field('0'), core_business: field(), reason: field() } } },
  unit_import: { data: { ...base('/units/import', '从表格导入单位'), max_size_text: '20 MB', form: { policy: field('update', null, [option('update', '更新已有记录', true), option('skip', '跳过该行')]), valid_from: field('2026-03-10') }, preview: { id: 7, rows: 60, new: 57, changed: 2, moved: 1, unchanged: 0, skipped: 0, error_count: 1, has_row_errors: true, row_errors: [{ sheet: '单位', row: 14, field: '上级单位代码', value: 'HC-99', text: '系统和本表中都没有代码“HC-99”的单位。请核对，或先加入该单位。' }], has_plan: true, plan: [{ sheet: '单位', row: 2, code: 'HC', name: '华川装备集团有限公司', action_label: '修改', detail: '简称：华川 → 华川装备' }, { sheet: '人员', row: 9, code: 'HC-02', name: '许晴', action_label: '新增', detail: '' }], has_hidden: false, hidden: 0, is_nothing: false, may_apply: true } } },
  register_import: { data: { ...base('/findings/import', '导入问题台账'), step: { upload: false, map: true, preview: false, result: false }, max_size_text: '50 MB', sources: [], import: { id: 'b2', filename: '整改台账2025.xlsx', sheet: '总表', rows: 186, mapping_remembered: true, columns: ['序号', '问题', '责任单位', '完成时限', '备注'].map((name, i) => ({ name, position: i, examples: ['1；2；3', `${titles[1]}；${titles[2]}`, '财务资产部；法律合规部', '2026年6月底；长期坚持', ''][i], options: [option('number', '编号', i === 0), option('title', '问题', i === 1), option('unit', '责任单位', i === 2), option('due', '期限', i === 3)] })), policies: [option('stop', '停止', true), option('skip', '跳过'), option('update', '更新')] } } },
  register_import_preview: { template: 'register_import', data: { ...base('/findings/import', '导入问题台账'), step: { upload: false, map: false, preview: true, result: false }, max_size_text: '50 MB', sources: [], import: { id: 'b2', figures: [{ value: 186, label: '行' }, { value: 182, label: '将新增' }, { value: 2, label: '跳过' }, { value: 2, label: '有错误' }], has_errors: true, error_count: 2, errors: [{ row: 17, field: '完成时限', value: '2026年13月', text: '不是日期' }, { row: 43, field: '责任单位', value: '物资供应公司（原）', text: '没有这个单位' }], preview: findings.slice(0, 4).map((one, i) => ({ ...one, row: i + 2, outcome_label: '新增' })), may_apply: false } } },
  search: { data: { ...base('/search', '搜索', {}), has_query: true, found: 37, is_more: false, took_text: '2.1 ms', pager: { ...pager, last: 20, total: 37 }, kinds: [{ href: '?q=x', label: '全部', count: 37, is_current: true }, { href: '?q=x&kind=finding', label: '问题', count: 31, is_current: false }], has_hits: true, hits: findings.slice(0, 4).map((one) => ({ href: `/findings/${one.id}`, kind_label: '问题', where: `${one.number} · ${one.unit_name}`, title_pieces: [{ text: one.title.slice(0, 4), is_hit: false }, { text: one.title.slice(4, 6), is_hit: true }, { text: one.title.slice(6), is_hit: false }], pieces: [{ text: '三户所属企业连续两年亏损仍新增', is_hit: false }, { text: '投资', is_hit: true }, { text: '；集团对投资后评价结果运用不够。', is_hit: false }] })) } },
  event_list: { data: { ...base('/events', '事件记录'), ...no_chips, chain: { is_whole: true, checked_text: '3月10日 02:00' }, export_href: '/events.csv', filter: { actor: '', kind: [option('finding', '问题')], from: '', to: '' }, has_events: true, empty_why: '', pager, events: events.map((one, i) => ({ ...one, number: 10293 - i, object: titles[i], object_href: i ? `/findings/${i}` : null, hash: '9f2c4e7ab0d155aa', hash_short: '9f2c4e7a' })) } },
  user_list: { data: { ...base('/accounts', '用户'), filter: { q: '', role: [option('office', '整改办公室')] }, has_users: true, may_make: true, empty_why: '', users: [['周雅宁', 'zhouyn', '整改办公室（华川装备）', '正常', 1, '2026-03-10 08:31'], ['系统管理员', 'admin', '', '待首次登录', 0, '']].map(([name, login, roles_text, state_label, session_count, seen_at_text], i) => ({ id: i + 1, name, login, roles_text, state_label, session_count, seen_at_text })) } },
  user: { data: { ...base('/accounts/1', '周雅宁'), events, new_password: 'kV7-tmRq-92xa', is_new: false, may_write: true, may_disable: true, may_grant: true, account: { id: 1, login: 'zhouyn', state_label: '已锁定', is_locked: true, locked_text: '2026-03-10 09:00', is_active: true, session_count: 2 }, has_grants: true, grants: [{ id: 5, role_label: '整改办公室', unit_name: '华川装备集团有限公司', clearance_label: '内部', is_admin: false }], form: { name: field('周雅宁'), login: field('zhouyn'), role: field('system_admin', '与已有角色“整改办公室”互斥，没有授予。请先收回原角色。', [option('reviewer', '审核人'), option('system_admin', '系统管理员', true)]), unit_id: field('1', null, [option('1', '华川装备集团有限公司 HC', true)]), clearance: field('1', null, [option('1', '内部', true)]) } } },
  me: { data: { ...base('/me', '我的账号'), login: 'zhouyn', name: '周雅宁', langs: [option('zh-CN', '简体中文', true), option('en', '英文')], themes: [option('auto', '跟随系统', true)], has_grants: true, grants: [{ role_label: '整改办公室', unit_name: '华川装备集团有限公司', clearance_label: '内部', is_admin: false }], permissions: [{ label: '查看问题清单', where: '全集团', clearance: '内部' }, { label: '本人事项', where: '', clearance: '' }] } },
  settings: { data: { ...base('/settings', '设置'), state: [{ label: '数据库', value: 'SQLite' }, { label: '最新事件号', value: '197' }], settings: [{ key: 'address', value: '127.0.0.1', origin_label: '默认值', help: 'Address to listen on' }, { key: 'files', value: '', origin_label: '已修改', help: 'Directory of stored files' }] } },
  help: { data: { ...base('/help', '帮助'), topics: [{ id: 'import', title: '导入文件', paragraphs: ['在“来源”页点“导入文件”，选择或拖入反馈意见。识别后逐条确认，确认之前不会进入问题清单。'] }], words: [{ word: '销号', meaning: '整改完成并经审核认可' }, { word: '挂账', meaning: '逾期未获批准延期，列名督办' }] } },
  about: { data: { ...base('/about', '关于'), facts: [{ label: '版本', value: '0.1.0' }, { label: '数据库', value: 'SQLite 3.40.1' }], parts: [{ name: 'Tabler', version: '1.6.1', licence: 'MIT' }, { name: 'htmx', version: '2.0.11', licence: '0BSD' }] } },
  error: { data: { ...base('/findings/999', '没有找到'), error: { title: '没有找到', what: '没有这条问题，或者您无权查看。', kept: '已填写的内容没有丢失。', todo: '请检查地址，或从列表中重新进入。', has_details: false, details: [], back_href: '/findings', status: 404, request_id: 'a81f33' } } },
  error_alone: { data: { ...base('/x', '没有找到', { user: null, nav: [] }), error: { title: '没有找到', what: '没有这个页面。', kept: null, todo: null, has_details: false, details: [], back_href: '/', status: 404, request_id: 'a81f33' } } },
};
pages.finding_list_empty.data = { ...pages.finding_list.data, has_findings: false, findings: [], empty_why: '没有问题同时符合所设的条件。' };
