/* pages.h: the fill functions that data/routes.def names, by the file that holds them. */
#ifndef BIHUAN_SERVE_PAGES_H
#define BIHUAN_SERVE_PAGES_H

#include "serve/page.h"

/* page_login.c */
enum rc page_login(struct page *page);
enum rc page_login_post(struct page *page);
enum rc page_logout_post(struct page *page);
enum rc page_password(struct page *page);
enum rc page_password_post(struct page *page);
enum rc page_preferences_post(struct page *page);
enum rc page_session(struct page *page);

/* page_source.c */
enum rc page_source_list(struct page *page);
enum rc page_source(struct page *page);
enum rc page_source_original(struct page *page);
enum rc page_draft_original(struct page *page);
enum rc page_source_import(struct page *page);
enum rc page_source_import_post(struct page *page);

/* page_draft.c */
enum rc page_draft(struct page *page);
enum rc page_draft_similar(struct page *page);
enum rc page_draft_op_post(struct page *page);
enum rc page_draft_confirm_post(struct page *page);

/* page_register_import.c */
enum rc page_register_import(struct page *page);
enum rc page_register_import_post(struct page *page);
enum rc page_register_import_map(struct page *page);
enum rc page_register_import_preview(struct page *page);
enum rc page_register_import_errors(struct page *page);
enum rc page_register_import_apply_post(struct page *page);
enum rc page_register_import_result(struct page *page);

/* page_home.c */
enum rc page_home(struct page *page);
enum rc page_about(struct page *page);

/* page_work.c */
enum rc page_put_work(struct page *page); /* "work" and "asked" for the home page */

/* page_finding_list.c */
enum rc page_finding_list(struct page *page);
enum rc page_finding_count(struct page *page);
enum rc page_finding_filter(struct page *page);

/* page_finding.c, page_finding_similar.c, page_finding_form.c, page_finding_export.c */
enum rc page_finding(struct page *page);
enum rc page_finding_similar(struct page *page);
enum rc page_finding_new(struct page *page);
enum rc page_finding_edit(struct page *page);
enum rc page_measure_new(struct page *page);
enum rc page_measure_edit(struct page *page);
enum rc page_finding_export_csv(struct page *page);
enum rc page_finding_export_xlsx(struct page *page);

/* page_cause.c, page_measure.c */
enum rc page_node_new(struct page *page);
enum rc page_node(struct page *page);
enum rc page_finding_plan(struct page *page);
enum rc page_cause_new(struct page *page);
enum rc page_cause(struct page *page);
enum rc page_finding_charge(struct page *page);
enum rc page_measure_charge(struct page *page);
enum rc page_task_charge(struct page *page);
enum rc page_measure(struct page *page);

/* page_task.c, page_task_form.c, page_task_list.c */
enum rc page_task_list(struct page *page);
enum rc page_task(struct page *page);
enum rc page_task_assign(struct page *page);
enum rc page_task_split(struct page *page);
enum rc page_task_uphold(struct page *page);
enum rc page_task_change(struct page *page);

/* page_sweep.c, page_sweep_answer.c */
enum rc page_sweep_list(struct page *page);
enum rc page_sweep_new(struct page *page);
enum rc page_sweep(struct page *page);
enum rc page_sweep_widen(struct page *page);
enum rc page_answer_list(struct page *page);
enum rc page_answer(struct page *page);
enum rc page_answer_give(struct page *page);
enum rc page_answer_form_post(struct page *page);
enum rc page_answer_hit(struct page *page);
enum rc page_answer_fault(struct page *page);
/* What a finding's page shows of sweeps: those from it, and the one that brought it up. */
enum rc page_finding_put_sweeps(struct page *page, struct value *finding);

/* page_rule.c, page_rule_form.c */
enum rc page_rule_list(struct page *page);
/* Rules issued, of the source and below the unit that the address names: the figure of boards, the list
 * /rules?show=issued. */
enum rc page_rule_count_issued(struct page *page, int64_t *ret_n) MUST_CHECK;
enum rc page_rule_missing(struct page *page);
enum rc page_rule_new(struct page *page);
enum rc page_rule(struct page *page);
enum rc page_rule_review(struct page *page);
enum rc page_rule_pass(struct page *page);
enum rc page_rule_issue(struct page *page);
enum rc page_rule_teach(struct page *page);
enum rc page_rule_check(struct page *page);
enum rc page_rule_cascade(struct page *page);
enum rc page_rule_link(struct page *page);
enum rc page_rule_change(struct page *page);
enum rc page_cascade(struct page *page);
enum rc page_cascade_answer(struct page *page);
enum rc page_finding_put_meetings(struct page *page, struct value *finding) MUST_CHECK; /* that approved its plan */
enum rc page_finding_put_rules(struct page *page, struct value *finding);               /* rules made for a finding */

