/* draft.h: the draft register that a person confirms, and the changes made to it.
 *
 * A draft is a value tree, so that it can be stored, shown and sent as it is:
 *   source      who inspected whom and when, with publicity, contacts, signatory, signed
 *   parts       the parts of the document: {id "p1", no, title, role, paragraphs}
 *   aspects     {id "a1", no, title, phase, paragraphs}
 *   findings    {id "f1", aspect or null, no (mark as printed), title, quoted (the problem between the quotes of
 *               the title), body, category, phase, status_stated, status,
 *               due, due_text, responsible, leader, type, amount_fen, paragraphs, span, measures, figures}
 *   measures    inside a finding: {id "m1", no, text, derived, phase, due, due_text, lead, paragraph, from, to}
 *   next_steps  {id "s1", no, title, body, paragraphs};  notes {id "n1", role, no, title, body, paragraphs}
 *   paragraphs  {n, place, role, text, raw, state "used" | "unplaced" | "dropped", used_by [ids]}
 *   unplaced    [n...];  dropped [{n, reason}];  reports as of the outline;  next: the next number of an id
 *
 * phase is immediate, concentrated or long_term.  The long-term points of a bulletin are entries of `findings` with
 * phase long_term below the aspect of their section: the register tracks them like findings, each with its own dates.
 * A finding without marked measures gets one measure per sentence with derived = true; its body stays whole.
 * from and to are byte offsets into the raw text of the paragraph.
 *
 * Changes are pure: the same draft and operation give the same draft, so undo is a replay without the last one.
 * After every change each paragraph is in exactly one state.
 */
#ifndef BIHUAN_INTAKE_DRAFT_H
#define BIHUAN_INTAKE_DRAFT_H

#include "base/ctx.h"
#include "base/value.h"
#include "intake/outline.h"

/* Draft of an outline; borrows the outline's texts.  NULL when the arena refuses. */
struct value *draft_from_outline(struct arena *arena, const struct outline *outline);

/* Applies one operation, a map with "op":
 *   merge  {ids: two or more of one kind}                          the others go into the first
 *   split  {id of a measure, at: byte offset in its text} or {id of a finding, paragraph, at: byte offset in the
 * paragraph's text} retype {id, to: finding | long_term | measure | aspect | note} move   {id, to: aspect (of a
 * finding; null: none) or finding (of a measure), before: id or absent (last)} drop   {id or paragraph, reason} only a
 * paragraph that nothing uses can be dropped alone place  {paragraph, as: finding | long_term | measure | aspect |
 * note, to}   one that is unplaced or dropped edit   {id, field, value}; id "source" for the source add    {as, title,
 * body, to}                                   an entry that no paragraph stands for RC_INVALID with a detail on ctx
 * (keys draft.*), the draft then is unchanged; RC_NOMEM, RC_TOO_LARGE. New nodes live in ctx->arena, which must outlive
 * the draft. */
enum rc draft_apply(struct ctx *ctx, struct value *draft, const struct value *op) MUST_CHECK;

#endif
