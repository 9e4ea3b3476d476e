/* postgres_check.c: looks for breaches that PostgreSQL itself would not see; see db_check in db.h. */
#include "db/internal.h"

static const char list_loose[] =
    "SELECT format('%s: constraint %s is not validated', conrelid::regclass, conname) AS text FROM pg_constraint "
    "WHERE NOT convalidated AND connamespace = current_schema()::regnamespace "
    "UNION ALL SELECT format('%s: trigger %s is disabled', tgrelid::regclass, tgname) FROM pg_trigger "
    "JOIN pg_class c ON c.oid = tgrelid WHERE c.relnamespace = current_schema()::regnamespace AND tgenabled <> 'O' "
    "UNION ALL SELECT format('%s: index is not valid', indexrelid::regclass) FROM pg_index "
    "JOIN pg_class c ON c.oid = indrelid WHERE c.relnamespace = current_schema()::regnamespace AND NOT indisvalid";

/* One statement per foreign key that gives a text when rows lack what they point to. */
static const char list_foreign_keys[] =
    "SELECT format('SELECT %L || count(*) AS text FROM %s c WHERE %s AND NOT EXISTS (SELECT 1 FROM %s p WHERE %s) "
    "HAVING count(*) > 0', format('%s: rows without their %s: ', conrelid::regclass, confrelid::regclass), "
    "conrelid::regclass, string_agg(format('c.%I IS NOT NULL', ca.attname), ' AND '), confrelid::regclass, "
    "string_agg(format('p.%I = c.%I', pa.attname, ca.attname), ' AND ')) AS text "
    "FROM pg_constraint k CROSS JOIN LATERAL unnest(k.conkey, k.confkey) AS u (child, parent) "
    "JOIN pg_attribute ca ON ca.attrelid = k.conrelid AND ca.attnum = u.child "
    "JOIN pg_attribute pa ON pa.attrelid = k.confrelid AND pa.attnum = u.parent "
    "WHERE k.contype = 'f' AND k.connamespace = current_schema()::regnamespace GROUP BY k.oid, conrelid, confrelid";

static enum rc add_texts(struct ctx *ctx, struct db *db, struct str sql, struct value *list)
{
    struct value *rows;
    CLEANUP(db_stmt_free_ptr) struct db_stmt *st = NULL;
    TRY(db_prepare_text(ctx, db, sql, &st));
    TRY(db_rows(ctx, st, &rows));
    VALUE_EACH (row, rows)
        (void)value_add_text(ctx->arena, list, value_get_text(row, "text"));
    return RC_OK;
}

enum rc db_postgres_check(struct ctx *ctx, struct db *db, struct value *problems)
{
    struct value *queries = value_new_list(ctx->arena);
    TRY(add_texts(ctx, db, str_from_cstr(list_loose), problems));
    TRY(add_texts(ctx, db, str_from_cstr(list_foreign_keys), queries));
    VALUE_EACH (query, queries)
        TRY(add_texts(ctx, db, query->text, problems));
    return RC_OK;
}