/* page_assess.c, page_scorecard.c */
enum rc page_assessment_list(struct page *page);
enum rc page_assessment_new(struct page *page);
enum rc page_assessment_export(struct page *page);
enum rc page_assessment(struct page *page);
enum rc page_assessment_mark(struct page *page);
enum rc page_scheme_list(struct page *page);
enum rc page_scheme_new(struct page *page);
enum rc page_scheme(struct page *page);
enum rc page_scorecard(struct page *page);
enum rc page_scorecard_letter(struct page *page);
enum rc page_scorecard_figure(struct page *page);
enum rc page_scorecard_mark(struct page *page);
enum rc page_scorecard_poll(struct page *page);
enum rc page_scorecard_codes_post(struct page *page);
enum rc page_scorecard_self(struct page *page);
enum rc page_scorecard_form_post(struct page *page);
enum rc page_scorecard_appeal(struct page *page);
enum rc page_scorecard_recheck(struct page *page);
enum rc page_ballot(struct page *page);
enum rc page_ballot_post(struct page *page);
/* Options of the field code: the items of a scheme that the team scores. */
enum rc page_assess_put_items(struct page *page, struct str scheme_text);

/* page_search.c, page_event.c */
enum rc page_search(struct page *page);
enum rc page_event_list(struct page *page);
enum rc page_event(struct page *page);

/* page_unit.c */
enum rc page_unit_tree(struct page *page);
enum rc page_unit(struct page *page);
enum rc page_unit_new(struct page *page);
enum rc page_unit_new_post(struct page *page);
enum rc page_unit_edit(struct page *page);
enum rc page_unit_edit_post(struct page *page);
enum rc page_unit_move_post(struct page *page);
enum rc page_unit_close_post(struct page *page);

/* page_unit_import.c */
enum rc page_unit_export(struct page *page);
enum rc page_unit_template(struct page *page);
enum rc page_unit_import(struct page *page);
enum rc page_unit_import_post(struct page *page);
enum rc page_unit_import_apply(struct page *page);

/* page_account.c */
enum rc page_account_list(struct page *page);
enum rc page_account(struct page *page);
enum rc page_account_new(struct page *page);
enum rc page_account_new_post(struct page *page);
enum rc page_account_edit_post(struct page *page);
enum rc page_account_person_post(struct page *page);
enum rc page_account_password_post(struct page *page);
enum rc page_grant_new_post(struct page *page);
enum rc page_me(struct page *page);

/* page_system.c */
enum rc page_settings(struct page *page);
enum rc page_openapi(struct page *page);
enum rc page_help(struct page *page);

/* page_board.c, page_board_parts.c, page_board_list.c */
enum rc page_board(struct page *page);
enum rc page_board_wall(struct page *page);
enum rc page_board_findings(struct page *page);
enum rc page_board_waits(struct page *page);
/* page_supervision.c, page_hang.c, page_letter.c, page_lead.c, page_meeting.c, page_group.c */
enum rc page_supervision(struct page *page);
enum rc page_hang_list(struct page *page);
enum rc page_hang(struct page *page);
enum rc page_letter_list(struct page *page);
enum rc page_letter_issue_many(struct page *page);
const char *letter_colour_status(struct str kind); /* the status colour of a kind of letter */
enum rc page_letter(struct page *page);
enum rc page_letter_print(struct page *page);
enum rc page_letter_file(struct page *page);
enum rc page_letter_upload_post(struct page *page);
enum rc page_lead_list(struct page *page);
enum rc page_lead(struct page *page);
enum rc page_leader(struct page *page);
enum rc page_meeting_list(struct page *page);
enum rc page_meeting(struct page *page);
enum rc page_decision_list(struct page *page);
enum rc page_decision(struct page *page);
enum rc page_group_list(struct page *page);
enum rc page_group(struct page *page);
enum rc page_handover_list(struct page *page);
enum rc page_handover(struct page *page);

/* page_command_form.c */
enum rc page_command_form(struct page *page);
enum rc page_command_new(struct page *page);

/* page_inbox.c */
enum rc page_inbox(struct page *page);
enum rc page_inbox_read_post(struct page *page);
enum rc page_inbox_mute_post(struct page *page);
enum rc page_inbox_wish_post(struct page *page);

/* page_outbox.c */
enum rc page_outbox(struct page *page);
enum rc page_outbox_test_post(struct page *page);
enum rc page_outbox_again_post(struct page *page);
enum rc page_webhook_new(struct page *page);
enum rc page_webhook(struct page *page);
enum rc page_webhook_test_post(struct page *page);
enum rc
page_put_wish(struct page *page); /* page_inbox.c: "wish", how I want to be told, also for the own account page */

/* page_map.c */
enum rc page_map(struct page *page);
enum rc page_map_export(struct page *page);
/* page_report.c: reports and requests for more time; page_check.c */
enum rc page_report(struct page *page);
enum rc page_extension(struct page *page);
enum rc page_extension_new(struct page *page);
enum rc page_check_list(struct page *page);
enum rc page_check(struct page *page);

/* page_evidence.c, page_evidence_file.c */
enum rc page_evidence_list(struct page *page);
enum rc page_evidence(struct page *page);
enum rc page_evidence_new(struct page *page);
enum rc page_evidence_new_post(struct page *page);
enum rc page_evidence_revise(struct page *page);
enum rc page_evidence_revise_post(struct page *page);
enum rc page_evidence_file(struct page *page);
enum rc page_evidence_picture(struct page *page);
enum rc page_evidence_read(struct page *page);

/* page_feed.c */
enum rc page_feed(struct page *page);
enum rc page_feed_open_post(struct page *page);
enum rc page_put_feeds(struct page *page); /* "feeds" for the own account page */
/* page_closing.c, page_review.c, page_review_chain.c, page_certificate.c, page_lookback.c */
enum rc page_closing_submit(struct page *page);
enum rc page_closing_keep(struct page *page);
enum rc page_closing_end(struct page *page);
enum rc page_reopen_form(struct page *page);
enum rc page_finding_long_term_form(struct page *page);
enum rc page_measure_long_term_form(struct page *page);
enum rc page_task_long_term_form(struct page *page);
enum rc page_review_list(struct page *page);
enum rc page_review(struct page *page);
enum rc page_review_chain_list(struct page *page);
enum rc page_review_chain(struct page *page);
enum rc page_review_chain_new(struct page *page);
enum rc page_review_chain_new_post(struct page *page);
enum rc page_review_chain_edit(struct page *page);
enum rc page_review_chain_edit_post(struct page *page);
enum rc page_certificate_list(struct page *page);
enum rc page_certificate(struct page *page);
enum rc page_long_term(struct page *page);
enum rc page_lookback_list(struct page *page);
enum rc page_lookback_new(struct page *page);
enum rc page_lookback(struct page *page);
enum rc page_lookback_item(struct page *page);
enum rc page_lookback_item_post(struct page *page);

/* page_gantt.c */
enum rc page_gantt(struct page *page);
enum rc page_gantt_export(struct page *page);

/* page_plan.c, page_plan_rows.c */
enum rc page_plan_list(struct page *page);
enum rc page_plan(struct page *page);
enum rc page_plan_rows(struct page *page);
enum rc page_plan_gaps(struct page *page);
enum rc page_plan_difference(struct page *page);
enum rc page_source_consistency(struct page *page);
/* page_paper.c, page_paper_template.c */
enum rc page_unit_task_book(struct page *page);
enum rc page_task_sheet(struct page *page);
enum rc page_task_sheet_post(struct page *page);
enum rc page_task_sheet_apply(struct page *page);
enum rc page_source_poam(struct page *page);
enum rc page_source_snapshot(struct page *page);
enum rc page_paper_list(struct page *page);
enum rc page_paper_new(struct page *page);
enum rc page_paper_new_post(struct page *page);
enum rc page_paper(struct page *page);
enum rc page_paper_file(struct page *page);
enum rc page_paper_verify_post(struct page *page);
enum rc page_paper_template_list(struct page *page);
enum rc page_paper_template_list_post(struct page *page);
enum rc page_paper_template_shipped(struct page *page);
enum rc page_paper_template_file(struct page *page);
enum rc page_paper_template_preview(struct page *page);

/* page_finding_plan_many.c */
enum rc page_finding_plan_many(struct page *page);

/* page_people.c */
enum rc page_post(struct page *page);
enum rc page_team_list(struct page *page);
enum rc page_team(struct page *page);
enum rc page_delegations(struct page *page);
/* Section of a unit's page: unit.posts. */
enum rc page_put_unit_posts(struct page *page, struct value *unit) MUST_CHECK;
/* page_bulletin.c, page_bulletin_form.c */
enum rc page_bulletin_list(struct page *page);
enum rc page_bulletin(struct page *page);
enum rc page_bulletin_preview(struct page *page);
enum rc page_bulletin_compare(struct page *page);
enum rc page_bulletin_compare_csv(struct page *page);
enum rc page_bulletin_docx(struct page *page);
enum rc page_bulletin_pdf(struct page *page);
enum rc page_bulletin_ofd(struct page *page);
enum rc page_bulletin_new(struct page *page);
enum rc page_bulletin_change(struct page *page);
enum rc page_bulletin_postpone(struct page *page);
enum rc page_publish_rules(struct page *page);
/* page_comment.c */
enum rc page_comment_list(struct page *page);
enum rc page_comment_new(struct page *page);
enum rc page_comment(struct page *page);
enum rc page_comment_accept(struct page *page);
enum rc page_comment_link(struct page *page);
enum rc page_comment_answer(struct page *page);
enum rc page_comment_lead(struct page *page);
enum rc page_comment_handed(struct page *page);

#endif
